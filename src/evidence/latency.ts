/** How fast the brains of a run answered, from its journal alone. */
import type { JournalRecord } from '../journal/index.ts';
import type { Role } from '../kernel/index.ts';
import { quantile } from './quantile.ts';

export interface LatencyRow {
  role: Role;
  /** Completed replies. */
  count: number;
  /** Milliseconds. */
  firstTokenMs: { p50: number; p95: number };
  totalMs: { p50: number; p95: number };
  /** Tokens out per second of generation, over all replies. */
  tokensPerSecond: number;
}

/** One row a role, the planner's first. */
export const latencyTable = (records: Iterable<JournalRecord>): LatencyRow[] => {
  const roles = new Map<number, Role>();
  const replies: Record<Role, JournalRecord[]> = { planner: [], worker: [] };
  for (const record of records) {
    if (record.kind === 'brain.requested') roles.set(record.req as number, record.role as Role);
    const role = record.kind === 'brain.replied' ? roles.get(record.req as number) : undefined;
    if (role !== undefined) replies[role].push(record);
  }
  return [row('planner', replies.planner), row('worker', replies.worker)];
};

const row = (role: Role, replies: readonly JournalRecord[]): LatencyRow => {
  const all = (field: string): number[] => replies.map((reply) => reply[field] as number);
  const spread = (values: number[]) => ({ p50: quantile(values, 0.5), p95: quantile(values, 0.95) });
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  const ms = sum(all('totalMs'));
  return {
    role,
    count: replies.length,
    firstTokenMs: spread(all('firstTokenMs')),
    totalMs: spread(all('totalMs')),
    tokensPerSecond: ms === 0 ? 0 : (sum(all('tokensOut')) * 1000) / ms,
  };
};
