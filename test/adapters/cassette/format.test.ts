import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { bytesOf, chunkOf, readCassette } from '../../../src/adapters/cassette/format.ts';
import { runs } from '../../helpers/fc.ts';

const dir = mkdtempSync(join(tmpdir(), 'turingos-cassette-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const HEADER = { cassette: 1, recordedAt: '2026-01-02T03:04:05.000Z', upstream: 'http://x/' };
const EXCHANGE = {
  method: 'POST',
  path: '/v1',
  body: 'a'.repeat(64),
  head: { ms: 1, status: 200, headers: {} },
  chunks: [
    { ms: 2, text: 'a' },
    { ms: 3, base64: '/w==' },
  ],
  end: { ms: 4, how: 'done' },
};
const file = (...lines: unknown[]): string => {
  const path = join(dir, 'x.cassette');
  writeFileSync(path, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  return path;
};

test('a cassette is read as it was written', async () => {
  expect(await readCassette(file(HEADER, EXCHANGE))).toEqual({ header: HEADER, exchanges: [EXCHANGE] });
});

test.each<[string, unknown[], RegExp]>([
  ['nothing', [], /is empty; `turingos cassette record` makes one$/],
  [
    'another version',
    [{ ...HEADER, cassette: 2 }],
    /is no cassette of version 1: its first line is wrong at cassette: /,
  ],
  ['something else', ['once upon a time'], /its first line is no JSON$/],
  ['a cut line', [HEADER, EXCHANGE, '{"method":'], /line 3 is no JSON$/],
  ['a wrong field', [HEADER, { ...EXCHANGE, end: { ms: 4, how: 'well' } }], /line 2 is wrong at end\.how: /],
])('%s is one sentence', async (_, lines, words) => {
  await expect(readCassette(file(...lines))).rejects.toMatchObject({
    name: 'UserError',
    exitCode: 65,
    message: expect.stringMatching(words),
  });
});

test('a file that is not there is one sentence', async () => {
  await expect(readCassette(join(dir, 'none'))).rejects.toMatchObject({ name: 'UserError', exitCode: 66 });
});

test('every chunk comes back as it was, and text as text', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(bytesOf(chunkOf(0, Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    }),
    { numRuns: runs },
  );
  expect(chunkOf(7, Buffer.from('né'))).toEqual({ ms: 7, text: 'né' });
});
