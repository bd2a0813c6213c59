/**
 * `thrashing.journal`: the stretches of journals in which processes thrashed, as they were written.
 *
 * The rule. An *episode* is a process's loop traps (`THRASH_ROUTE`, `THRASH_MIND`, `WATCHDOG`, `PERIOD_LOOP`) without progress of
 * its own in between. Its stretch begins with the batch after its process's last progress (a commit that counts, a joined map, a
 * panic reset), or with the batch that spawned the process, and ends with the batch that ends the episode: its process's next
 * progress or panic reset, its process's end, or the end of the run. Batches are whole; notes in between are kept, so that a
 * stretch is one unbroken piece of its chain. Stretches that overlap are joined. Lines are the original bytes: each proves itself
 * by its hash, and is found in its source by run and seq.
 */
import { isLoopTrap } from '../../store/projections/thrash.ts';
import type { Rec } from '../../store/record.ts';

/** Seqs, both included. */
export interface Stretch {
  from: number;
  to: number;
}

interface Watched {
  /** Where its stretch would begin. */
  from: number;
  /** A loop trap has come since. */
  thrashing: boolean;
}

/** Feed it every record of a journal in order. */
export class ThrashStretches {
  readonly #watched = new Map<number, Watched>();
  readonly #stretches: Stretch[] = [];
  /** Processes whose episode, or whose innocence, ends with the batch that is being read. */
  readonly #settled = new Set<number>();
  #batch = 1;
  #last = 0;
  /** Stretches so far, before those that overlap are joined. */
  episodes = 0;

  see(rec: Rec): void {
    if (rec.class === 'input') this.#nextBatch(rec.seq);
    if (rec.class !== 'note') this.#last = rec.seq;
    switch (rec.kind) {
      case 'process.spawned':
        this.#watched.set(rec.pid, { from: this.#batch, thrashing: false });
        return;
      case 'route.dispatched':
        // Of a branch, whose processes were spawned in its origin.
        if (!this.#watched.has(rec.pid)) this.#watched.set(rec.pid, { from: this.#batch, thrashing: false });
        return;
      case 'trap.raised': {
        const watched = this.#watched.get(rec.pid);
        if (watched !== undefined && isLoopTrap(rec.code)) watched.thrashing = true;
        return;
      }
      case 'tick.committed':
        if (rec.progress !== null) this.#settled.add(rec.pid);
        return;
      case 'map.joined':
        if (rec.progress) this.#settled.add(rec.pid);
        return;
      case 'panic.spent':
      case 'process.ended':
        this.#settled.add(rec.pid);
        return;
      case 'run.ended':
        for (const pid of this.#watched.keys()) this.#settled.add(pid);
        return;
    }
  }

  /** @returns in order, without overlaps; an episode that the journal leaves open ends with it */
  end(): Stretch[] {
    for (const pid of this.#watched.keys()) this.#settled.add(pid);
    this.#nextBatch(this.#last + 1);
    const joined: Stretch[] = [];
    for (const next of this.#stretches.toSorted((a, b) => a.from - b.from)) {
      const last = joined.at(-1);
      if (last !== undefined && next.from <= last.to + 1) last.to = Math.max(last.to, next.to);
      else joined.push({ ...next });
    }
    return joined;
  }

  #nextBatch(seq: number): void {
    for (const pid of this.#settled) {
      const watched = this.#watched.get(pid);
      if (watched?.thrashing === true) {
        this.episodes += 1;
        this.#stretches.push({ from: watched.from, to: this.#last });
      }
      this.#watched.set(pid, { from: seq, thrashing: false });
    }
    this.#settled.clear();
    this.#batch = seq;
  }
}
