/**
 * A run's directory as something to travel in. What lies before the newest snapshot is found by the index, what comes after
 * it is read; nothing is read as a whole. Where much is missing from the index, it is made in the background, and only who
 * asks for what lies there waits for it.
 */
import { basename } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Anchor } from '../journal/anchor.ts';
import { IndexDamaged } from '../journal/index-layout.ts';
import { emptyLive, foldLive, type LiveState } from '../store/live-state.ts';
import type { Rec } from '../store/record.ts';
import type { Mark, MarkKind, Place, TimeSource } from '../store/time-source.ts';
import { journalEnd } from './journal-end.ts';
import { KeptStates, type StateAt } from './kept-states.ts';
import { NOWHERE, timeOf } from './place.ts';
import { RecWalk } from './rec-walk.ts';
import { RunIndex } from './run-index.ts';
import { anchorOf, readState } from './snapshots.ts';
import { Tail } from './tail.ts';

export interface OpenRunOptions {
  /** Default: the directory's name. */
  name?: string;
  /** Whether the run's kernel lives, so that more records may come; default: it does not. */
  alive?: () => boolean;
  /** What the run's workspace keeps of its states, where it has one. */
  worldDiff?: (from: string, to: string) => Promise<string>;
}

/** Records between two states that a longer fold keeps: what a step backwards folds at most. */
const KEEP_EVERY = 256;

export const openRun = async (runDir: string, options: OpenRunOptions = {}): Promise<TimeSource> => {
  const source = new DiskSource(runDir, options);
  await source.extent();
  return source;
};

class DiskSource implements TimeSource {
  readonly format = 'turingos';
  readonly name: string;
  readonly #runDir: string;
  readonly #alive: () => boolean;
  readonly #index: RunIndex;
  readonly worldDiff?: (from: string, to: string) => Promise<string>;
  readonly #kept = new KeptStates();
  #tail: Tail | undefined;
  #first: Place | undefined;

  constructor(runDir: string, { name = basename(runDir), alive = () => false, worldDiff }: OpenRunOptions) {
    if (worldDiff !== undefined) this.worldDiff = worldDiff;
    this.#runDir = runDir;
    this.name = name;
    this.#alive = alive;
    this.#index = new RunIndex(runDir);
  }

  get growing(): boolean {
    return this.#alive();
  }

  extent(): Promise<{ first: Place; last: Place }> {
    return this.#sound(async () => {
      const tail = this.#refresh();
      this.#first ??= await this.#firstPlace();
      if (tail.full) this.#index.make();
      const last = tail.full ? await journalEnd(this.#runDir) : tail.last;
      return { first: this.#first ?? NOWHERE, last: last ?? NOWHERE };
    });
  }

