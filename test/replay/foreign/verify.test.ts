import { unlink, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statForeign, verifyForeign } from '../../../src/replay/foreign/index.ts';
import { runs } from '../../helpers/fc.ts';
import {
  at,
  frameLine,
  LAMP,
  type Line,
  lampLines,
  logOf,
  merkleOf,
  sha,
  tuplesOf,
  written,
  writtenAs,
} from './made.ts';

const LINES: Line[] = [
  [at(0), '[DEVOPS] begin'],
  [at(1), '[ATTACK] kill'],
  [at(2), '[RECOVERY] back'],
  [at(3), '[DEVOPS] "quoted" \\ ünïcödé 🜚'],
];
const merkle = merkleOf(LINES);
const rows = merkle.trimEnd().split('\n');
const joined = (lines: readonly (string | undefined)[]): string => `${lines.join('\n')}\n`;
const breaksOf = async (text: string) =>
  (await verifyForeign(await writtenAs('x.journal.merkle.jsonl', text))).breaks.map(
    ({ record, reason }) => `${record} ${reason}`,
  );

describe('the chain over lines', () => {
  test('holds', async () => {
    const report = await verifyForeign(await writtenAs('x.journal.merkle.jsonl', merkle));
    const head = JSON.parse(rows[3] as string).hash;
    const whole = { format: 'legacy-merkle', records: 4, ok: true, breaks: [], head, matchesLog: null };
    expect(report).toEqual({ ...whole, differsAt: null, remarks: [] });
  });

  test('a changed entry breaks at its own line and nowhere else', async () => {
    expect(await breaksOf(merkle.replace('kill', 'kiss'))).toEqual(['2 hash_mismatch']);
  });

  test('swapped records break where they stand and after', async () => {
    expect(await breaksOf(joined([rows[0], rows[2], rows[1], rows[3]]))).toEqual([
      '2 prev_mismatch',
      '3 prev_mismatch',
      '4 prev_mismatch',
    ]);
  });

  test('a lost record breaks the one after it, and the chain goes on from the recorded hash', async () => {
    expect(await breaksOf(joined([rows[0], rows[2], rows[3]]))).toEqual(['2 prev_mismatch']);
  });

  test('a chain that does not begin at the beginning', async () => {
    expect(await breaksOf(merkleOf(LINES, sha('elsewhere')))).toEqual(['1 prev_mismatch']);
  });

  test('a line that is cut off at the end, and one that is cut off within', async () => {
    const cut = await verifyForeign(await writtenAs('x.journal.merkle.jsonl', merkle.slice(0, -30)));
    expect(cut).toMatchObject({ records: 3, ok: false, breaks: [{ record: 4, reason: 'torn_tail' }] });
    expect(cut.head).toBe(JSON.parse(rows[2] as string).hash);
    expect(await breaksOf(joined([rows[0], rows[1]?.slice(0, -30), rows[2]]))).toEqual([
      '2 not_json',
      '3 prev_mismatch',
    ]);
  });

  test('lines that are something else are breaks, not records; blank ones are nothing', async () => {
    const text = joined([rows[0], 'garbage', '', '{"ts":1}', rows[1], 'null']);
    const report = await verifyForeign(await writtenAs('x.journal.merkle.jsonl', text));
    expect(report.records).toBe(2);
    expect(report.breaks.map(({ record, reason }) => `${record} ${reason}`)).toEqual([
      '2 not_json',
      '4 schema',
      '6 not_json',
    ]);
  });

  test('one flipped character of a record never goes unnoticed', async () => {
    const path = await writtenAs('x.journal.merkle.jsonl', merkle);
    await fc.assert(
      fc.asyncProperty(fc.nat(merkle.length - 1), async (i) => {
        // The first line's beginning is what tells the format.
        fc.pre(merkle[i] !== '\n' && i > 60);
        const code = merkle.charCodeAt(i) ^ 1;
        const text = merkle.slice(0, i) + String.fromCharCode(code) + merkle.slice(i + 1);
        await writeFile(path, text);
        expect((await verifyForeign(path)).ok).toBe(false);
      }),
      { numRuns: runs },
    );
  });
});

