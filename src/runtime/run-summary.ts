/** One run as lists show it, from its manifest, its lock and the end of its journal. */
import { existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { type JournalRecord, journalDir, listSegments } from '../journal/index.ts';
import { afterSwap, type Labelled, Outcome, type Seated } from '../kernel/index.ts';
import { HOLDS, holdingOf } from './empty-journal.ts';
import { livingPid, socketOf } from './find-kernel.ts';
import { firstRecord, lastRecords } from './journal-tail.ts';
import { type KilledMark, killedMark, killedText } from './killed-mark.ts';
import { kernelPid, lockFile, lockHolder } from './liveness.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { runDir, runIds } from './run-dir.ts';
import { brainsAfter, mayBeSwapped, profileText, SwapReader } from './swapped-brains.ts';

/** `gone`: the kernel is dead and never said how the run ended. `starting`: it has not begun its journal yet. */
export type RunState = 'starting' | 'running' | 'paused' | 'gone' | Outcome;

export interface RunSummary {
  id: string;
  dir: string;
  state: RunState;
  task: string;
  profile: string;
  /** Who sits in its seats now. */
  planner: string;
  worker: string;
  /** Names of brains that sat there before. */
  was: readonly string[];
  /** Whether any brain that it has, or had, is simulated. */
  simulated: boolean;
  seed: number;
  /** What its commands run in; null where it starts no programs. */
  sandbox: 'auto' | 'none' | null;
  createdAt: string;
  /** Dispatches, as far as the end of the journal tells. */
  tick: number;
  /** Seq of the last record. */
  records: number;
  /** Why it ended, paused by itself, or lost its kernel to a fault of its own plan; '' where there is nothing to say. */
  reason: string;
  /** Its kernel is gone and has left no record: there is nothing to go on with. */
  empty?: true;
  /** It paused without anybody's order. */
  byItself?: true;
  /** It is `killed`, and by SIGKILL: its journal has no end, so that it can be resumed. */
  forced?: KilledMark;
  /** ISO 8601 time of the last record; null before the first. */
  lastAt: string | null;
  /** Of the living kernel; its process group has the same number. */
  pid: number | null;
}

export const isLive = ({ state }: RunSummary): boolean =>
  state === 'starting' || state === 'running' || state === 'paused';

/** A kernel that has not locked its journal by then never will. */
const START_MS = 20_000;

/** Whether a run has no kernel at work and no journal yet, but may still get them: it was touched a moment ago. */
export const isStarting = async (dir: string): Promise<boolean> =>
  lockHolder(dir) === undefined && isYoung(dir) && (await hasNoJournal(dir));

/**
 * Whether a run has a kernel, or may still get one. In this order: a kernel that begins between the two looks is seen by the
 * second one.
 */
export const hasKernel = async (dir: string): Promise<boolean> =>
  (await isStarting(dir)) || (await livingPid(dir)) !== null;

/** A kernel locks its journal before it makes the first file of it: who has a file has begun. */
const hasNoJournal = (dir: string): Promise<boolean> =>
  listSegments(dir).then(
    (paths) => paths.length === 0,
    () => false,
  );

const isYoung = (dir: string): boolean =>
  Date.now() - (statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0) < START_MS;

/**
 * @returns undefined where the directory holds no run; one whose manifest or journal cannot be read is listed all the same, and
 * says so
 * @param swaps reads on where it was left; who looks at a run again and again keeps it
 */
export const summarise = async (
  home: string,
  id: string,
  swaps = new SwapReader(runDir(home, id)),
): Promise<RunSummary | undefined> => {
  const dir = runDir(home, id);
  // Asked before the journal is read: a kernel that ends in between has written its end by then.
  const pid = kernelPid(dir) ?? (await othersPid(dir));
  const manifest = readManifest(dir);
  const told = await toldBy(dir, pid).catch((): Told => ({ ...unreadable, state: pid === null ? 'gone' : 'running' }));
  if (manifest !== undefined) return { id, dir, ...(await seated(described(manifest), dir, swaps)), pid, ...told };
  const known = await describedByJournal(dir);
  if (known === undefined) return undefined;
  return { id, dir, ...(await seated(known, dir, swaps)), pid, ...told, reason: told.reason || missing(told) };
};

/**
 * Of a kernel that the lock does not show. There may be hundreds of runs that have ended: those have neither lock nor socket any
 * more.
 */
const othersPid = async (dir: string): Promise<number | null> =>
  existsSync(lockFile(dir)) || existsSync(socketOf(dir)) ? await livingPid(dir) : null;

type Described = ReturnType<typeof described>;

/** As it was begun, and then as it was swapped. */
const seated = async (begun: Described, dir: string, reader: SwapReader): Promise<Omit<Described, 'seats'>> => {
  const { seats, ...rest } = begun;
  const swaps = mayBeSwapped(dir) ? await reader.read() : [];
  if (swaps.length === 0) return rest;
  const { was, ...now } = swaps.reduce<Seated>((before, { role, brain }) => afterSwap(before, role, brain), seats);
  return {
    ...rest,
    profile: profileText(begun.profile, brainsAfter(swaps)),
    planner: now.planner?.name ?? begun.planner,
    worker: now.worker?.name ?? begun.worker,
    was,
    simulated: begun.simulated || swaps.some(({ brain }) => brain.simulated),
  };
};

type Told = Pick<RunSummary, 'state' | 'tick' | 'records' | 'reason' | 'empty' | 'byItself' | 'forced' | 'lastAt'>;

const unreadable = { tick: 0, records: 0, reason: 'its journal cannot be read', lastAt: null };
const NO_MANIFEST = 'its run.json is missing or cannot be read: put it back, then resume';
/** A kernel writes it once it holds the journal. */
const missing = ({ state }: Told): string => (state === 'starting' ? '' : NO_MANIFEST);

/** Where there is no manifest: the first record says the same. */
const describedByJournal = async (dir: string): Promise<Described | undefined> => {
  const made = statSync(journalDir(dir), { throwIfNoEntry: false })?.mtime.toISOString();
  if (made === undefined) return undefined;
  const begun = await firstRecord(dir).catch(() => undefined);
  const fields = Begun.safeParse(begun);
  const nobody = { profile: '?', sandbox: null, createdAt: made };
  if (!fields.success) return { ...nobody, task: '?', seed: 0, ...seatsOf(UNKNOWN, UNKNOWN) };
  const { task, seed, planner, worker, world, ts } = fields.data;
  const sandbox = world.kind === 'memory' ? null : (world.sandbox ?? 'auto');
  return { ...nobody, task: task.name, seed, sandbox, createdAt: ts, ...seatsOf(planner, worker) };
};

const UNKNOWN = { name: '?', simulated: false };

const seatsOf = (planner: Labelled, worker: Labelled) => ({
  seats: { planner, worker, was: [] },
  planner: planner.name,
  worker: worker.name,
  was: [] as readonly string[],
  simulated: planner.simulated || worker.simulated,
});

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
  const records = await lastRecords(dir, { enough: 'run.ended', back: 'route.dispatched' });
  const last = records.at(-1);
  if (last === undefined) return await toldByNothing(dir, pid);
  const ended = records.findLast((record) => record.kind === 'run.ended');
  const outcome = Outcome.safeParse(ended?.outcome).data;
  const open = outcome ?? openState(pid, records);
  const forced = pid === null && outcome === undefined ? killedMark(dir) : undefined;
  const state = forced === undefined ? open : 'killed';
  const halted = state === 'paused' ? haltText(records) : '';
  return {
    state,
    tick: typeof ended?.ticks === 'number' ? ended.ticks : tickOf(records),
    records: last.seq,
    reason:
      outcome !== undefined
        ? String(ended?.reason ?? '')
        : forced !== undefined
          ? killedText(forced)
          : state === 'gone'
            ? killText(records)
            : halted,
    ...(halted === '' ? {} : { byItself: true as const }),
    ...(forced === undefined ? {} : { forced }),
    lastAt: last.ts,
  };
};