  stateAt(seq: number): Promise<LiveState> {
    return this.#sound(async () => {
      const end = await this.#reach(seq);
      return await this.#fold(Math.min(seq, end));
    });
  }

  records(from: number, to: number): Promise<readonly Rec[]> {
    return this.#sound(async () => {
      const start = Math.max(1, from);
      const end = await this.#reach(start);
      if (start > end || to < start) return [];
      // Behind a break there is nothing to read, though there may be behind the end of what has been looked at.
      const last = this.#tail?.broken === undefined ? to : Math.min(to, end);
      return await this.#read(this.#anchorBefore(start), start, last);
    });
  }

  seqOfTick(tick: number): Promise<number | undefined> {
    return this.#searched(
      () => (tick <= (this.#index.view?.head.tick ?? 0) ? this.#index.view?.seqOfTick(tick) : undefined),
      (tail) => tail.seqOfTick(tick),
    );
  }

  seqOfTime(ms: number): Promise<number> {
    return this.#sound(async () => {
      let tail = this.#refresh();
      while (tail.full && tail.last.ms <= ms) {
        await this.#index.grow();
        tail = this.#refresh();
      }
      const late = tail.lastUpToTime(ms);
      if (late !== undefined) return late.seq;
      const stretch = this.#index.view?.stretchUpTo(ms);
      const recs = stretch && (await this.#read(stretch.after, (stretch.after?.seq ?? 0) + 1, stretch.to));
      this.#first ??= await this.#firstPlace();
      return recs?.findLast((rec) => timeOf(rec) <= ms)?.seq ?? this.#first?.seq ?? 0;
    });
  }

  markFrom(seq: number, direction: 1 | -1, kinds: readonly MarkKind[]): Promise<Mark | undefined> {
    if (direction === 1) {
      return this.#searched(
        () => this.#index.view?.mark(seq, 1, kinds),
        (tail) => tail.mark(seq, 1, kinds),
      );
    }
    return this.#sound(async () => {
      await this.#reach(seq - 1, false);
      return this.#tail?.mark(seq, -1, kinds) ?? this.#index.view?.mark(seq, -1, kinds);
    });
  }

  async close(): Promise<void> {
    this.#tail?.close();
    await this.#index.close();
  }

  /** Does what is asked; where the index turns out to be damaged, once more without it. */
  async #sound<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof IndexDamaged)) throw error;
      this.#index.discard();
      this.#kept.clear();
      return await work();
    }
  }

  /** Looks in the index, then in the tail, and again as long as there is more. */
  #searched<T>(inIndex: () => T | undefined, inTail: (tail: Tail) => T | undefined): Promise<T | undefined> {
    return this.#sound(async () => {
      for (;;) {
        const tail = this.#refresh();
        const found = inIndex() ?? inTail(tail);
        if (found !== undefined || !tail.full) return found;
        await this.#index.grow();
      }
    });
  }

  /**
   * Waits until a record can be reached, or it is known that there is none: resolves with the last one that is there.
   * @param strict throw where the journal is broken before that record
   */
  async #reach(seq: number, strict = true): Promise<number> {
    for (;;) {
      const tail = this.#refresh();
      if (seq <= tail.last.seq) return tail.last.seq;
      if (tail.broken !== undefined && strict) throw tail.broken;
      if (!tail.full) return tail.last.seq;
      await this.#index.grow();
    }
  }

  /** What there is by now. */
  #refresh(): Tail {
    this.#index.refresh();
    const head = this.#index.view?.head;
    const old = this.#tail;
    let tail = old;
    if (tail === undefined || tail.base.seq > (head?.seq ?? 0) || tail.last.seq < (head?.seq ?? 0)) {
      const { seq, tick, ms } = head ?? NOWHERE;
      tail = Tail.after(this.#runDir, { seq, tick, ms }, head && anchorOf(head));
      // The journal was replaced since the index was looked at.
      if (tail === undefined) throw new IndexDamaged(this.#index.dir);
      this.#tail = tail;
      old?.close();
    } else if (head !== undefined) tail.forgetUpTo(head.seq);
    tail.advance();
    return tail;
  }

  async #firstPlace(): Promise<Place | undefined> {
    const rec = (await this.#read(undefined, 1, 1))[0];
    return rec && { seq: rec.seq, tick: rec.kind === 'route.dispatched' ? rec.tick : 0, ms: timeOf(rec) };
  }

  async #fold(seq: number): Promise<LiveState> {
    const base = this.#base(seq);
    let { state, at } = base;
    if ((at?.seq ?? 0) >= seq) return state;
    await this.#walk(at, (at?.seq ?? 0) + 1, seq, (rec, place) => {
      state = foldLive(state, rec);
      at = place;
      if (rec.seq % KEEP_EVERY === 0) this.#kept.put({ state, at });
    });
    this.#kept.put({ state, at });
    return state;
  }

  /** Where to fold from. */
  #base(seq: number): StateAt {
    const kept = this.#kept.upTo(seq);
    const snapshot = this.#index.view?.snapshotUpTo(seq);
    if (snapshot === undefined || snapshot.seq <= (kept?.at?.seq ?? 0))
      return kept ?? { state: emptyLive, at: undefined };
    const found = { state: readState(this.#index.dir, snapshot), at: anchorOf(snapshot) };
    this.#kept.put(found);
    return found;
  }

  #anchorBefore(seq: number): Anchor | undefined {
    const known = [this.#kept.upTo(seq - 1)?.at, this.#tail?.anchorUpTo(seq - 1)];
    known.push(this.#index.view?.anchorUpTo(seq - 1));
    return known.reduce((best, at) => ((at?.seq ?? 0) > (best?.seq ?? 0) ? at : best), undefined);
  }

  async #read(after: Anchor | undefined, from: number, to: number): Promise<Rec[]> {
    const recs: Rec[] = [];
    await this.#walk(after, from, to, (rec) => recs.push(rec));
    return recs;
  }

  /** Visits records `from` to `to`, or to the end. */
  async #walk(after: Anchor | undefined, from: number, to: number, see: (rec: Rec, at: Anchor) => void): Promise<void> {
    const walk = RecWalk.after(this.#runDir, after);
    if (walk === undefined) throw new IndexDamaged(this.#index.dir);
    try {
      for (let recs = walk.next(from, to); recs !== undefined; recs = walk.next(from, to)) {
        for (const { rec, at } of recs) see(rec, at);
        if ((recs.at(-1)?.rec.seq ?? 0) >= to) return;
        // A long walk lets keys through.
        await turn();
      }
    } finally {
      walk.close();
    }
  }
}
