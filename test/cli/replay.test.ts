import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitPlace } from '../../src/cli/replay-target.ts';
import { openJournal } from '../../src/journal/index.ts';
import type { Rec } from '../../src/store/record.ts';
import { lampLines, merkleOf } from '../replay/foreign/made.ts';
import { eventfulRun } from '../store/demo-run.ts';
import { begin, turingos } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const ID = '7f3a0c1d';
const { records } = eventfulRun().command({ command: 'tell', pid: 99, text: 'hi' }).command({ command: 'kill' });
let home: string;
let segment: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'turingos-replay-'));
  const dir = join(home, 'runs', ID);
  const journal = await openJournal(dir, { run: ID, fsync: 'never' });
  let batch: Rec[] = [];
  const payload = ({ seq: _seq, ts: _ts, run: _run, class: _class, ...rest }: Rec) => rest;
  const flush = (): void => {
    const [input, ...events] = batch.map(payload);
    if (input !== undefined) journal.appendBatch(input, events);
    batch = [];
  };
  for (const rec of records) {
    if (rec.class !== 'event') flush();
    if (rec.class === 'note') journal.appendNote(payload(rec));
    else batch.push(rec);
  }
  flush();
  await journal.close();
  segment = join(dir, 'journal', '000001.ndjson');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const replay = (...args: string[]) => turingos('replay', ...args, '--home', home);
/** Without the times, which are those of the writing. */
const sentences = (stdout: string): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^(\d\d:)?\d\d:\d\d\.\d{3} /, ''));

