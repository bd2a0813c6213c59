// The live screen in a real pty at 120×40, attached to a journal into which two brains stream 2,000 tokens a second each.
// CONSOLE_BENCH_SECONDS (default 15) says for how long.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal, type Payload } from '../src/journal/index.ts';
import { type Pty, spawnPty } from '../test/e2e/harness/pty.ts';
import { DemoRun } from '../test/store/demo-run.ts';
import type { BenchResult } from './report.ts';

const SECONDS = Number(process.env.CONSOLE_BENCH_SECONDS ?? 15);
const RUN = '7f3a0c1d';
/** As the runtime coalesces them. */
const DELTAS_A_SECOND = 20;
const TOKENS_A_SECOND = 2000;
const TOKENS_A_DELTA = TOKENS_A_SECOND / DELTAS_A_SECOND;
const DELTAS_A_REPLY = 10;
/** Ticks of /proc/PID/stat a second, on every Linux that Node runs on. */
const CLOCK_TICKS = 100;

const words = 'the sum of row seven is carried over digit by digit ';
const deltaText = words.repeat(8).slice(0, TOKENS_A_DELTA * 4);
const content = deltaText.repeat(DELTAS_A_REPLY).slice(0, 4000);

/** What there is besides the two streams. */
export interface Crowd {
  /** Capabilities that the operator has granted. */
  grants: number;
  /** Traps that the planner has taken. */
  traps: number;
}

/** One planner that maps once, two workers that write long texts for ever; each write is progress. */
const script = (ready: Set<number>, { traps }: Crowd): DemoRun =>
  new DemoRun(
    {
      planner: (n) => {
        const tasks = [{ text: 'write', caps: [{ cap: 'h2', rights: 'rw' }] }];
        if (n < traps) return 'no json';
        return n === traps
          ? JSON.stringify({ q: 'map', mind: [], world: { op: 'SYS_MAP_REDUCE', tasks, result: 'text' } })
          : undefined;
      },
      worker: (pid, n) =>
        ready.has(pid)
          ? JSON.stringify({
              q: 'w',
              mind: [],
              world: { op: 'SYS_WRITE', cap: 'h2', mode: 'replace', content: `${n} ${pid} ${content}` },
            })
          : undefined,
    },
    { deltas: false, policy: { panicBudget: 100_000 } },
  );

/** Streams into a journal until it is told to stop. */
const feed = async (dir: string, crowd: Crowd): Promise<{ stop(): Promise<void>; tokens(): number }> => {
  const journal = await openJournal(dir, { run: RUN, fsync: 'never' });
  const ready = new Set<number>();
  const run = script(ready, crowd);
  for (let i = 0; i < crowd.grants; i += 1) {
    run.command({ command: 'grant', pid: 1, rights: 'r', target: `rows/granted-${i}.csv` });
  }
  run.play();
  const said = new Map<number, number>();
  let tokens = 0;
  const write = (): void => {
    const records = run.records.splice(0);
    for (let i = 0; i < records.length; ) {
      const first = records[i] as (typeof records)[number];
      const { seq: _seq, ts: _ts, run: _run, class: recordClass, ...payload } = first;
      let end = i + 1;
      if (recordClass === 'note') journal.appendNote(payload as Payload);
      else {
        while (records[end]?.class === 'event') end += 1;
        const events = records
          .slice(i + 1, end)
          .map(({ seq: _s, ts: _t, run: _r, class: _c, ...event }) => event as Payload);
        journal.appendBatch(payload as Payload, events);
      }
      i = end;
    }
    journal.flush();
  };
  const tick = (): void => {
    for (const pid of run.asked().filter((asked) => asked !== 1)) {
      const count = (said.get(pid) ?? 0) + 1;
      said.set(pid, count);
      run.say(pid, deltaText, TOKENS_A_DELTA);
      tokens += TOKENS_A_DELTA;
      if (count < DELTAS_A_REPLY) continue;
      said.set(pid, 0);
      ready.add(pid);
      run.play(1);
      ready.delete(pid);
      run.play();
    }
    write();
  };
  write();
  const timer = setInterval(tick, 1000 / DELTAS_A_SECOND);
  return {
    tokens: () => tokens,
    stop: async () => {
      clearInterval(timer);
      await journal.close();
    },
  };
};

