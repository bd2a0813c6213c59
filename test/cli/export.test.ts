/** A run as an asciicast: what its bytes are, and what a terminal shows of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CastSpan } from '../../src/cli/cast-span.ts';
import { CastTiming } from '../../src/cli/cast-timing.ts';
import { type ExportOptions, exportVerb } from '../../src/cli/export.ts';
import type { JournalRecord } from '../../src/journal/index.ts';
import { openJournal, payloadOf } from '../../src/journal/index.ts';
import type { Rec } from '../../src/store/record.ts';
import { scratch } from '../runtime/rig.ts';
import { eventfulRun } from '../store/demo-run.ts';
import { readCast, screenAt } from './cast-reader.ts';
import { beginOnTerminal, newHome, turingos } from './harness.ts';

const LARGE = { columns: 120, rows: 40 };
const SMALL = { columns: 80, rows: 24 };

/** Few frames. */
const QUICK = { pace: 8 };

/** A journal of the eventful run, its records at the times that the run gives them. */
const recorded = async (end = false): Promise<string> => {
  const dir = scratch();
  const run = eventfulRun(QUICK);
  if (end) run.command({ command: 'kill' });
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const journal = await openJournal(dir, { run: '7f3a0c1d', fsync: 'never' });
  let cause = 0;
  for (const rec of run.records) {
    vi.setSystemTime(Date.parse(rec.ts));
    const payload = payloadOf(rec as unknown as JournalRecord);
    if (rec.class === 'input') cause = journal.appendBatch(payload, []);
    else if (rec.class === 'event') journal.appendEvents([payload], cause);
    else journal.appendNote(payload);
  }
  await journal.close();
  vi.useRealTimers();
  return dir;
};

/** The cast of a run that goes on, made once for all tests that only look at it. */
let plain: ReturnType<typeof exported> | undefined;
const plainly = async () => {
  plain ??= exported(await recorded());
  return await plain;
};

/** The cast that the verb makes, and how it ended. */
const exported = async (dir: string, options: Partial<ExportOptions> = {}) => {
  const output = join(scratch(), 'run.cast');
  const said = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const complained = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    const code = await exportVerb(dir, { size: LARGE, speed: 1, output, ...options });
    const text = readFileSync(output, 'utf8');
    const words = (spy: typeof said): string => spy.mock.calls.map(([chunk]) => String(chunk)).join('');
    return { code, text, cast: readCast(text), stdout: words(said), stderr: words(complained) };
  } finally {
    said.mockRestore();
    complained.mockRestore();
  }
};

