/** The capability table: what is held by whom and used how often; then what was asked for and denied, by shape. */
import type { Cap } from '../store/kernel-view.ts';
import { type LiveState, shownProcs } from '../store/live-state.ts';
import { pidRanges, roleLetter } from '../store/op-text.ts';
import type { DeniedShape } from '../store/projections/denied.ts';
import { type HandleUse, handleKey, unused } from '../store/projections/handles.ts';
import { filterOf } from './filter.ts';
import { innerWidth, type ListProps, type ListRow, listPane } from './list-pane.ts';
import type { Look, Style } from './look.ts';
import { fit, fitRight, type Span } from './text.ts';

export type CapSort = 'id' | 'last' | 'uses';
export const CAP_SORTS: readonly CapSort[] = ['id', 'last', 'uses'];

export interface CapRow extends HandleUse {
  handle: string;
  rights: Cap['rights'];
  target: string;
  from: string;
  planners: number[];
  workers: number[];
  /** Every holder's copy is revoked. */
  gone: boolean;
}

export interface CapsPaneProps extends ListProps {
  live: LiveState;
  sort: CapSort;
}

/** A capability, or a shape that was asked for in vain, with the key that a cursor has for it. */
export type CapEntry = { key: string } & ({ cap: CapRow } | { shape: DeniedShape });

/** In the order of the pane, filtered as it is. */
export const capEntries = (live: LiveState, sort: CapSort, filter: string): CapEntry[] => {
  const { test } = filterOf(filter);
  const caps = capRows(live, sort).filter((cap) => test(capText(cap)));
  const shapes = Object.values(live.denied.shapes)
    .toReversed()
    .filter((shape) => test(shapeText(shape)));
  return [
    ...caps.map((cap) => ({ key: handleKey(cap), cap })),
    ...shapes.map((shape) => ({ key: `denied ${shape.need} ${shape.shape}`, shape })),
  ];
};

const capText = (cap: CapRow): string =>
  `${cap.handle} ${cap.rights} ${holders(cap)} from ${cap.from} ${cap.target} t${cap.last} x${cap.uses} ${standing(cap)[1]}`;

const shapeText = (shape: DeniedShape): string =>
  `denied ${shape.need} ${who(shape)} ${shape.shape} ${shape.reason} t${shape.lastTick} x${shape.times} nearest ${nearest(shape)}`;

export const capsPane = (look: Look, width: number, height: number, props: CapsPaneProps): string[] => {
  const { live, sort } = props;
  const caps = capRows(live, sort);
  const shapes = Object.values(live.denied.shapes);
  const wide = width >= 64;
  const inner = innerWidth(width, props);
  const revoked = caps.filter((cap) => cap.gone).length;
  const entries = capEntries(live, sort, props.filter);
  const rows = entries.map((entry): ListRow => {
    const { key } = entry;
    if ('cap' in entry) return { key, left: (wide ? wideCap : narrowCap)(look, entry.cap, inner) };
    return { key, left: (wide ? wideDenied : narrowDenied)(look, entry.shape, inner) };
  });
  const denied = entries.findIndex((entry) => 'shape' in entry);
  if (denied !== -1) {
    rows.splice(denied, 0, { left: [['error', wide ? wideHead(look, 'DENIED', inner) : narrowHead(look, inner)]] });
  }
  const counts = wide
    ? `held ${caps.length - revoked}   revoked ${revoked}   denied ${live.denied.total} in ${shapes.length} ${shapes.length === 1 ? 'shape' : 'shapes'}`
    : '';
  return listPane(look, width, height, props, {
    name: wide
      ? '4 CAPABILITIES'
      : `4 CAPS ${caps.length}${live.denied.total > 0 ? `, ${live.denied.total} denied` : ''}`,
    rest: [['dim', `  ${counts}`]],
    right: sort === 'id' ? [] : [['dim', `by ${sort}`]],
    ...(wide ? { heading: [['dim', wideHead(look, '', inner)] as const] } : {}),
    rows,
    empty: 'no capability yet',
  });
};

/** The living; after the last of them the planner, as it was when it ended. */
const holdersOf = (live: LiveState) => {
  const procs = shownProcs(live);
  return procs.length > 0 ? procs : live.ended.filter((proc) => proc.role === 'planner');
};

const capRows = (live: LiveState, sort: CapSort): CapRow[] => {
  const rows = new Map<string, CapRow>();
  for (const proc of holdersOf(live)) {
    for (const cap of Object.values(proc.caps)) {
      const key = handleKey(cap);
      const use = live.handles[key] ?? unused;
      const row = rows.get(key) ?? {
        ...use,
        ...{ handle: cap.handle, rights: cap.rights, target: cap.target, from: cap.from?.handle ?? '-' },
        ...{ planners: [], workers: [], gone: true },
      };
      if (!cap.revoked) row.gone = false;
      row[proc.role === 'planner' ? 'planners' : 'workers'].push(proc.pid);
      rows.set(key, row);
    }
  }
  const list = [...rows.values()];
  if (sort === 'last') return list.sort((a, b) => b.last - a.last);
  if (sort === 'uses') return list.sort((a, b) => b.uses - a.uses);
  return list.sort((a, b) => Number(a.handle.slice(1)) - Number(b.handle.slice(1)));
};