export const cpuMs = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS;
};

const KEYS: readonly [string, RegExp][] = [
  ['4', /━4 CAPABILITIES/],
  ['6', /━6 TRAPS/],
  ['3', /━3 PROCESSES/],
  ['5', /━5 VOTES/],
];

/**
 * Milliseconds from each key to the frame that shows it, one key about every 170 ms; and how late this process's own timers
 * were, which tells how busy the machine is with other things.
 */
const pressKeys = async (pty: Pty, until: number): Promise<{ times: number[]; late: number[] }> => {
  const times: number[] = [];
  const late: number[] = [];
  for (let i = 0; performance.now() < until; i += 1) {
    const [key, shown] = KEYS[i % KEYS.length] as (typeof KEYS)[number];
    const start = performance.now();
    pty.keys(key);
    await pty.waitFor(shown);
    times.push(performance.now() - start);
    const rest = 130 + (i % 7) * 13;
    const slept = performance.now();
    await new Promise((resolve) => setTimeout(resolve, rest));
    late.push(performance.now() - slept - rest);
  }
  const sort = (list: number[]): number[] => list.sort((a, b) => a - b);
  return { times: sort(times), late: sort(late) };
};

const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const round = (value: number): number => Math.round(value * 10) / 10;

export const measureConsole = async (name: string, crowd: Crowd): Promise<BenchResult> => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-bench-'));
  const feeder = await feed(join(home, 'runs', RUN), crowd);
  const pty = spawnPty({
    command: process.execPath,
    args: ['bin/turingos.js', 'attach', RUN, '--home', home],
    cols: 120,
    rows: 40,
  });
  try {
    await pty.waitFor(/2 WORKERS/);
    await pty.waitFor(/w2\* ?t\d/);
    const start = { ms: performance.now(), cpu: cpuMs(pty.pid), output: pty.output().length, tokens: feeder.tokens() };
    const { times: keys, late } = await pressKeys(pty, start.ms + SECONDS * 1000);
    const ms = performance.now() - start.ms;
    const cpu = ((cpuMs(pty.pid) - start.cpu) / ms) * 100;
    const output = pty.output().slice(start.output);
    const frames = count(output, /\u001b\[\?2026h/g);
    const clears = count(output, /\u001b\[[0123]?J|\u001bc/g);
    const runs = keys.length;
    return {
      name,
      rows: [
        {
          metric: 'fed, two brains',
          median: round(((feeder.tokens() - start.tokens) * 1000) / ms),
          unit: 'tokens/s',
          runs: 1,
        },
        { metric: 'key to frame p50', median: round(at(keys, 0.5)), unit: 'ms', runs },
        { metric: 'key to frame p99', median: round(at(keys, 0.99)), unit: 'ms', runs },
        { metric: 'own timers late p99', median: round(at(late, 0.99)), unit: 'ms', runs },
        { metric: 'cpu of one core', median: round(cpu), unit: '%', runs: 1 },
        { metric: 'cpu a frame', median: round((cpu * ms) / 100 / Math.max(1, frames)), unit: 'ms', runs: frames },
        { metric: 'frames', median: round((frames * 1000) / ms), unit: '/s', runs: 1 },
        {
          metric: 'written a frame',
          median: round(Buffer.byteLength(output) / Math.max(1, frames)),
          unit: 'bytes',
          runs: frames,
        },
        { metric: 'full-screen clears', median: clears, unit: '', runs: frames },
      ],
    };
  } finally {
    await pty.close();
    await feeder.stop();
    rmSync(home, { recursive: true, force: true });
  }
};
