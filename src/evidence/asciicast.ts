/**
 * The asciicast v3 format: a header line, then one JSON array a line, `[seconds since the event before, code, data]`. Times
 * are kept in whole milliseconds of the cast's own time, so that rounding never adds up.
 */

export interface CastHeader {
  cols: number;
  rows: number;
  /** Milliseconds since the epoch. */
  startedMs: number;
  title: string;
  /** Seconds; players show no longer stillness than this. */
  idleLimit?: number;
}

/** `o`: terminal output. `m`: a marker with its label. */
export type CastCode = 'o' | 'm';

export const castHeader = ({ cols, rows, startedMs, title, idleLimit }: CastHeader): string =>
  JSON.stringify({
    version: 3,
    term: { cols, rows, type: 'xterm-256color' },
    timestamp: Math.floor(startedMs / 1000),
    ...(idleLimit === undefined ? {} : { idle_time_limit: idleLimit }),
    title,
  });

/** Makes the lines of a cast's events, in order. */
export class CastEvents {
  #at = 0;

  /** @param at milliseconds from the cast's start; never before the last event's */
  line(at: number, code: CastCode, data: string): string {
    const now = Math.max(this.#at, Math.round(at));
    const interval = (now - this.#at) / 1000;
    this.#at = now;
    return `[${interval.toFixed(3)}, "${code}", ${JSON.stringify(data)}]`;
  }
}

const HIDE_AND_CLEAR = '\u001b[?25l\u001b[2J';

/** What makes a terminal that shows the lines `before` show `after`; '' where nothing changed. Null for a fresh terminal. */
export const screenChange = (before: readonly string[] | null, after: readonly string[]): string => {
  const rows = Math.max(before?.length ?? 0, after.length);
  let change = before === null ? HIDE_AND_CLEAR : '';
  for (let row = 0; row < rows; row += 1) {
    const line = after[row] ?? '';
    // Erased first: after a line of full width the cursor still stands on its last character.
    if (line !== (before?.[row] ?? '')) change += `\u001b[${row + 1};1H\u001b[2K${line}\u001b[0m`;
  }
  return change;
};