describe('--plain', () => {
  test('tells the run in sentences: ops, progress, traps with evidence, votes, panic, the end', async () => {
    const { code, stdout, stderr } = await replay(ID, '--plain');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = sentences(stdout);
    expect(lines[0]).toBe(`run ${ID} of ledger-12: planner tiny, worker tiny-early, seed 7`);
    for (const line of [
      'P1 begins: Sum each row of rows/ into ANSWER.txt.',
      't2 P1 MAP 3 steps',
      't2 P1 starts map m1 of 3 steps',
      't18 P1 progress: write',
      'map m1 joined: 1010, 1020, 1030',
      't44 P1 GOTO ANSWER.txt',
      'order of test: tell w99 hi',
      'that order did nothing: there is no process 99',
      'order of test: kill',
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.join('\n')).toMatch(/^t7 w2 was denied vfd:\/\/rw\/ANSWER\.txt: unknown, nearest h\d$/m);
    expect(lines.join('\n')).toMatch(/^t7 w2 TRAP EACCES: .+$/m);
    expect(lines.join('\n')).toMatch(/^t44 P1 TRAP THRASH_ROUTE: .+$/m);
    expect(lines.join('\n')).toMatch(/^t22 P1 PANIC RESET: 2 left, .+$/m);
    expect(lines.join('\n')).toMatch(/^w\d+ votes 1010 in m1 step 1$/m);
    expect(lines.at(-1)).toMatch(/^ended KILLED after 45 ticks: /);
  });

  test('with --json its notable records, one a line', async () => {
    const { code, stdout } = await replay(ID, '--json');
    expect(code).toBe(0);
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; kind: string });
    expect(objects.map(({ kind }) => kind)).toContain('trap.raised');
    expect(objects.map(({ kind }) => kind)).not.toContain('stream.delta');
    expect(objects.at(-1)).toMatchObject({ kind: 'run.ended', seq: records.length });
    expect(objects.map(({ seq }) => seq)).toEqual(objects.map(({ seq }) => seq).sort((a, b) => a - b));
  });

  test('a segment stands for its run, and a copy of it, elsewhere, for itself', async () => {
    const whole = sentences((await replay(ID, '--plain')).stdout);
    expect(sentences((await replay(segment, '--plain')).stdout)).toEqual(whole);
    const copy = join(home, 'copy.ndjson');
    copyFileSync(segment, copy);
    expect(sentences((await replay(copy, '--plain')).stdout)).toEqual(whole);
  });

  test('a run that has not ended says so', async () => {
    const cut = join(home, 'cut.ndjson');
    const text = readFileSync(segment, 'utf8').split('\n').slice(0, 50).join('\n');
    writeFileSync(cut, `${text}\n`);
    expect(sentences((await replay(cut, '--plain')).stdout).at(-1)).toBe(
      'the journal ends here; the run has not ended',
    );
  });

  test('at a speed it takes its time', async () => {
    // All was written within a moment: even at a quarter of the pace it is over soon, and says the same.
    const { code, stdout } = await replay(ID, '--plain', '--speed', '64');
    expect(code).toBe(0);
    expect(sentences(stdout)).toEqual(sentences((await replay(ID, '--plain')).stdout));
  });

  test('a reader that has had enough is no error', async () => {
    const { proc, ended } = begin('replay', ID, '--plain', '--home', home);
    proc.stdout?.once('data', () => proc.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

test('output that finds no room is told as that', ({ skip }) => {
  if (!existsSync('/dev/full')) skip('there is no /dev/full here');
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'replay', ID, '--plain', '--home', home], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  expect(stderr).toMatch(/^turingos: the output cannot be written \(ENOSPC\): .*\n$/);
  expect(status).toBe(69);
});

test('a journal of the earlier system is told in the same words', async () => {
  const file = join(home, 'lamp.journal.merkle.jsonl');
  writeFileSync(file, merkleOf(lampLines()));
  const { code, stdout, stderr } = await replay(file, '--plain');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = sentences(stdout);
  expect(lines[0]).toMatch(/^run lamp\.journal\.merkle\.jsonl of lamp: planner legacy/);
  expect(lines.join('\n')).toMatch(/^t\d+ P1 progress: write$/m);
  expect(lines.join('\n')).toMatch(/^ended DONE after 4 ticks: /m);
});

test('what stands behind the last @ is the place', () => {
  expect(splitPlace('7f3a@t84')).toEqual({ name: '7f3a', place: 't84' });
  expect(splitPlace('7f3a')).toEqual({ name: '7f3a', place: undefined });
  expect(splitPlace('@last')).toEqual({ name: '@last', place: undefined });
  expect(splitPlace('@last@50%')).toEqual({ name: '@last', place: '50%' });
  const odd = join(home, 'a@b.jsonl');
  writeFileSync(odd, '');
  expect(splitPlace(odd)).toEqual({ name: odd, place: undefined });
  expect(splitPlace(`${odd}@t3`)).toEqual({ name: odd, place: 't3' });
});

describe('one sentence', () => {
  test.each([
    [['replay', 'nope', '--plain'], 66, /^turingos: "nope" is neither a file here nor a run under /],
    [['replay', './nope.ndjson', '--plain'], 66, /^turingos: there is no file \.\/nope\.ndjson: /],
    [['replay', 'package.json', '--plain'], 65, /^turingos: package\.json is no journal: /],
    [['replay', ID], 69, /^turingos: replay needs a terminal: use --plain or --json without one$/],
    [['replay', ID, '--plain', '--speed', '0'], 2, /Give max, or a number from 0\.25 to 64/],
    [['open', `${ID}@t999`], 66, /^turingos: There is no tick 999: the run has 45$/],
    [['open', `${ID}@nowhere`], 2, /^turingos: "nowhere" is no place in a run: give 50%, t84, #18231/],
    [['open', `nope@t1`], 66, /^turingos: "nope" is neither a file here nor a run/],
    [['open', '@last'], 69, /^turingos: open needs a terminal: use replay --plain without one$/],
  ])('%j', async (args, code, sentence) => {
    const ended = await turingos(...args, '--home', home);
    expect(ended.stderr.trimEnd()).toMatch(sentence);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe('');
  });
});
