/** Takes up a journal whose kernel was lost: where the run stood, its last batch completed. */
import type { Journal } from '../journal/index.ts';
import { type KernelEvent, transition } from '../kernel/index.ts';
import { type RunBatch, runBatches } from './batches.ts';
import { EXIT } from './exit-codes.ts';
import { RunFold } from './fold-run.ts';
import { UserError } from './user-error.ts';

/**
 * Folds a run's journal, decides its last batch again and appends what that misses.
 * @param journal just opened, with at least one record
 * @throws UserError where the run has ended, or its last batch is not what this kernel decides; JournalError where the journal is
 *   broken, or a text is lost
 */
export const reopen = async (
  journal: Pick<Journal, 'appendEvents' | 'written'>,
  dir: string,
  id: string,
): Promise<RunFold> => {
  const fold = new RunFold();
  let last: RunBatch | undefined;
  // Opening may have checked the chain's end only; whoever goes on with a run builds on all of it.
  for await (const batch of runBatches(dir, { check: true })) {
    if (last !== undefined) fold.see(last);
    last = batch;
  }
  if (last === undefined) throw new UserError(`run ${id} never began: start a new one`, EXIT.notFound);
  const missing = missingEvents(fold, last, id);
  if (missing.length === 0 && last.events.some(({ kind }) => kind === 'run.ended')) throw hasEnded(id);
  if (missing.length > 0) {
    // Before any note: a batch is one uninterrupted stretch.
    journal.appendEvents(missing, last.seq);
    await journal.written();
  }
  fold.see({ ...last, events: [...last.events, ...missing] });
  return fold;
};

/** For people: that a kernel goes on with the run, and what it does again. */
export const noteResume = (journal: Pick<Journal, 'appendNote' | 'recovered'>, fold: RunFold): void => {
  if (journal.recovered !== undefined) {
    const { cutBytes, cutFromSeq } = journal.recovered;
    journal.appendNote({ kind: 'journal.recovered', cutBytes, fromSeq: cutFromSeq });
  }
  const requests = fold.pending.map(({ event: { req, pid, kind } }) => ({ req, pid, kind }));
  journal.appendNote({ kind: 'run.resumed', pid: process.pid, requests });
};

export const hasEnded = (id: string, how = ''): UserError =>
  new UserError(
    `run ${id} has ended${how}: there is nothing to resume, but \`turingos fork ${id} --at TICK\` branches off before its end`,
    EXIT.busy,
  );

const missingEvents = (fold: RunFold, { seq, input, events }: RunBatch, id: string): KernelEvent[] => {
  const decided = transition(fold.state, input).events;
  const wrong = events.findIndex((event, i) => JSON.stringify(event) !== JSON.stringify(decided[i]));
  if (wrong < 0) return decided.slice(events.length);
  throw new UserError(
    `run ${id} cannot go on: record ${seq + 1 + wrong} is not what this kernel decides; resume it with the version that wrote it`,
    EXIT.diverged,
  );
};
