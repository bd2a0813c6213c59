/** What `replay.bench.ts` measures, in a process of its own: `node replay-child.ts MODE DIR [RECORDS]`, one line of JSON. */
import { setFlagsFromString } from 'node:v8';
import { buildIndex, openRun } from '../src/replay/index.ts';
import { startIndexer } from '../src/replay/index-thread.ts';
import { writeLongJournal } from './long-journal.ts';

const SEEKS = 500;
/** Of those, so many again, each by a source that has nothing kept. */
const COLD = 100;

/** A process that consoles are like: the young generation may not grow, or it never shrinks again. */
setFlagsFromString('--semi-space-growth-factor=1');

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** The same places in each run, all over the journal. */
const places = (last: number): number[] => {
  let x = 1;
  return Array.from({ length: SEEKS }, () => {
    x = (x * 48_271) % 2_147_483_647;
    return 1 + (x % last);
  });
};

const openAndSeek = async (dir: string, seq: number): Promise<void> => {
  const source = await openRun(dir);
  await source.stateAt(seq);
  await source.close();
};

const travel = async (dir: string) => {
  const start = performance.now();
  const source = await openRun(dir);
  const { first, last } = await source.extent();
  await source.stateAt(first.seq);
  const firstFrameMs = performance.now() - start;
  const lastFrameMs = await timed(() => source.stateAt(last.seq));
  const [seekMs, seekCpuMs, stepMs]: [number[], number[], number[]] = [[], [], []];
  for (const seq of places(last.seq)) {
    const before = process.cpuUsage();
    seekMs.push(await timed(() => source.stateAt(seq)));
    const { user, system } = process.cpuUsage(before);
    seekCpuMs.push((user + system) / 1000);
    // What a viewer does next: a step back.
    stepMs.push(await timed(() => source.stateAt(seq - 1)));
  }
  const coldMs: number[] = [];
  for (const seq of places(last.seq).slice(0, COLD)) coldMs.push(await timed(() => openAndSeek(dir, seq)));
  const rssMb = process.memoryUsage().rss / 1e6;
  await source.close();
  return { records: last.seq, firstFrameMs, lastFrameMs, seekMs, seekCpuMs, stepMs, coldMs, rssMb };
};

const [mode = '', dir = '', records = '0'] = process.argv.slice(2);
const modes: Record<string, () => Promise<unknown>> = {
  travel: () => travel(dir),
  index: async () => {
    const start = performance.now();
    const report = await buildIndex(dir);
    return { ...report, seconds: (performance.now() - start) / 1000 };
  },
  write: async () => {
    const seconds = (await timed(() => writeLongJournal(dir, Number(records)))) / 1000;
    return { seconds };
  },
  'write-indexed': async () => {
    const thread = startIndexer(dir, { follow: true });
    const seconds = (await timed(() => writeLongJournal(dir, Number(records)))) / 1000;
    await thread.stop();
    return { seconds };
  },
};
console.log(JSON.stringify(await modes[mode]?.()));
