/**
 * The files of a run's index, `<run>/index/`:
 *
 *     anchors      where every 1,000th record stands
 *     ticks        which record dispatched a tick
 *     marks-KIND   the records that are worth jumping to
 *     states       states to start folding from, compressed, one after the other
 *     snapshots    a line for each of those states; what it counts in the other files is complete
 *     lock         who writes them
 *
 * All grow at their ends only, `snapshots` last. So a crash leaves lines behind that no snapshot counts, and a reader, who
 * heeds only what is counted, never meets half of something. Nothing is synced: whether a line is worth anything is told by
 * its checksum, and whether a snapshot is, by the hash of the record that it was taken after.
 */
import { join } from 'node:path';
import { ANCHOR_COLUMNS, ANCHORS, PLACE_COLUMNS } from '../journal/index-files.ts';
import { type Columns, Layout, type Row } from '../journal/index-layout.ts';
import { type Rows, withRows } from '../journal/index-table.ts';
import { MARK_KINDS, type MarkKind } from '../store/time-source.ts';

export const TICKS = new Layout({ tick: 10, seq: 12 });
export const MARKS = new Layout({ ...PLACE_COLUMNS, pid: 10 });

export type Counted = 'anchors' | 'ticks' | `marks-${MarkKind}`;
export const COUNTED: readonly Counted[] = ['anchors', 'ticks', ...MARK_KINDS.map((kind) => `marks-${kind}` as const)];

const SNAPSHOT_COLUMNS = {
  ...PLACE_COLUMNS,
  ...ANCHOR_COLUMNS,
  // Where the state is in `states`, and which projections folded it.
  ...{ offset: 14, bytes: 10, version: 6 },
  // Lines in each of the other files.
  ...(Object.fromEntries(COUNTED.map((name) => [name, 10])) as Record<Counted, 10>),
} as const;
export const SNAPSHOTS = new Layout(SNAPSHOT_COLUMNS);
export type Snapshot = Row<typeof SNAPSHOT_COLUMNS>;

const LAYOUTS = { anchors: ANCHORS, ticks: TICKS } as Partial<Record<Counted, unknown>>;
export const layoutOf = (name: Counted): Layout<Columns> => (LAYOUTS[name] ?? MARKS) as Layout<Columns>;

export const statesFile = (dir: string): string => join(dir, 'states');
export const snapshotsFile = (dir: string): string => join(dir, 'snapshots');

/** A look into `snapshots`; undefined where there is no index. */
export const withSnapshots = <T>(dir: string, look: (rows: Rows<typeof SNAPSHOT_COLUMNS>) => T): T | undefined =>
  withRows(snapshotsFile(dir), SNAPSHOTS, look);
