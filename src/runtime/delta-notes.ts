/** Notes of one brain's stream, at most 20 a second: the first token at once, then what gathers in 50 ms. */

import type { z } from 'zod';
import type { NOTES } from '../kernel/index.ts';
import type { BrainDelta } from './ports.ts';

export type DeltaNote = z.infer<(typeof NOTES)['stream.delta']>;

const GAP_MS = 50;

export class DeltaNotes {
  readonly #req: number;
  readonly #pid: number;
  readonly #write: (note: DeltaNote) => void;
  #text = '';
  #reasoning = '';
  #tokens = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(req: number, pid: number, write: (note: DeltaNote) => void) {
    this.#req = req;
    this.#pid = pid;
    this.#write = write;
  }

  add(delta: BrainDelta): void {
    if (delta.type === 'text') this.#text += delta.text;
    else this.#reasoning += delta.text;
    this.#tokens += delta.tokens;
    if (this.#timer !== undefined) return;
    this.#flush();
    this.#timer = setTimeout(this.#tick, GAP_MS);
  }

  /** Forgets what was not written: the outcome that follows carries the whole text. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tokens = 0;
    this.#text = '';
    this.#reasoning = '';
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    if (this.#text === '' && this.#reasoning === '') return;
    this.#flush();
    this.#timer = setTimeout(this.#tick, GAP_MS);
  };

  #flush(): void {
    this.#write({
      kind: 'stream.delta',
      req: this.#req,
      pid: this.#pid,
      text: this.#text,
      ...(this.#reasoning === '' ? {} : { reasoning: this.#reasoning }),
      tokens: this.#tokens,
    });
    this.#text = '';
    this.#reasoning = '';
    this.#tokens = 0;
  }
}
