/** What a tick changed of its process and of the run, and what it left as it was. */
import type { Proc, State } from '../../kernel/state.ts';
import { placeText } from '../../kernel/words.ts';
import { foldLive, type LiveState } from '../live-state.ts';
import { readLoops } from '../thrash-level.ts';
import type { TimeSource } from '../time-source.ts';
import type { TickRecords } from './gather.ts';
import { whoOf } from './who.ts';

/** A moment as the tick's process saw it; an ended process is as it was last. */
export interface Moment {
  live: LiveState;
  proc: Proc | undefined;
}

export interface Moments {
  /** Before the record that the decision begins with. */
  before: Moment;
  /** After the tick's last record. */
  after: Moment;
}

export interface Change {
  name: string;
  before: string;
  after: string;
}

/** @param from seq of the decision's first record; states are folded from the dispatch on, so only one is asked for */
export const momentsOf = async (source: TimeSource, found: TickRecords, from: number): Promise<Moments> => {
  let live = await source.stateAt(found.seq - 1);
  let proc = live.kernel.procs[found.pid];
  let before: Moment = { live, proc };
  for (const rec of found.all) {
    if (rec.seq > found.end) break;
    live = foldLive(live, rec);
    proc = live.kernel.procs[found.pid] ?? proc;
    if (rec.seq < from) before = { live, proc };
  }
  return { before, after: { live, proc } };
};

export const changesOf = (found: TickRecords, { before, after }: Moments): { changed: Change[]; same: string[] } => {
  const who = whoOf(found.pid);
  const old = rows(who, before, '');
  const next = rows(who, after, endedAs(found));
  const pairs = old.map(([name, value], i): Change => ({ name, before: value, after: next[i]?.[1] ?? '' }));
  return {
    changed: pairs.filter((row) => row.before !== row.after),
    same: pairs.filter((row) => row.before === row.after).map(({ name }) => name),
  };
};

/** How the process ended with this tick; '' where it lives on. */
const endedAs = ({ batches, pid, closing }: TickRecords): string => {
  if (closing === null) return '';
  const ended = batches.at(-1)?.events.find((rec) => rec.kind === 'process.ended' && rec.pid === pid);
  if (ended?.kind === 'process.ended') return ended.as;
  return closing.kind === 'run.ended' ? 'run ended' : '';
};

const NOTHING = '-';

const rows = (who: string, { live, proc }: Moment, ended: string): [string, string][] => {
  const { kernel } = live;
  const loops = proc === undefined ? undefined : readLoops(kernel, proc);
  return [
    [`${who}.state`, ended !== '' ? ended : stateText(proc)],
    [`${who}.flags`, String(proc?.flags ?? 0)],
    [`${who}.streak`, String(proc?.streak ?? 0)],
    [`${who}.stall`, String(loops?.stall ?? 0)],
    [`${who}.same route`, String(loops?.same ?? 0)],
    [`${who}.q`, proc === undefined || proc.q === '' ? NOTHING : proc.q],
    [`${who}.d`, proc === undefined ? NOTHING : placeText(proc.d)],
    [`${who}.call stack`, proc === undefined || proc.stack.length === 0 ? 'empty' : proc.stack.join(' / ')],
    [`${who}.progress`, proc === undefined || proc.progressTick === 0 ? 'none yet' : `t${proc.progressTick}`],
    ['panic budget', String(kernel.panicLeft)],
    ['run', kernel.phase === 'ended' ? (kernel.outcome ?? 'ended') : kernel.phase],
    ['evidence written', evidenceText(kernel)],
    ['rejected by grader', String(kernel.rejections)],
    ['tokens', String(kernel.tokens)],
  ];
};

const stateText = (proc: Proc | undefined): string => {
  if (proc === undefined) return NOTHING;
  if (proc.wait === null) return proc.state;
  return 'map' in proc.wait ? `${proc.state}, ${proc.wait.map}` : `${proc.state}, ${proc.wait.error}`;
};

const evidenceText = ({ task, written }: State): string =>
  task.evidence.length === 0 ? NOTHING : `${written.length} of ${task.evidence.length}`;