describe('the cast of a run', () => {
  test('is asciicast v3: size, start and title in its header, then output and markers', async () => {
    const dir = await recorded();
    const { code, cast, stdout } = await exported(dir, { idleLimit: 2.5 });
    expect(code).toBe(0);
    expect(cast.header).toEqual({
      version: 3,
      term: { cols: 120, rows: 40, type: 'xterm-256color' },
      timestamp: Date.parse('2026-01-05T09:00:00.000Z') / 1000,
      idle_time_limit: 2.5,
      title: 'turingos 7f3a0c1d ledger-12',
    });
    expect(new Set(cast.events.map(({ code: kind }) => kind))).toEqual(new Set(['o', 'm']));
    expect(stdout).toMatch(/run\.cast: [\d.]+ s, \d+ frames, \d+ markers\n$/);
  });

  test('of simulated brains says so in its title', async () => {
    const dir = fileURLToPath(new URL('../golden/v1-passed', import.meta.url));
    expect((await exported(dir, { size: SMALL })).cast.header.title).toMatch(/ ledger-3 \(simulated brains\)$/);
  });

  test('is the same, byte for byte, every time', async () => {
    expect((await exported(await recorded())).text).toBe((await plainly()).text);
  });

  test('has a marker at each trap, panic reset and the end, and at each the screen shows it', async () => {
    const { cast } = await exported(await recorded(true));
    const marks = cast.events.flatMap((event, at) => (event.code === 'm' ? [{ label: event.data, at }] : []));
    const labels = marks.map(({ label }) => label);
    expect(labels).toContain('t44 THRASH_ROUTE P1');
    expect(labels).toContain('t22 PANIC P1, 2 left');
    expect(labels.at(-1)).toBe('t45 END killed');
    expect(labels.filter((label) => /EACCES w\d+$/.test(label)).length).toBe(3);
    const trap = marks.find(({ label }) => label === 't44 THRASH_ROUTE P1');
    const screen = (await screenAt(cast, trap?.at)).join('\n');
    expect(screen).toMatch(/LIVE {2}THRASHING/);
    expect(screen).toMatch(/t44 +P1 +THRASH_ROUTE/);
  });

  test('ends on the screen that the console would have shown, at both sizes', async () => {
    const large = await screenAt((await plainly()).cast);
    expect(large.length).toBe(40);
    expect(large[0]).toMatch(/^7f3a0c1d ledger-12 +P tiny +W tiny-early.* tick 45 .*LIVE {2}THRASHING/);
    expect(large[1]).toMatch(/^THRASH .* 4\/4 TRAP {2}P1 t41-44 x4: GOTO ANSWER\.txt/);
    for (const title of [
      '1 PLANNER P1',
      '2 WORKERS',
      '3 PROCESSES',
      '4 CAPABILITIES',
      '5 VOTES',
      '6 TRAPS',
      '7 TIMELINE',
    ])
      expect(large.join('\n')).toContain(title);
    expect(large.join('\n')).toContain('PANIC');
    expect(large.join('\n')).toContain('I should re-read');
    const small = await screenAt((await exported(await recorded(), { size: SMALL })).cast);
    expect(small.length).toBe(24);
    expect(small.join('\n')).toMatch(/THRASH .* 4\/4 TRAP/);
  });

  test('shows in its midst what was there then, and not what came later', async () => {
    const { cast } = await plainly();
    const screen = (
      await screenAt(
        cast,
        cast.events.findIndex(({ data }) => data === 't22 PANIC P1, 2 left'),
      )
    ).join('\n');
    expect(screen).toMatch(/PANIC .* 2 of 3 left/);
    expect(screen).not.toContain('THRASH_ROUTE');
  });

  test('keeps the recorded time; another speed divides it', async () => {
    const { records } = eventfulRun(QUICK);
    const seconds = (Date.parse(records.at(-1)?.ts ?? '') - Date.parse(records[0]?.ts ?? '')) / 1000;
    const usual = (await plainly()).cast;
    expect(Math.abs((usual.events.at(-1)?.at ?? 0) - seconds)).toBeLessThan(0.1);
    const fast = (await exported(await recorded(), { speed: 4 })).cast;
    expect(Math.abs((fast.events.at(-1)?.at ?? 0) - seconds / 4)).toBeLessThan(0.1);
    expect(fast.events.length).toBeLessThan(usual.events.length);
    expect(await screenAt(fast)).toEqual(await screenAt(usual));
  });

  test('a journal without an end says so in its last marker', async () => {
    expect((await plainly()).cast.events.at(-1)).toMatchObject({
      code: 'm',
      data: 't45 JOURNAL ENDS',
    });
  });

  test('of a part begins with its first tick as the screen was then, and ends with its last', async () => {
    const dir = await recorded();
    const { cast } = await exported(dir, { from: 22, to: 44 });
    expect((await screenAt(cast, 0)).join('\n')).toMatch(/tick 22 /);
    const labels = cast.events.filter(({ code }) => code === 'm').map(({ data }) => data);
    expect([labels[0], labels.at(-1)]).toEqual(['t22 CPU_FAULT P1', 't44 THRASH_ROUTE P1']);
  });

  test('of a broken journal shows what lies before the break, and ends with 3 and the journal’s sentence', async () => {
    const dir = await recorded();
    const path = join(dir, 'journal', '000001.ndjson');
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[200] = 'no record';
    writeFileSync(path, lines.join('\n'));
    const { code, cast, stderr } = await exported(dir);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^turingos: Journal segment 000001\.ndjson is broken at record 201, byte \d+: /);
    expect((await screenAt(cast)).join('\n')).toContain('1 PLANNER P1');
  });
});

