/** The trap log, newest first: which rule, whose, what exactly, and how it was got over. */
import type { TrapLog, TrapRow } from '../store/projections/traps.ts';
import { isOpen } from '../store/projections/traps.ts';
import { filterOf } from './filter.ts';
import { type ListProps, type ListRow, listPane } from './list-pane.ts';
import type { Look, Style } from './look.ts';
import { fit } from './text.ts';

export interface TrapsPaneProps extends ListProps {
  traps: TrapLog;
  /** Seq of the selected row; null for none. */
  selected: number | null;
}

/** In the order of the pane, filtered as it is. */
export const visibleTraps = (traps: TrapLog, filter: string): TrapRow[] =>
  traps.rows.toReversed().filter((trap) => filter === '' || filterOf(filter).test(trapText(trap)));

const trapText = (trap: TrapRow): string =>
  `t${trap.tick} ${trap.who} ${codeText(trap)} ${whatText(trap)} ${recoveredText(trap)[1]}`;

export const trapsPane = (look: Look, width: number, height: number, props: TrapsPaneProps): string[] => {
  const { traps, selected, filter } = props;
  const open = traps.rows.filter(isOpen).length;
  const wide = width >= 64;
  const inner = width - (props.joint ? 1 : 0);
  const rows = visibleTraps(traps, filter);
  const at = rows.findIndex((trap) => trap.seq === selected);
  return listPane(look, width, height, props, {
    name: `6 TRAPS ${traps.total}`,
    // Nothing is said of none.
    rest: open > 0 ? [['error', `${open} open`]] : [],
    ...(wide ? { heading: [['dim', headingText(look, inner)] as const] } : {}),
    rows: rows.map((trap) => trapRow(look, trap, inner, wide, trap.seq === selected)),
    ...(at >= 0 ? { selected: at } : {}),
    empty: 'no trap yet',
  });
};

const RECOVERED = 13;
const CODE = 16;
/** Ticks and pids of four digits, and a blank. */
const TICK = 6;
const WHO = 6;
const FIXED = 1 + TICK + WHO + CODE + RECOVERED;

const headingText = (look: Look, width: number): string =>
  ` ${fit(look, 'tick', TICK)}${fit(look, 'who', WHO)}${fit(look, 'code', CODE)}${fit(look, 'what', width - FIXED)}recovered`;

const codeText = (trap: TrapRow): string => `${trap.code}${trap.times > 1 ? ` x${trap.times}` : ''}`;

/** The reason matters more than how it is introduced; the opened trap has the whole of it. */
const whatText = (trap: TrapRow, narrow = false): string =>
  [
    trap.fault === 0 ? '' : narrow ? `[F${trap.fault}] ` : `[fault ${trap.fault}] `,
    trap.panic === null ? '' : `PANIC RESET, budget ${trap.panic.from} > ${trap.panic.to}; `,
    trap.evidence.replace(/^stream: (the reply was )?/, ''),
  ].join('');

/** `open`, `+2 ticks`, `no, retired`. */
const recoveredText = (trap: TrapRow): readonly [Style, string] => {
  if (trap.recovered !== null) return ['good', `+${trap.recovered} ${trap.recovered === 1 ? 'tick' : 'ticks'}`];
  return trap.ended === '' ? ['error', 'open'] : ['warn', `no, ${trap.ended}`];
};

const trapRow = (look: Look, trap: TrapRow, width: number, wide: boolean, selected: boolean): ListRow => {
  const style: Style = isOpen(trap) ? 'error' : trap.panic !== null ? 'warn' : 'plain';
  const [endStyle, end] = recoveredText(trap);
  const sign: readonly [Style, string] = [selected ? 'select' : 'plain', selected ? '>' : ' '];
  const what = trap.panic !== null && !wide ? `PANIC ${trap.panic.from}>${trap.panic.to}` : whatText(trap, !wide);
  if (wide) {
    return {
      left: [
        sign,
        ['dim', fit(look, `t${trap.tick}`, TICK)],
        ['bold', fit(look, trap.who, WHO)],
        [style, fit(look, codeText(trap), CODE - 1)],
        ' ',
        fit(look, what, Math.max(4, width - FIXED - 1)),
        ' ',
        [endStyle, end],
      ],
    };
  }
  return {
    left: [sign, ['dim', `t${trap.tick} `], ['bold', `${trap.who} `], [style, `${codeText(trap)} `], what],
    right: [[endStyle, end.replace(/ ticks?$/, '').replace('no, ', '')]],
  };
};
