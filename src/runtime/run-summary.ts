/** One run as lists show it, from its manifest, its lock and the end of its journal. */
import { statSync } from 'node:fs';
import { z } from 'zod';
import { type JournalRecord, journalDir } from '../journal/index.ts';
import { Outcome } from '../kernel/index.ts';
import { firstRecord, lastRecords } from './journal-tail.ts';
import { kernelPid, lockHolder } from './liveness.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { runDir, runIds } from './run-dir.ts';

/** `gone`: the kernel is dead and never said how the run ended. `starting`: it has not begun its journal yet. */
export type RunState = 'starting' | 'running' | 'paused' | 'gone' | Outcome;

export interface RunSummary {
  id: string;
  dir: string;
  state: RunState;
  task: string;
  profile: string;
  planner: string;
  worker: string;
  simulated: boolean;
  seed: number;
  /** What its commands run in; null where it starts no programs. */
  sandbox: 'auto' | 'none' | null;
  createdAt: string;
  /** Dispatches, as far as the end of the journal tells. */
  tick: number;
  /** Seq of the last record. */
  records: number;
  /** Why it ended; '' while it has not. */
  reason: string;
  /** ISO 8601 time of the last record; null before the first. */
  lastAt: string | null;
  /** Of the living kernel; its process group has the same number. */
  pid: number | null;
}

export const isLive = ({ state }: RunSummary): boolean =>
  state === 'starting' || state === 'running' || state === 'paused';

/** A kernel that has not locked its journal by then never will. */
const START_MS = 20_000;

/** Whether a run has no kernel at work and no record yet, but may still get them: it was touched a moment ago. */
export const isStarting = async (dir: string): Promise<boolean> =>
  lockHolder(dir) === undefined && isYoung(dir) && (await isUnwritten(dir));

const isUnwritten = (dir: string): Promise<boolean> =>
  lastRecords(dir).then(
    (records) => records.length === 0,
    () => false,
  );

const isYoung = (dir: string): boolean =>
  Date.now() - (statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0) < START_MS;

/**
 * @returns undefined where the directory holds no run; one whose manifest or journal cannot be read is listed all the same, and
 * says so
 */
export const summarise = async (home: string, id: string): Promise<RunSummary | undefined> => {
  const dir = runDir(home, id);
  // Asked before the journal is read: a kernel that ends in between has written its end by then.
  const pid = kernelPid(dir) ?? null;
  const manifest = readManifest(dir);
  const told = await toldBy(dir, pid).catch((): Told => ({ ...unreadable, state: pid === null ? 'gone' : 'running' }));
  if (manifest !== undefined) return { id, dir, ...described(manifest), pid, ...told };
  const known = await describedByJournal(dir);
  if (known === undefined) return undefined;
  return { id, dir, ...known, pid, ...told, reason: told.reason || NO_MANIFEST };
};

type Told = Pick<RunSummary, 'state' | 'tick' | 'records' | 'reason' | 'lastAt'>;

const unreadable = { tick: 0, records: 0, reason: 'its journal cannot be read', lastAt: null };
const NO_MANIFEST = 'its run.json is missing or cannot be read: put it back, then resume';

/** Where there is no manifest: the first record says the same. */
const describedByJournal = async (dir: string): Promise<ReturnType<typeof described> | undefined> => {
  const made = statSync(journalDir(dir), { throwIfNoEntry: false })?.mtime.toISOString();
  if (made === undefined) return undefined;
  const begun = await firstRecord(dir).catch(() => undefined);
  const fields = Begun.safeParse(begun);
  const unknown = { task: '?', profile: '?', planner: '?', worker: '?', simulated: false, seed: 0 };
  const nobody = { ...unknown, sandbox: null, createdAt: made };
  if (!fields.success) return nobody;
  const { task, seed, planner, worker, world, ts } = fields.data;
  const simulated = planner.simulated || worker.simulated;
  const sandbox = world.kind === 'memory' ? null : (world.sandbox ?? 'auto');
  const names = { task: task.name, planner: planner.name, worker: worker.name };
  return { ...nobody, ...names, simulated, seed, sandbox, createdAt: ts };
};

const Seat = z.object({ name: z.string(), simulated: z.boolean() });
const Begun = z.object({
  kind: z.enum(['run.started', 'run.forked']),
  ts: z.string(),
  task: z.object({ name: z.string() }),
  seed: z.number(),
  planner: Seat,
  worker: Seat,
  world: z.object({ kind: z.enum(['memory', 'workspace']), sandbox: z.literal('none').optional() }),
});

/** What the end of its journal says. */
const toldBy = async (dir: string, pid: number | null): Promise<Told> => {
  const records = await lastRecords(dir, 'run.ended');
  const last = records.at(-1);
  const ended = records.findLast((record) => record.kind === 'run.ended');
  const outcome = Outcome.safeParse(ended?.outcome).data;
  return {
    state: outcome ?? openState(dir, pid, records),
    tick: typeof ended?.ticks === 'number' ? ended.ticks : tickOf(records),
    records: last?.seq ?? 0,
    reason: outcome === undefined ? '' : String(ended?.reason ?? ''),
    lastAt: last?.ts ?? null,
  };
};

/** All runs of a home, newest first. */
export const summariseAll = async (home: string): Promise<RunSummary[]> => {
  const found = await Promise.all(runIds(home).map((id) => summarise(home, id)));
  return found
    .filter((summary) => summary !== undefined)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? 1 : -1));
};

const described = (manifest: Manifest) => ({
  task: manifest.task.name,
  profile: manifest.profile,
  planner: manifest.brains.planner.name,
  worker: manifest.brains.worker.name,
  simulated: manifest.brains.planner.simulated || manifest.brains.worker.simulated,
  seed: manifest.seed,
  sandbox: manifest.workspace?.sandbox ?? null,
  createdAt: manifest.createdAt,
});

const openState = (dir: string, pid: number | null, records: readonly JournalRecord[]): RunState => {
  if (pid === null) return records.length === 0 && isYoung(dir) ? 'starting' : 'gone';
  if (records.length === 0) return 'starting';
  const switched = records.findLast(({ kind }) => kind === 'run.paused' || kind === 'run.unpaused');
  return switched?.kind === 'run.paused' ? 'paused' : 'running';
};

/** Where several processes are at work, the last word may be of an older tick than the newest. */
const tickOf = (records: readonly JournalRecord[]): number =>
  records.reduce((most, { tick }) => (typeof tick === 'number' ? Math.max(most, tick) : most), 0);
