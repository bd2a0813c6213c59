/** The trap log: what broke which rule, and how long the process took to get over it. */
import type { State } from '../../kernel/state.ts';
import type { TrapCode } from '../../kernel/words.ts';
import { roleLetter } from '../op-text.ts';
import type { Rec } from '../record.ts';
import { pushRing } from '../ring.ts';

export interface TrapRow {
  /** Seq of its first record: what a selection names. */
  seq: number;
  tick: number;
  pid: number;
  who: string;
  code: TrapCode;
  evidence: string;
  recovery: string;
  /** The same trap of the same process in a row. */
  times: number;
  /** Fault that caused it, 0 for none. */
  fault: number;
  /** Budget before and after, where it led to a panic reset. */
  panic: { from: number; to: number } | null;
  /** The process's own ticks when it trapped. */
  at: number;
  /** Its own ticks to the next progress; null while there is none. */
  recovered: number | null;
  /** How its process ended without any; '' otherwise. */
  ended: string;
}

export interface TrapLog {
  rows: readonly TrapRow[];
  total: number;
}

export const noTraps: TrapLog = { rows: [], total: 0 };
export const TRAPS_KEPT = 200;

export const isOpen = (row: TrapRow): boolean => row.recovered === null && row.ended === '';

export const foldTraps = (log: TrapLog, rec: Rec, before: State, after: State): TrapLog => {
  switch (rec.kind) {
    case 'trap.raised': {
      const proc = after.procs[rec.pid];
      const who = `${proc === undefined ? '#' : roleLetter(proc.role)}${rec.pid}`;
      const { tick, pid, code, evidence, recovery, fault = 0 } = rec;
      const at = proc?.ticks ?? 0;
      const last = log.rows.findLastIndex((row) => row.pid === pid);
      const same = log.rows[last];
      if (same !== undefined && isOpen(same) && same.code === code && same.panic === null && rec.streak > 1) {
        const row = { ...same, tick, evidence, recovery, times: same.times + 1, fault: fault || same.fault };
        // It goes to the end: the log is in order of the latest trap.
        return { rows: [...log.rows.toSpliced(last, 1), row], total: log.total + 1 };
      }
      const row: TrapRow = {
        ...{ seq: rec.seq, tick, pid, who, code, evidence, recovery, fault, at },
        ...{ times: 1, panic: null, recovered: null, ended: '' },
      };
      return { rows: pushRing(log.rows, row, TRAPS_KEPT), total: log.total + 1 };
    }
    case 'panic.spent':
      return patchLast(log, rec.pid, { panic: { from: rec.left + 1, to: rec.left } });
    case 'tick.committed':
      return rec.progress === null ? log : recover(log, rec.pid, after);
    case 'map.joined':
      return rec.progress ? recover(log, rec.pid, after) : log;
    case 'process.ended':
      // A worker's accepted halt is what it was there for.
      return rec.as === 'done' ? recover(log, rec.pid, before) : close(log, rec.pid, rec.as);
    default:
      return log;
  }
};

/** Whether a trap that was open has been got over since. */
export const hasRecovered = (before: TrapLog, after: TrapLog): boolean =>
  before !== after &&
  after.rows.some(
    (row) => row.recovered !== null && before.rows.some((old) => old.seq === row.seq && old.recovered === null),
  );

const patchOpen = (log: TrapLog, pid: number, change: (row: TrapRow) => Partial<TrapRow>): TrapLog =>
  log.rows.some((row) => row.pid === pid && isOpen(row))
    ? { ...log, rows: log.rows.map((row) => (row.pid === pid && isOpen(row) ? { ...row, ...change(row) } : row)) }
    : log;

const recover = (log: TrapLog, pid: number, state: State): TrapLog => {
  const ticks = state.procs[pid]?.ticks;
  return patchOpen(log, pid, (row) => ({ recovered: Math.max(1, (ticks ?? row.at + 1) - row.at) }));
};

const close = (log: TrapLog, pid: number, ended: string): TrapLog => patchOpen(log, pid, () => ({ ended }));

const patchLast = (log: TrapLog, pid: number, change: Partial<TrapRow>): TrapLog => {
  const at = log.rows.findLastIndex((row) => row.pid === pid);
  const row = log.rows[at];
  return row === undefined ? log : { ...log, rows: log.rows.with(at, { ...row, ...change }) };
};
