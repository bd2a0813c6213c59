import { truncate } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { detectFormat, openForeign, statForeign, verifyForeign } from '../../../src/replay/foreign/index.ts';
import { LAMP, lampLines, logOf, merkleOf, tuplesOf, written, writtenAs } from './made.ts';

const SEGMENT = '{"v":1,"seq":1,"ts":"2031-05-06T12:00:00.000Z","run":"r1","class":"note","kind":"runtime.said"';
const log = logOf(lampLines());
const merkle = merkleOf(lampLines());
const trace = `${tuplesOf(LAMP).join('\n')}\n`;

describe('a journal is told by its content', () => {
  test.each([
    ['turingos', `${SEGMENT}}\n`],
    ['legacy-log', log],
    ['legacy-merkle', merkle],
    ['legacy-trace', trace],
    ['legacy-log', `\uFEFF${log.replaceAll('\n', '\r\n')}`],
    ['legacy-merkle', `\uFEFF${merkle.replaceAll('\n', '\r\n')}`],
    ['legacy-trace', `\n\n${trace}`],
    ['legacy-trace', `<html>502</html>\n${trace}`],
    ['legacy-log', log.slice(0, 400)],
    ['legacy-log', '[2031-05-06T12:00:00.000Z] [Tick] d:a'],
  ])('%s', async (format, text) => {
    expect(await detectFormat(await writtenAs('file.txt', text))).toBe(format);
  });

  test.each([
    ['text', 'Dear diary,\n'],
    ['other JSON lines', '{"ts":"2031","entry":4}\n{"a":1}\n'],
    ['a log line that is quoted far down', `${'words\n'.repeat(20)}${log}`],
    ['bytes', Buffer.from([0, 1, 2, 255, 254, 10])],
    ['UTF-16', Buffer.from(log, 'utf16le')],
    ['bytes after a log line', Buffer.concat([Buffer.from(log.slice(0, 80)), Buffer.alloc(50)])],
    ['nothing, under any name', ''],
  ])('%s is none of them', async (_what, text) => {
    const path = await writtenAs('file.txt', text);
    expect(await detectFormat(path)).toBeUndefined();
    const sentence = /file\.txt is no journal that can be read: .*\.$/;
    await expect(verifyForeign(path)).rejects.toThrow(sentence);
    await expect(statForeign(path)).rejects.toThrow(sentence);
    await expect(openForeign(path)).rejects.toThrow(sentence);
  });

  test('a file with nothing in it is what its name says', async () => {
    const dir = await written({ 'a.journal.log': '', 'a.journal.merkle.jsonl': '\n', 'a.jsonl': '\r\n' });
    expect(await detectFormat(`${dir}/a.journal.log`)).toBe('legacy-log');
    expect(await detectFormat(`${dir}/a.journal.merkle.jsonl`)).toBe('legacy-merkle');
    expect(await detectFormat(`${dir}/a.jsonl`)).toBe('legacy-trace');
  });
});

describe('what cannot be read is said in one sentence', () => {
  test('a missing file, a directory and a device', async () => {
    const dir = await written({});
    await expect(detectFormat(`${dir}/no.log`)).rejects.toThrow(`There is no file ${dir}/no.log; check the spelling.`);
    await expect(detectFormat(dir)).rejects.toThrow(`${dir} is a directory, not a journal file; name one file in it.`);
    await expect(detectFormat('/dev/null')).rejects.toThrow('/dev/null is a device or a pipe, not a journal file');
  });

  test("a segment of a run's own", async () => {
    const path = await writtenAs('000001.ndjson', `${SEGMENT}}\n`);
    await expect(verifyForeign(path)).rejects.toThrow(/name the run instead/);
  });

  test('a journal of a gigabyte is told by its head, and not opened in memory', async () => {
    const path = await writtenAs('big.journal.log', log);
    // The rest is a hole: it takes no room on the disk, and reading it all would be noticed by the test's deadline.
    await truncate(path, 2 ** 30);
    expect(await detectFormat(path)).toBeUndefined();
    const filled = await writtenAs('big.journal.log', log.padEnd(70_000, '\n'));
    await truncate(filled, 2 ** 30);
    expect(await detectFormat(filled)).toBe('legacy-log');
    await expect(openForeign(filled)).rejects.toThrow(/too large to replay: it has 1024 MiB .*\.$/);
  });
});
