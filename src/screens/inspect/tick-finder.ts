/** Which ticks a filter lets through: looked for from a tick outwards, in stretches, so that a long run need not be read. */
import { filterOf } from '../../components/filter.ts';
import { type TickRow, tickRows } from '../../store/tick-rows.ts';
import type { TimeSource } from '../../store/time-source.ts';

export interface Found {
  /** In order. */
  rows: readonly TickRow[];
  /** Ticks that were looked at. */
  from: number;
  to: number;
  /** There may be more beyond those. */
  more: boolean;
}

/** Ticks of one stretch, of all that are looked at in one direction, and matches that are enough. */
const STRETCH = 250;
const REACH = 20_000;
const ENOUGH = 500;

const rowText = ({ tick, who, what, result, tone }: TickRow): string => `t${tick} ${who} ${what} ${result} ${tone}`;

/** Tells what was found after each stretch. @param stopped asked before each */
export const findTicks = async (
  source: TimeSource,
  filter: string,
  at: number,
  tell: (found: Found) => void,
  stopped: () => boolean,
): Promise<void> => {
  const { test } = filterOf(filter);
  const { last } = await source.extent();
  let found: TickRow[] = [];
  for (let reach = 0; reach < REACH; reach += STRETCH) {
    const from = Math.max(1, at - reach - STRETCH + 1);
    const to = Math.min(last.tick, at + reach + STRETCH);
    const stretches = [
      [from, at - reach],
      [at + reach + 1, to],
    ] as const;
    for (const [first, end] of stretches) {
      if (stopped()) return;
      if (end < first) continue;
      const rows = await tickRows(source, first, end);
      found = [...found, ...rows.filter((row) => row.tick >= first && row.tick <= end && test(rowText(row)))];
    }
    const whole = from === 1 && to === last.tick;
    const rows = found.toSorted((a, b) => a.tick - b.tick);
    tell({ rows, from, to, more: !whole });
    if (whole || found.length >= ENOUGH) return;
  }
};