const holders = (cap: Pick<CapRow, 'planners' | 'workers'>): string =>
  [pidRanges(cap.planners, roleLetter('planner')), pidRanges(cap.workers, roleLetter('worker'))]
    .filter((part) => part !== '')
    .join(' ');

/** The holders within so many columns; where they are more, as many as there is room for and how many are left out: `P1 +12`. */
export const holdersWithin = (cap: Pick<CapRow, 'planners' | 'workers'>, width: number): string => {
  const whole = holders(cap);
  if (whole.length <= width) return whole;
  const all = cap.planners.length + cap.workers.length;
  for (let kept = all - 1; kept > 0; kept -= 1) {
    const planners = cap.planners.slice(0, kept);
    const workers = cap.workers.slice(0, kept - planners.length);
    const text = `${holders({ planners, workers })} +${all - kept}`;
    if (text.length <= width) return text;
  }
  return `${all} hold it`.length <= width ? `${all} hold it` : `x${all}`;
};

const standing = (cap: CapRow): readonly [Style, string] => {
  if (cap.gone) return ['error', cap.revoked === 0 ? 'revoked' : `revoked t${cap.revoked}`];
  if (cap.revoked !== 0) return ['warn', `part revoked t${cap.revoked}`];
  return cap.uses === 0 ? ['warn', 'held UNUSED'] : ['good', 'held'];
};

/** Columns but the target: handle, rights, holders, from, last, uses, state. */
const WIDE = 4 + 3 + 11 + 5 + 5 + 6 + 2 + 14;

const wideHead = (look: Look, denied: string, width: number): string => {
  const target = Math.max(6, width - WIDE);
  return denied === ''
    ? `${fit(look, 'id', 4)}${fit(look, 'r', 3)}${fit(look, 'holder', 11)}${fit(look, 'from', 5)}${fit(look, 'target', target)}${fitRight(look, 'used', 5)}${fitRight(look, 'uses', 6)}  state`
    : `${fit(look, denied, 7)}${fit(look, 'by whom', 11)}${fit(look, 'asked for', target + 5)}${fitRight(look, 'last', 5)}${fitRight(look, 'times', 6)}  nearest held`;
};

const wideCap = (look: Look, cap: CapRow, width: number): Span[] => {
  const [style, state] = standing(cap);
  return [
    ['bold', fit(look, cap.handle, 4)],
    fit(look, cap.rights, 3),
    fit(look, holdersWithin(cap, 10), 10),
    ' ',
    ['dim', fit(look, cap.from, 5)],
    fit(look, cap.target, Math.max(6, width - WIDE)),
    ['dim', fitRight(look, cap.last === 0 ? '-' : `t${cap.last}`, 5)],
    fitRight(look, String(cap.uses), 6),
    [style, `  ${state}`],
  ];
};

/** The last of them, and how many more. */
const lastWho = (shape: DeniedShape): string => {
  const letter = shape.roles.length === 1 ? roleLetter(shape.roles[0] ?? 'worker') : '#';
  return `${letter}${shape.pids.at(-1)}${shape.pids.length > 1 ? ` +${shape.pids.length - 1}` : ''}`;
};

const who = (shape: DeniedShape): string =>
  shape.roles.length === 1 ? pidRanges(shape.pids, roleLetter(shape.roles[0] ?? 'worker')) : pidRanges(shape.pids, '#');

const nearest = (shape: DeniedShape): string =>
  shape.nearest === '' ? 'none' : `${shape.nearest}${shape.shown ? '' : ' (not in frame)'}`;

const wideDenied = (look: Look, shape: DeniedShape, width: number): Span[] => [
  ['error', '!  '],
  ['error', fit(look, shape.need, 4)],
  fit(look, who(shape).length <= 10 ? who(shape) : lastWho(shape), 10),
  ' ',
  ['error', fit(look, shape.shape, Math.max(6, width - WIDE) + 5)],
  ['dim', fitRight(look, `t${shape.lastTick}`, 5)],
  fitRight(look, String(shape.times), 6),
  `  ${nearest(shape)}`,
];

const NARROW = 3 + 3 + 10 + 12;

const narrowCap = (look: Look, cap: CapRow, width: number): Span[] => {
  const [style] = standing(cap);
  const state = cap.gone ? 'revoked' : cap.uses === 0 ? 'unused' : `t${cap.last} x${cap.uses}`;
  return [
    ['bold', fit(look, cap.handle, 3)],
    fit(look, cap.rights, 3),
    fit(look, holdersWithin(cap, 9), 9),
    ' ',
    ['plain', fit(look, cap.target, Math.max(4, width - NARROW))],
    [style, ` ${state}`],
  ];
};

/** Columns of `nearest held`, the handle and its rights, at the right. */
const NEAREST = 12;

const narrowHead = (look: Look, width: number): string =>
  `${fit(look, 'DENIED', Math.max(8, width - NEAREST))}nearest held`;

const narrowDenied = (look: Look, shape: DeniedShape, width: number): Span[] => {
  const [handle = 'none', rights = ''] = shape.nearest.split(' ');
  return [
    ['error', '! '],
    [
      'error',
      `${fit(look, `${shape.need} ${lastWho(shape)} ${shape.shape} x${shape.times}`, Math.max(8, width - NEAREST - 3))} `,
    ],
    `${handle} ${rights}${shape.shown ? '' : ' unseen'}`,
  ];
};
