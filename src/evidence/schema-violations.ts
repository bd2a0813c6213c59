/** How often whole replies broke the grammar, from a journal alone. A stream that was cut off is no reply. */
import type { JournalRecord } from '../journal/index.ts';
import type { Role } from '../kernel/index.ts';

export interface ViolationRow {
  role: Role;
  /** Whole replies that the kernel judged. */
  replies: number;
  /** Those that were no JSON, or none of the frame's schema. */
  violations: number;
  /** violations / replies; 0 where there are none. */
  rate: number;
}

/** One row a role, the planner's first. */
export const schemaViolations = (records: Iterable<JournalRecord>): ViolationRow[] => {
  const roles = new Map<number, Role>();
  const rows: Record<Role, ViolationRow> = { planner: empty('planner'), worker: empty('worker') };
  for (const record of records) {
    if (record.kind === 'process.spawned') roles.set(record.pid as number, record.role as Role);
    if (record.kind !== 'reply.accepted' && record.kind !== 'reply.rejected') continue;
    const role = roles.get(record.pid as number);
    if (role === undefined || record.field === 'stream') continue;
    rows[role].replies += 1;
    if (record.code === 'CPU_FAULT') rows[role].violations += 1;
  }
  return [rated(rows.planner), rated(rows.worker)];
};

const empty = (role: Role): ViolationRow => ({ role, replies: 0, violations: 0, rate: 0 });

const rated = (row: ViolationRow): ViolationRow => ({
  ...row,
  rate: row.replies === 0 ? 0 : row.violations / row.replies,
});
