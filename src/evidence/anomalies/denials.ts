/** Denied handles, grouped by the shape of what was asked for, as the capability pane groups them. */
import { type DeniedShape, foldDenied, noDenied } from '../../store/projections/denied.ts';
import { type Found, type Place, type Seen, whoIs } from './seen.ts';

export interface Denial extends Place, DeniedShape {
  /** `seq` and `tick` are those of the first such ask. */
  lastSeq: number;
  /** The handle of the last ask, as it was written. */
  asked: string;
  /** Who asked last, at most `NAMED` of them: `P1`, `w4`. */
  who: readonly string[];
}

const NAMED = 16;

export class Denials {
  #denied = noDenied;
  readonly #more = new Map<string, Place & Pick<Denial, 'lastSeq' | 'asked' | 'who'>>();

  see(seen: Seen): void {
    const { rec, before } = seen;
    this.#denied = foldDenied(this.#denied, rec, before);
    if (rec.kind !== 'capability.denied') return;
    // The projection puts the newest last, and forgets the oldest.
    const key = Object.keys(this.#denied.shapes).at(-1) as string;
    const old = this.#more.get(key);
    const { seq, tick } = old ?? rec;
    const who = [...new Set([...(old?.who ?? []), whoIs(seen, rec.pid)])].slice(-NAMED);
    this.#more.set(key, { seq, tick, lastSeq: rec.seq, asked: rec.asked, who });
    for (const kept of this.#more.keys()) if (!(kept in this.#denied.shapes)) this.#more.delete(kept);
  }

  /** `count` counts asks, not shapes. */
  end(): Found<Denial> {
    const rows = Object.entries(this.#denied.shapes).flatMap(([key, shape]) => {
      const more = this.#more.get(key);
      return more === undefined ? [] : [{ ...shape, ...more }];
    });
    return { count: this.#denied.total, rows: rows.toSorted((a, b) => b.times - a.times) };
  }
}
