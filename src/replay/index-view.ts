/** Looking things up in a run's index, as far as a snapshot says that it is complete. */
import { join } from 'node:path';
import type { Anchor } from '../journal/anchor.ts';
import { ANCHORS } from '../journal/index-files.ts';
import { type Columns, IndexDamaged, type Layout } from '../journal/index-layout.ts';
import { type Rows, withRows } from '../journal/index-table.ts';
import type { Mark, MarkKind } from '../store/time-source.ts';
import { type Counted, MARKS, type Snapshot, TICKS, withSnapshots } from './index-tables.ts';
import { anchorOf } from './snapshots.ts';

export class IndexView {
  readonly head: Snapshot;
  readonly #dir: string;

  constructor(dir: string, head: Snapshot) {
    this.#dir = dir;
    this.head = head;
  }

  /** The last snapshot up to a record. */
  snapshotUpTo(seq: number): Snapshot | undefined {
    if (seq >= this.head.seq) return this.head;
    return withSnapshots(this.#dir, (rows) => {
      const at = rows.lastUpTo('seq', seq);
      return at === -1 ? undefined : rows.at(at);
    });
  }

  /** The last anchor up to a record. */
  anchorUpTo(seq: number): Anchor | undefined {
    return this.#rows('anchors', ANCHORS, (rows) => {
      const at = rows.lastUpTo('seq', seq);
      return at === -1 ? undefined : anchorOf(rows.at(at));
    });
  }

  seqOfTick(tick: number): number | undefined {
    return this.#rows('ticks', TICKS, (rows) => {
      const at = rows.lastUpTo('tick', tick);
      const row = at === -1 ? undefined : rows.at(at);
      return row?.tick === tick ? row.seq : undefined;
    });
  }

  /** The last stretch of records in which one is not later than a time: it lies after `after`, up to `to`. */
  stretchUpTo(ms: number): { after: Anchor | undefined; to: number } | undefined {
    // Read backwards one by one: clocks go back, so the times are in no order. There is a line for 1,000 records.
    return this.#rows('anchors', ANCHORS, (rows) => {
      for (let at = rows.count - 1; at >= 0; at -= 1) {
        const row = rows.at(at);
        if (row.leastMs <= ms) return { after: at === 0 ? undefined : anchorOf(rows.at(at - 1)), to: row.seq };
      }
      return undefined;
    });
  }

  /** The nearest mark strictly beyond a record. Of those of one record, the first of `MARK_KINDS` going on, the last going back. */
  mark(seq: number, direction: 1 | -1, kinds: readonly MarkKind[]): Mark | undefined {
    let best: Mark | undefined;
    for (const kind of kinds) {
      const row = this.#rows(`marks-${kind}`, MARKS, (rows) => {
        const at = direction === 1 ? rows.lastUpTo('seq', seq) + 1 : rows.lastUpTo('seq', seq - 1);
        return at === -1 || at >= rows.count ? undefined : rows.at(at);
      });
      if (row === undefined) continue;
      const { pid, ms, tick } = row;
      const mark = { seq: row.seq, tick, ms, kind, pid };
      if (best === undefined || nearer(mark, best, direction)) best = mark;
    }
    return best;
  }

  #rows<C extends Columns, T>(name: Counted, layout: Layout<C>, look: (rows: Rows<C>) => T): T | undefined {
    const path = join(this.#dir, name);
    const count = this.head[name];
    if (count === 0) return undefined;
    const found = withRows(path, layout, (rows) => (rows.count < count ? undefined : { it: look(rows) }), count);
    // Somebody cut or deleted it.
    if (found === undefined) throw new IndexDamaged(path);
    return found.it;
  }
}

const nearer = (a: Mark, b: Mark, direction: 1 | -1): boolean => (a.seq - b.seq) * direction < 0;
