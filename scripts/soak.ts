// `npm run soak [-- --records N]`: eight hours of a run, 5,000,000 records by default, through a console that is open all the
// while in a real pty and whose keys are pressed. Prints what the console holds as it goes on; exits 1 where it grows.
// The first 250,000 records are its warm-up: fewer than a million tell little.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openJournal, type Payload } from '../src/journal/index.ts';
import type { Rec } from '../src/store/record.ts';
import { KEYS, type Pty, type ScreenPredicate, spawnPty } from '../test/e2e/harness/pty.ts';
import { LongRun } from './soak/long-run.ts';

const { values } = parseArgs({ options: { records: { type: 'string', default: '5000000' } } });
const RECORDS = Number(values.records);
const RUN = '7f3a0c1d';
const HOURS = 8;
const BATCH = 4000;
/** Ticks that the console may lag behind before it is waited for. */
const AHEAD = 400;
/** Looks inside, evenly spread, each at the end of a round of acts: of a console that does the same. */
const LOOKS = 20;
/** Records in which code is compiled, caches fill up and the heap finds its size: what is seen up to there is told, and not compared. */
const WARM_UP = 250_000;
const WAIT_MS = 120_000;
/** Growth from the first quarter's looks to the last one's that is none. */
const GROWTH = 1.15;

interface Look {
  asked: number;
  /** After all garbage was collected; what lives long is in the old space. */
  heapUsed: number;
  old: number;
  rss: number;
  external: number;
  handles: number;
  listeners: number;
  descriptors: number;
}

const press =
  (...keys: string[]) =>
  async (pty: Pty): Promise<void> => {
    for (const key of keys) pty.keys(key);
  };

/** What an operator does all day: panes, places, ticks taken apart, help, a zoom, another size. */
const ACTS: readonly ((pty: Pty) => Promise<unknown>)[] = [
  press('4'),
  press('6'),
  press('3', '5'),
  press('z'),
  press('z', '8'),
  (pty) => after(pty, '?', /KEYS/),
  (pty) => after(pty, KEYS.escape, (screen) => !screen.includes('KEYS')),
  (pty) => after(pty, 'e', 'HELD'),
  (pty) => after(pty, KEYS.enter, /INSPECT|REPLY/),
  press('.'),
  press(','),
  (pty) => after(pty, 'q', '1 PLANNER'),
  press(' '),
  press(' '),
  press('7', '['),
  (pty) => after(pty, 'l', 'LIVE'),
  async (pty) => pty.resize(80, 24),
  async (pty) => pty.resize(120, 40),
];

const after = (pty: Pty, key: string, shown: ScreenPredicate): Promise<string> => {
  pty.keys(key);
  return pty.waitFor(shown, WAIT_MS);
};

const home = mkdtempSync(join(tmpdir(), 'turingos-soak-'));
const report = join(home, 'report.json');
// The writer stamps what it writes: its clock runs through eight hours while the records are made.
const begun = Date.now();
let written = 0;
Date.now = () => begun + Math.floor((written / RECORDS) * HOURS * 3_600_000);

const journal = await openJournal(join(home, 'runs', RUN), { run: RUN, fsync: 'never' });
const payload = ({ seq: _seq, ts: _ts, run: _run, class: _class, ...rest }: Rec): Payload => rest as Payload;
const write = (records: readonly Rec[]): void => {
  for (let i = 0; i < records.length; ) {
    const first = records[i] as Rec;
    let end = i + 1;
    if (first.class === 'note') journal.appendNote(payload(first));
    else {
      while (records[end]?.class === 'event') end += 1;
      journal.appendBatch(payload(first), records.slice(i + 1, end).map(payload));
    }
    written += end - i;
    i = end;
  }
  journal.flush();
};

const tickOf = (screen: string): number => Number(/ t(?:ick )?(\d+) /.exec(screen)?.[1] ?? 0);

const lookInside = async (pty: Pty, asked: number): Promise<Look> => {
  process.kill(pty.pid, 'SIGUSR2');
  for (let tries = 0; tries < 600; tries += 1) {
    await sleep(100);
    try {
      const look = JSON.parse(readFileSync(report, 'utf8')) as Look;
      if (look.asked === asked) return look;
    } catch {
      // Not yet.
    }
  }
  throw new Error('the console does not answer');
};

const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1).padStart(7);
const mean = (looks: readonly Look[], of: keyof Look): number =>
  looks.reduce((sum, look) => sum + look[of], 0) / looks.length;

const run = new LongRun();
write(run.next(BATCH));
const pty = spawnPty({
  command: process.execPath,
  args: ['bin/turingos.js', 'attach', RUN, '--home', home],
  cols: 120,
  rows: 40,
  env: {
    NODE_ENV: undefined,
    SOAK_REPORT: report,
    NODE_OPTIONS: `--import=${resolve('scripts/soak/look-inside.mjs')}`,
  },
});
const looks: Look[] = [];
const warm: Look[] = [];
try {
  await pty.waitFor('2 WORKERS', WAIT_MS);
  const start = performance.now();
  console.log('  records    ticks  heap MiB  old space   rss MiB  handles  listeners  descriptors  records/s');
  while (written < RECORDS) {
    for (const act of ACTS) {
      write(run.next(BATCH));
      await act(pty);
    }
    // At the end of a round of acts the view follows again, and shows where the console is.
    const due = run.tick - AHEAD;
    await pty.waitFor((screen) => tickOf(screen) >= due && screen.includes('LIVE'), WAIT_MS);
    if (written >= (RECORDS * (looks.length + 1)) / LOOKS || written >= RECORDS) {
      const look = await lookInside(pty, looks.length + 1);
      looks.push(look);
      if (written >= WARM_UP) warm.push(look);
      const rate = Math.round((written * 1000) / (performance.now() - start));
      const cells = [look.handles, look.listeners, look.descriptors, rate].map((n) => String(n).padStart(9));
      console.log(
        `${String(written).padStart(9)} ${String(run.tick).padStart(8)}   ${mib(look.heapUsed)}    ${mib(look.old)}   ${mib(look.rss)}${cells.join('  ')}`,
      );
    }
  }
  const quarter = Math.max(1, Math.floor(warm.length / 4));
  const [first, last] = [warm.slice(0, quarter), warm.slice(-quarter)];
  const grown = (['heapUsed', 'old', 'rss', 'handles', 'listeners', 'descriptors'] as const).filter(
    (of) => mean(last, of) > mean(first, of) * GROWTH,
  );
  const { bytes, clearScreen } = pty.counts();
  console.log(
    `${HOURS} hours of record time in ${Math.round((performance.now() - start) / 1000)} s; ${bytes} bytes to the terminal, ${clearScreen} clears.`,
  );
  const { members, bytes: remembered } = run.remembered;
  console.log(
    `The run's own state has grown by ${members} worlds and consensuses, ${(remembered / written).toFixed(3)} bytes a record, as its rules need; the console holds none of them.`,
  );
  if (warm.length < 2) console.log('Too few records to tell what grows.');
  else console.log(grown.length === 0 ? 'Nothing grew.' : `Grew: ${grown.join(', ')}.`);
  if (grown.length > 0) process.exitCode = 1;
} finally {
  await pty.close();
  await journal.close();
  rmSync(home, { recursive: true, force: true });
}
