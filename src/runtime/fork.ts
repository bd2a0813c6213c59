/** Where a branch begins: a run folded up to a batch boundary, and the texts that it needs brought along. */
import { BlobStore } from '../journal/index.ts';
import { type InputOf, type Requested, transition } from '../kernel/index.ts';
import { type RunBatch, runBatches } from './batches.ts';
import { EXIT } from './exit-codes.ts';
import { RunFold } from './fold-run.ts';
import { UserError } from './user-error.ts';

/**
 * A record: the branch begins after the last batch that ends at or before it. A tick: it begins right after the batch that
 * dispatched the tick, so that everything before stays as it was, and what the tick sees, is shown and replies is had anew.
 */
export type Cut = { seq: number } | { tick: number };

/**
 * Folds a run up to a cut; it may be alive, ended or lost.
 * @throws UserError where there is nothing to branch off from, JournalError where the journal is broken before the cut
 */
export const foldTo = async (dir: string, id: string, cut: Cut): Promise<RunFold> => {
  const fold = new RunFold();
  let next: RunBatch | undefined;
  let found = false;
  for await (const batch of runBatches(dir, { check: true })) {
    // Only a batch that another one follows is surely whole.
    if (next !== undefined) fold.see(next);
    next = undefined;
    if (found || ('seq' in cut && batch.end.seq > cut.seq)) break;
    found = 'tick' in cut && dispatches(batch, cut.tick);
    next = batch;
  }
  if (next !== undefined && isWhole(fold, next)) fold.see(next);
  else if (next !== undefined) found = false;
  refuse(fold, id, cut, found);
  return fold;
};

const dispatches = ({ events }: RunBatch, tick: number): boolean =>
  events.some((event) => event.kind === 'route.dispatched' && event.tick === tick);

const isWhole = (fold: RunFold, { input, events }: RunBatch): boolean =>
  transition(fold.state, input).events.length === events.length;

const refuse = (fold: RunFold, id: string, cut: Cut, found: boolean): void => {
  const { state, head } = fold;
  const no = (why: string): UserError => new UserError(`run ${id} cannot be forked there: ${why}`, EXIT.notFound);
  if (fold.begun === undefined || state.phase === 'new') throw no('it had not begun; name a later record, or a tick');
  if ('tick' in cut && !found) throw no(`its last tick is t${state.tick}; name that one or an earlier one`);
  if (state.phase !== 'ended') return;
  throw no(`it had ended by record ${head.seq}, at t${state.tick}; name an earlier record, or a tick up to that one`);
};

/** What is in flight, as a branch is told of it; a virtual wait with what is left of it. */
export const inFlight = (fold: RunFold): Requested[] => {
  const isVirtual = fold.simulated.planner && fold.simulated.worker;
  return fold.pending.map(({ event, leftMs }) =>
    event.kind === 'process.blocked' && isVirtual ? { ...event, waitMs: Math.max(1, leftMs) } : event,
  );
};

/** Copies the texts that a branch names by digest: stored pages, outputs. One that is missing stays missing. */
export const copyBlobs = (from: string, to: string, { state, requests }: InputOf<'run.forked'>): void => {
  const [source, target] = [new BlobStore(from), new BlobStore(to)];
  for (const [sha256] of new Set(`${state}${JSON.stringify(requests)}`.matchAll(/\b[0-9a-f]{64}\b/g))) {
    const text = source.look(sha256);
    if (typeof text === 'string') target.put(text);
  }
};