describe('the log beside it', () => {
  const both = (log: string, chain = merkle) => written({ 'x.journal.log': log, 'x.journal.merkle.jsonl': chain });
  const compared = async (log: string, chain?: string) => {
    const { matchesLog, differsAt, ok } = await verifyForeign(`${await both(log, chain)}/x.journal.merkle.jsonl`);
    return { matchesLog, differsAt, ok };
  };

  test('shows a forgery whose chain was computed anew', async () => {
    const forged = LINES.map(([ts, entry]): Line => [ts, entry.replace('kill', 'kiss')]);
    expect(await compared(logOf(LINES))).toEqual({ matchesLog: true, differsAt: null, ok: true });
    expect(await compared(logOf(LINES), merkleOf(forged))).toEqual({ matchesLog: false, differsAt: 2, ok: true });
  });

  test('is as long as the chain', async () => {
    expect(await compared(logOf(LINES.slice(0, 3)))).toEqual({ matchesLog: false, differsAt: 4, ok: true });
    expect(await compared(logOf([...LINES, [at(9), '[DEVOPS] more']]))).toMatchObject({
      matchesLog: false,
      differsAt: 5,
    });
  });

  test('may have entries of several lines, a byte order mark and CRLF', async () => {
    const lines: Line[] = [
      [at(0), '[A] one\ntwo\n\nthree'],
      [at(1), '[B] x'],
    ];
    const log = `\uFEFF${logOf(lines).replaceAll('\n', '\r\n')}`;
    expect(await compared(log, merkleOf(lines))).toEqual({ matchesLog: true, differsAt: null, ok: true });
  });

  test('is not asked for where there is none', async () => {
    const dir = await both(logOf(LINES));
    await unlink(`${dir}/x.journal.log`);
    expect((await verifyForeign(`${dir}/x.journal.merkle.jsonl`)).matchesLog).toBeNull();
  });
});

describe('the chain over tuples', () => {
  const tuples = tuplesOf(LAMP);
  const trace = (lines: readonly (string | undefined)[]) => writtenAs('x.jsonl', joined(lines));
  const changed = (i: number, from: string | RegExp, to: string): string[] =>
    tuples.map((text, n) => (n === i ? text.replace(from, to) : text));
  const roots = tuples.map((text) => JSON.parse(text).merkle_root as string);

  test('holds, in a trace and in a log', async () => {
    expect(await verifyForeign(await trace(tuples))).toMatchObject({ records: 4, ok: true, head: roots[3] });
    const log = await writtenAs('x.journal.log', logOf(lampLines()));
    expect(await verifyForeign(log)).toMatchObject({ format: 'legacy-log', records: 4, ok: true, head: roots[3] });
  });

  test('a changed field, leaf, root or predecessor is told apart', async () => {
    const reasons = async (lines: string[]) =>
      (await verifyForeign(await trace(lines))).breaks.map(({ record, reason }) => `${record} ${reason}`);
    expect(await reasons(changed(1, '"payload":"on"', '"payload":"off"'))).toEqual(['2 leaf_mismatch']);
    const leaf = JSON.parse(tuples[1] as string).leaf_hash as string;
    expect(await reasons(changed(1, leaf, sha('x')))).toEqual(['2 leaf_mismatch', '2 root_mismatch']);
    expect(await reasons(changed(1, `"merkle_root":"${roots[1]}"`, `"merkle_root":"${sha('x')}"`))).toEqual([
      '2 root_mismatch',
      '3 prev_mismatch',
    ]);
    expect(await reasons([tuples[0], tuples[2], tuples[3]] as string[])).toEqual(['2 prev_mismatch']);
  });

  test('the first tick that does not hold is named', async () => {
    const { tuples: counted } = await statForeign(await trace(changed(2, 'cat lamp', 'dog lamp')));
    expect(counted).toMatchObject({ count: 4, ok: false, firstBadTick: 2 });
  });

  test('lines of something else are named and left out', async () => {
    const path = await trace([tuples[0], '<html>', tuples[1], '{"tick_seq":9}', ...tuples.slice(2)]);
    expect(await verifyForeign(path)).toMatchObject({
      ...{ records: 4, ok: false },
      breaks: [
        { record: 2, reason: 'not_json' },
        { record: 4, reason: 'schema' },
      ],
    });
    const stat = await statForeign(path);
    expect(stat.entries).toBe(4);
    expect(stat.unparsableLines).toEqual([2, 4]);
  });

  test('a log that ends within a tuple, and one whose frame cannot be read', async () => {
    const cut = logOf(lampLines().slice(0, 3)).slice(0, -40);
    expect((await verifyForeign(await writtenAs('x.journal.log', cut))).breaks).toEqual([
      { record: 3, reason: 'torn_tail' },
    ]);
    const [ts, frame] = frameLine(9, 'cpu_fault', 'x');
    const broken = logOf([...lampLines(), [ts, frame.slice(0, -2)]]);
    expect((await verifyForeign(await writtenAs('x.journal.log', broken))).breaks).toEqual([
      { record: 9, reason: 'not_json' },
    ]);
  });

  test('a line that continues nothing is a break; byte order mark, CRLF and several lines are remarks', async () => {
    const log = `\uFEFF[${at(0)}] [A] one\r\ntwo\r\n`;
    expect(await verifyForeign(await writtenAs('x.journal.log', log))).toMatchObject({
      ...{ ok: true, head: null, records: 0, remarks: ['bom', 'crlf', 'multi_line'] },
    });
    const orphan = await writtenAs('x.journal.log', `lost\n[${at(0)}] [A] one\n`);
    expect((await verifyForeign(orphan)).breaks).toEqual([{ record: 1, reason: 'no_entry' }]);
  });
});
