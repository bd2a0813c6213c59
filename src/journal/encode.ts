import { hash } from 'node:crypto';
import type { Head, RecordClass } from './record.ts';

/**
 * Makes lines, and keeps the head of the chain while doing so. Pure but for hashing: the time is handed in.
 *
 * The line is concatenated around one `JSON.stringify` of the payload, and everything that stays the same within a
 * millisecond is kept as text: stringifying the whole record as one object takes about twice as long.
 */
export class LineEncoder {
  seq: number;
  hash: string;
  readonly #run: string;
  #ms = Number.NaN;
  #middle: Record<RecordClass, string> = { input: '', event: '', note: '' };

  /** @param lastMs time of the record at `head`, if there is one */
  constructor(run: string, head: Head, lastMs?: number) {
    this.#run = JSON.stringify(run);
    this.seq = head.seq;
    this.hash = head.hash;
    if (lastMs !== undefined) this.#setTime(lastMs);
  }

  /** Time of the last record; NaN where there is none. */
  get ms(): number {
    return this.#ms;
  }

  /**
   * The next line, newline included. `json` is the payload as a non-empty JSON object, `cause` is 0 for all but events,
   * `ms` is the time since the epoch; where that lies before the last record's, that one's is held.
   */
  line(cls: RecordClass, json: string, cause: number, ms: number): string {
    // Written so that the first time, which is compared with NaN, is taken.
    if (!(ms <= this.#ms)) this.#setTime(ms);
    const tail = cause === 0 ? '' : `,"cause":${cause}`;
    const payload = json.slice(1, -1);
    const body = `{"v":1,"seq":${this.seq + 1}${this.#middle[cls]}${payload}${tail},"prev":"${this.hash}"`;
    this.hash = hash('sha256', body, 'hex');
    this.seq += 1;
    return `${body},"hash":"${this.hash}"}\n`;
  }

  #setTime(ms: number): void {
    this.#ms = ms;
    const start = `,"ts":"${new Date(ms).toISOString()}","run":${this.#run},"class":"`;
    this.#middle = { input: `${start}input",`, event: `${start}event",`, note: `${start}note",` };
  }
}
