// Why a run stands where it stands, told from its journal alone.
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { WhyFold } from '../../src/evidence/why/fold.ts';
import { nextVerbs } from '../../src/evidence/why/next.ts';
import { readWhy, WhyReader, whyOf } from '../../src/evidence/why/reader.ts';
import { whyText } from '../../src/evidence/why/sentences.ts';
import { eventfulRun } from '../store/demo-run.ts';

const GOLDEN = 'test/golden';
const NOBODY = { kernel: null, kernelWords: '' };
const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A copy of a golden run, to be damaged. */
const copyOf = (name: string): { dir: string; segment: string } => {
  const dir = mkdtempSync(join(tmpdir(), 'why-'));
  made.push(dir);
  cpSync(join(GOLDEN, name), dir, { recursive: true });
  return { dir, segment: join(dir, 'journal', '000001.ndjson') };
};

test('a death trace: first trouble, first thrash, panic spendings, last progress, last words, the way on', async () => {
  const why = await readWhy(join(GOLDEN, 'v1-dead'));
  expect(why).toMatchObject({
    ...{ task: 'ledger-3', records: 135, tick: 18, broken: null, thrash: 4 },
    ended: { outcome: 'dead', reason: 'panic_budget_exhausted' },
    firstTrouble: { tick: 5, who: 'P1', what: expect.stringMatching(/^THRASH_ROUTE GOTO sys:\/\/task 4 times/) },
    firstThrash: { tick: 5 },
    lastProgress: { tick: 10, what: 'look' },
    panic: { left: 0, total: 1, spent: [{ tick: 8, who: 'P1', left: 0 }] },
    lastWords: { tick: 18, who: 'P1', cut: false },
    traps: { THRASH_ROUTE: 2, EACCES: 4, WATCHDOG: 2 },
  });
  expect(nextVerbs('7f3a', 'dead', why).map(({ verb }) => verb)).toEqual([
    'open 7f3a@t5',
    'fork 7f3a --at t8',
    'bundle 7f3a',
  ]);
});

test('a kernel that is gone leaves the words it was killed in, and a run that can be resumed', async () => {
  const why = await readWhy(join(GOLDEN, 'v1-gone'));
  expect(why).toMatchObject({ ended: null, lastWords: { who: 'w4', tick: 6, cut: true } });
  expect(nextVerbs('7f3a', 'gone', why)[0]?.verb).toBe('resume 7f3a');
  const host = { kernel: null, kernelWords: 'out of memory' };
  // why-disk-ok-while-full: while it is full the journal cannot say so, and its kernel does.
  const full = whyText('7f3a', 'LIVE', why, { kernel: 7, kernelWords: '', stalled: 'The disk is full.' }, []).join(
    '\n',
  );
  expect(full).toContain('The disk is full, ');
  expect(full).not.toContain('disk ok');
  expect(whyText('7f3a', 'GONE', why, host, []).join('\n')).toContain(
    'its kernel ended without a word, but: out of memory, chain ok',
  );
});

test('outages are told with how long they were waited for, and who waits', async () => {
  const why = await readWhy(join(GOLDEN, 'v1-interrupted'));
  expect(why.outages).toMatchObject([
    { who: 'P1', error: 'unreachable', attempts: 2, waitMs: 3000, open: false },
    { who: 'P1', error: 'unreachable', attempts: 5, waitMs: 30_000, open: true },
  ]);
  expect(why.waiting).toBeNull();
  expect(whyText('x', 'INTR', why, NOBODY, []).join('\n')).toContain('2 outages (unreachable, 30 s, still)');
});

test('a fork names its origin; a pause names who asked for it', async () => {
  expect((await readWhy(join(GOLDEN, 'v1-forked'))).origin).toEqual({ run: 'a11a437b', seq: 36 });
  expect((await readWhy(join(GOLDEN, 'v1-paused'))).paused).not.toBeNull();
});

test('a journal that is broken in its middle is read up to the break, and told', async () => {
  const { dir, segment } = copyOf('v1-dead');
  const text = readFileSync(segment, 'utf8').split('\n');
  text[99] = (text[99] ?? '').replace('"tick":', '"tick" :');
  writeFileSync(segment, text.join('\n'));
  const why = await readWhy(dir);
  expect(why).toMatchObject({ records: 99, ended: null, firstTrouble: { tick: 5 } });
  expect(why.broken).toMatch(/^Journal segment 000001\.ndjson is broken at record 100/);
  expect(nextVerbs('x', 'gone', why)[0]?.verb).toBe('verify x');
});

test('a directory in the place of a segment is one sentence', async () => {
  const { dir, segment } = copyOf('v1-passed');
  rmSync(segment);
  cpSync(join(dir, 'blobs'), segment, { recursive: true, force: true });
  const why = await readWhy(dir);
  expect(why.broken).toMatch(/cannot be read \(.*it is no file\)/);
});

test('nothing at all is no error', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'why-'));
  made.push(dir);
  expect(await readWhy(dir)).toMatchObject({ records: 0, broken: null, firstTrouble: null, lastWords: null });
});

describe('a run that goes on', () => {
  const { records } = eventfulRun();

  test('what a process has not got out of is told as thrashing', () => {
    expect(whyOf(records).thrashing).toMatchObject({ who: 'P1', tick: 44 });
    expect(whyOf(records)).toMatchObject({ panic: { left: 2, total: 3 }, thrash: 1 });
  });

  test('property: any beginning of a run has an answer, and what was first stays first', () => {
    const whole = whyOf(records);
    fc.assert(
      fc.property(fc.nat(records.length), (count) => {
        const fold = new WhyFold();
        for (const rec of records.slice(0, count)) fold.see(rec);
        const why = fold.why();
        for (const first of ['firstTrouble', 'firstThrash'] as const) {
          if (why[first] !== null) expect(why[first]).toEqual(whole[first]);
        }
        expect(why.panic.left).toBeLessThanOrEqual(why.panic.total);
        expect(whyText('x', 'LIVE', { ...why, broken: null, bytes: 0 }, NOBODY, []).join('\n')).not.toContain(
          'undefined',
        );
      }),
      { numRuns: 50 },
    );
  });
});

test('reading on in small steps, while it is written, tells the same as reading it at once', async () => {
  const { dir, segment } = copyOf('v1-dead');
  const text = readFileSync(segment);
  truncateSync(segment, 5000);
  const reader = new WhyReader(dir);
  await reader.on();
  appendFileSync(segment, text.subarray(5000, 20_001));
  while (!(await reader.on(1000))) expect(reader.report().broken).toBeNull();
  appendFileSync(segment, text.subarray(20_001));
  while (!(await reader.on(1000))) expect(reader.report().broken).toBeNull();
  expect(reader.report()).toEqual(await readWhy(join(GOLDEN, 'v1-dead')));
});

test('two who read on at once do not read anything twice', async () => {
  const reader = new WhyReader(join(GOLDEN, 'v1-dead'));
  await Promise.all([reader.on(1000), reader.on(1000), reader.on()]);
  expect(reader.report()).toEqual(await readWhy(join(GOLDEN, 'v1-dead')));
});