describe('the command', () => {
  const BIN = fileURLToPath(new URL('../../bin/turingos.js', import.meta.url));
  const call = (dir: string) =>
    spawn(process.execPath, [BIN, 'export', dir, '--format', 'asciicast', '--size', '80x24'], {
      env: { ...process.env, NODE_ENV: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  test('without -o has nothing but the cast on stdout', async () => {
    const dir = await recorded(true);
    const proc = call(dir);
    const [out, err, [code]] = await Promise.all([text(proc.stdout), text(proc.stderr), once(proc, 'close')]);
    expect([code, err]).toEqual([0, '']);
    const screen = await screenAt(readCast(out));
    expect(screen).toEqual(await screenAt((await exported(dir, { size: SMALL })).cast));
    expect(screen[0]).toMatch(/ENDED +KILLED *$/);
  });

  test('ends quietly when nobody reads on', async () => {
    const proc = call(await recorded());
    proc.stdout.once('data', () => proc.stdout.destroy());
    const [err, [code]] = await Promise.all([text(proc.stderr), once(proc, 'close')]);
    expect([code, err]).toEqual([0, '']);
  });

  test('does not draw a cast on a terminal', async () => {
    const { code, stderr } = await beginOnTerminal('export', await recorded(), '--format', 'asciicast').ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('name a file with -o')]);
  });
});

describe('bad input', () => {
  test('a tick that the run has not, a span without anything in it, a file that cannot be made', async () => {
    const dir = await recorded();
    const output = join(scratch(), 'run.cast');
    const options = { size: LARGE, speed: 1, output };
    await expect(exportVerb(dir, { ...options, from: 900 })).rejects.toThrow(
      /nothing to show from t900 on: .* came to t45/,
    );
    expect([existsSync(output), existsSync(`${output}.part`)]).toEqual([false, false]);
    await expect(exportVerb(dir, { ...options, from: 9, to: 3 })).rejects.toThrow('--to t3 comes before --from t9');
    const nowhere = join(output, 'no', 'such', 'place');
    await expect(exportVerb(dir, { ...options, output: nowhere })).rejects.toThrow(
      /cannot be written \(ENOENT\): name another/,
    );
  });

  test('other formats, sizes and speeds are named with what there is', async () => {
    const home = newHome();
    const call = (...args: string[]) => turingos('export', 'abc', '--home', home, ...args);
    const gif = await call('--format', 'gif');
    expect([gif.code, gif.stderr]).toEqual([2, expect.stringContaining('Allowed choices are asciicast')]);
    expect((await call()).stderr).toContain('--format');
    const cast = ['--format', 'asciicast'];
    expect((await call(...cast, '--size', '10x10')).stderr).toContain('120x40 or 80x24');
    expect((await call(...cast, '--speed', '0')).stderr).toContain('0.001');
    expect((await call(...cast, '--from', 'x')).stderr).toContain('t84');
  });
});

const rec = (seq: number, ms: number, more: object = {}): Rec =>
  ({
    seq,
    ts: new Date(ms).toISOString(),
    run: '7f3a0c1d',
    class: 'note',
    kind: 'runtime.said',
    text: '',
    ...more,
  }) as Rec;

describe('when a frame is drawn', () => {
  test('at once, then as often as 15 times a second, and never for nothing', () => {
    const timing = new CastTiming(1);
    const frames = [0, 10, 20, 30, 500, 510, 2000].map((ms, i) => timing.add(rec(i, ms)));
    const drawn = [...frames, timing.end()].flatMap((frame) =>
      frame === undefined ? [] : [[Math.round(frame.at), frame.records.map(({ seq }) => seq)]],
    );
    expect(drawn).toEqual([
      [0, [0]],
      [67, [1, 2, 3]],
      [500, [4]],
      [567, [5]],
      [2000, [6]],
    ]);
  });

  test('a clock that goes back stands still', () => {
    const timing = new CastTiming(1);
    for (const [i, ms] of [1000, 9000, 2000, 2500].entries()) timing.add(rec(i, ms));
    expect(timing.end()?.at).toBe(8500);
  });
});

test('a span ends when its last tick is over, whatever else is under way', () => {
  const span = new CastSpan(2, 3);
  const tick = (kind: string, n: number, pid: number) => rec(n, n, { class: 'event', kind, tick: n, pid });
  const input = rec(0, 0, { class: 'input' });
  const stages = [
    tick('route.dispatched', 1, 1),
    tick('route.dispatched', 2, 1),
    tick('route.dispatched', 3, 2),
    input,
    tick('route.dispatched', 4, 3),
    input,
    tick('trap.raised', 3, 2),
    rec(0, 0, { class: 'event', kind: 'panic.spent' }),
    input,
  ].map((record) => span.see(record));
  expect(stages).toEqual(['before', ...Array.from({ length: 7 }, () => 'shown'), 'after']);
});