/** Where there is no record: a kernel that holds the lock, also since it was looked for, is about to write the first. */
const toldByNothing = async (dir: string, pid: number | null): Promise<Told> => {
  const nothing = { tick: 0, records: 0, lastAt: null };
  const holding = await holdingOf(dir);
  const starts = pid !== null || kernelPid(dir) !== undefined || (holding === 'none' && isYoung(dir));
  if (starts) return { ...nothing, state: 'starting', reason: '' };
  return {
    ...nothing,
    state: 'gone',
    reason: HOLDS[holding],
    ...(holding === 'bytes' ? {} : { empty: true as const }),
  };
};

/** All runs of a home, newest first. */
export const summariseAll = async (home: string): Promise<RunSummary[]> => {
  const found = await Promise.all(runIds(home).map((id) => summarise(home, id)));
  return found
    .filter((summary) => summary !== undefined)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? 1 : -1));
};

const described = ({ brains, ...manifest }: Manifest) => ({
  task: manifest.task.name,
  profile: manifest.profile,
  ...seatsOf(brains.planner, brains.worker),
  seed: manifest.seed,
  sandbox: manifest.workspace?.sandbox ?? null,
  createdAt: manifest.createdAt,
});

/** Why the newest pause is nobody's order; '' where it is somebody's. */
const haltText = (records: readonly JournalRecord[]): string => {
  const last = records.findLast(({ kind }) => SWITCHES.has(kind));
  return typeof last?.why === 'string' ? `by itself: ${last.why}` : '';
};

/** What is told of a kernel that a fault of the run itself has killed; '' where none has. */
export const killText = (records: readonly JournalRecord[]): string => {
  const last = records.findLast(({ kind }) => FAULT_ENDS.has(kind));
  return last?.kind === 'fault.staged' && last.fault === 'kernel.killed'
    ? `fault ${last.id} kernel.killed: resume`
    : '';
};

/** Once a resumed kernel has seen that it was killed, that is over. */
const FAULT_ENDS = new Set(['fault.staged', 'fault.applied', 'run.resumed']);

const openState = (pid: number | null, records: readonly JournalRecord[]): RunState => {
  if (pid === null) return 'gone';
  const switched = records.findLast(({ kind }) => SWITCHES.has(kind));
  return switched === undefined || switched.kind === 'run.unpaused' ? 'running' : 'paused';
};

/** A step is taken by a paused run. */
const SWITCHES = new Set(['run.paused', 'run.stepped', 'run.unpaused']);

/** Where several processes are at work, the last word may be of an older tick than the newest. */
const tickOf = (records: readonly JournalRecord[]): number =>
  records.reduce((most, { tick }) => (typeof tick === 'number' ? Math.max(most, tick) : most), 0);
