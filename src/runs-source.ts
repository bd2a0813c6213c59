/**
 * What the runs screen lists, read from disk. Of every run the end of its journal is read, of those at work what they went on
 * to write, and the whole journal of those that are looked at. One run that cannot be read takes nothing from the others.
 */
import { statSync } from 'node:fs';
import { nextVerbs } from './evidence/why/next.ts';
import { WhyReader, type WhyReport } from './evidence/why/reader.ts';
import { whyFields } from './evidence/why/sentences.ts';
import { listSegments } from './journal/index.ts';
import { lastLook, rememberLook } from './last-look.ts';
import { diskUse } from './runtime/disk-use.ts';
import { kernelWords } from './runtime/kernel-words.ts';
import { killedMark, killedText } from './runtime/killed-mark.ts';
import { lockHolder } from './runtime/liveness.ts';
import { runDir, runIds } from './runtime/run-dir.ts';
import { isLive, type RunSummary, summarise } from './runtime/run-summary.ts';
import { stallOf } from './runtime/stall.ts';
import { SwapReader } from './runtime/swapped-brains.ts';
import type { RunRow, RunState, Told } from './screens/runs/runs-model.ts';
import type { RunsSource } from './screens/runs/runs-view.ts';
import { noProgressText } from './store/no-progress.ts';
import { tagBook } from './tag-book.ts';

/** Of a living run's journal, at each look: what is not read now is read at the next. */
const LOOK_BYTES = 4 * 1024 * 1024;
/** A living run that has been silent for so long is asked whether its disk is full. */
const SILENT_MS = 2000;
/** Runs read at once: each is a few small files. */
const AT_ONCE = 32;

interface Known {
  /** What the summary was read from: it stands as long as this does. */
  signature: string;
  summary: RunSummary;
  swaps: SwapReader;
  reader?: WhyReader;
  why?: WhyReport;
  bytes?: number;
}

export const runsSource = (home: string): RunsSource => {
  const known = new Map<string, Known>();

  const summaryOf = async (id: string): Promise<Known | undefined> => {
    const signature = await signatureOf(runDir(home, id));
    const old = known.get(id);
    if (old !== undefined && signature !== '' && old.signature === signature && !isLive(old.summary)) return old;
    const swaps = old?.swaps ?? new SwapReader(runDir(home, id));
    const summary = await summarise(home, id, swaps);
    if (summary === undefined) {
      known.delete(id);
      return undefined;
    }
    // What was told of a journal that has grown since is told anew, on from there.
    const grown = old !== undefined && old.signature !== signature;
    const { reader, why, bytes } = old ?? {};
    const next: Known = { signature, summary, swaps, ...(reader === undefined ? {} : { reader }) };
    if (!grown && why !== undefined) next.why = why;
    if (!grown && bytes !== undefined) next.bytes = bytes;
    known.set(id, next);
    return next;
  };

  const rowOf = async (id: string): Promise<RunRow[]> => {
    const run = await summaryOf(id);
    if (run === undefined) return [];
    if (isLive(run.summary)) await readOn(run, LOOK_BYTES);
    return [await finished(run)];
  };

  const finished = async (run: Known): Promise<RunRow> => {
    const { summary, why, bytes } = run;
    const waits = await waitOf(summary, why);
    const row: RunRow = {
      ...summary,
      ...standing(summary, why, waits),
      tags: tagBook(summary.dir).read(),
      ...(why === undefined ? {} : { told: toldBy(summary, why) }),
      ...(bytes === undefined ? {} : { bytes }),
    };
    return row;
  };

  return {
    home,
    since: lastLook(home),
    left: () => rememberLook(home),
    writeTag: (id, tag) => {
      const book = tagBook(runDir(home, id));
      book.write(tag);
      return book.read();
    },
    list: async () => {
      const ids = runIds(home);
      for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
      const rows: RunRow[] = [];
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some = ids.slice(at, at + AT_ONCE).map((id) => rowOf(id).catch(() => []));
        rows.push(...(await Promise.all(some)).flat());
      }
      return rows;
    },
    look: async (id, signal) => {
      const run = known.get(id);
      if (run === undefined || run.why !== undefined) return undefined;
      if (!(await readOn(run, Number.POSITIVE_INFINITY, signal))) return undefined;
      return await finished(run);
    },
    measure: async (id) => {
      const bytes = known.get(id)?.bytes ?? (await diskUse(runDir(home, id)));
      const run = known.get(id);
      if (run !== undefined) run.bytes = bytes;
      return bytes;
    },
  };
};

/** Size and time of the last segment, who holds the journal, and when it was killed by force; '' where it cannot be told. */
const signatureOf = async (dir: string): Promise<string> => {
  try {
    const last = (await listSegments(dir)).at(-1);
    if (last === undefined) return '';
    const { size, mtimeMs } = statSync(last);
    return `${last} ${size} ${mtimeMs} ${lockHolder(dir)?.pid ?? ''} ${killedMark(dir)?.at ?? ''}`;
  } catch {
    return '';
  }
};

/** @returns whether the journal's end was reached; then it is known why the run stands so */
const readOn = async (run: Known, maxBytes: number, signal?: AbortSignal): Promise<boolean> => {
  run.reader ??= new WhyReader(run.summary.dir);
  const { reader } = run;
  if (!(await reader.on(maxBytes, signal))) return false;
  run.why = reader.report();
  // Nothing more is to come: what it took to read is not needed any more.
  if (!isLive(run.summary) && run.summary.state !== 'gone') delete run.reader;
  return true;
};

/** What a living run waits for; '' for nothing. */
const waitOf = async (summary: RunSummary, why: WhyReport | undefined): Promise<string> => {
  if (summary.state !== 'running') return '';
  const { waiting = null } = why ?? {};
  if (waiting !== null) return `${waiting.who} ${waiting.what}`;
  const silent = Date.now() - Date.parse(summary.lastAt ?? summary.createdAt);
  return silent > SILENT_MS ? ((await stallOf(summary.dir)) ?? '') : '';
};

const standing = (
  { state, reason }: RunSummary,
  why: WhyReport | undefined,
  waits: string,
): { state: RunState; reason: string } => {
  if (waits !== '') return { state: 'waiting', reason: waits };
  if (state === 'running' && why !== undefined && why.thrashing !== null) {
    return { state: 'thrash', reason: `${why.thrashing.who} ${why.thrashing.what}` };
  }
  if (state === 'running' && why !== undefined && why.nowhere !== null) {
    return { state: 'thrash', reason: noProgressText(why.nowhere) };
  }
  return { state, reason };
};

const toldBy = (summary: RunSummary, why: WhyReport): Told => {
  const { id, dir, state, pid, forced } = summary;
  const words = pid === null && why.ended === null ? kernelWords(dir) : '';
  const killed = forced === undefined ? {} : { killed: killedText(forced) };
  const { panic, thrash, cost } = why;
  const now =
    why.paused ?? (why.map || (why.lastProgress === null ? '' : `t${why.lastProgress.tick} ${why.lastProgress.what}`));
  return {
    panic: { left: panic.left, total: panic.total },
    ...{ thrash, now: why.ended === null ? now : '', broken: why.broken !== null },
    cost: cost === null ? null : cost / 1e9,
    fields: whyFields(why, { kernel: pid, kernelWords: words, ...killed }),
    next: nextVerbs(id, state, why),
  };
};
