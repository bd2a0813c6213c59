/** The gauges under the header: route thrashing, its history, the panic budget. They never move. */
import { costText, type State } from '../store/kernel-view.ts';
import type { LiveState } from '../store/live-state.ts';
import { noProgressText } from '../store/no-progress.ts';
import { pidText, roleLetter } from '../store/op-text.ts';
import type { Repeat } from '../store/projections/thrash.ts';
import { goesNowhere } from '../store/run-status.ts';
import { worstLoop } from '../store/thrash-level.ts';
import type { Look, Style } from './look.ts';
import { cut, fit, row, type Span } from './text.ts';
import { gauge, shortCount, sparkline } from './widgets.ts';

const LABEL = 8;
const GAUGE_CELLS = 4;
/** Columns for what the budget went on. */
const SPENT_WIDTH = 36;

/** `THRASH  [##--] 2/4   P1 t81-82 x2: GOTO rows/, q same        episodes 2   longest 6` */
export const thrashLine = (look: Look, width: number, live: LiveState): string => {
  const { thrash, kernel } = live;
  const worst = worstLoop(kernel);
  const open = thrash.open.at(-1);
  const limit = kernel.policy.traps.THRASH_ROUTE?.same ?? 0;
  // Once is no repetition: the count begins where something came twice.
  const again = worst === null || worst.reading.same < 2 ? 0 : worst.reading.same;
  const same = open === undefined ? again : limit;
  // Whichever is nearer to its trap: the state at the top right goes by it, too.
  const { stall = 0, stallLimit = 0 } = worst?.reading ?? {};
  const idle = open === undefined && stallLimit > 0 && stall >= stallLimit - 1 && same < limit - 1;
  const style: Style = open !== undefined ? 'error' : idle || (same >= limit - 1 && same > 1) ? 'warn' : 'plain';
  const counts: Span[] =
    limit === 0
      ? [['dim', 'off: this policy has no limit']]
      : [
          [
            style,
            idle ? stallText(look, stall, stallLimit) : `${gauge(look, same, limit, GAUGE_CELLS)} ${same}/${limit}`,
          ],
          open === undefined ? '' : (['error', ' TRAP'] as const),
          '  ',
        ];
  return row(
    look,
    width,
    [['bold', 'THRASH'.padEnd(LABEL)], ...counts, ...whatRepeats(live)],
    [width >= 100 ? `episodes ${thrash.episodes}   longest ${thrash.longest}` : `ep ${thrash.episodes}`],
  );
};

const stallText = (look: Look, stall: number, limit: number): string =>
  `${gauge(look, stall, limit, GAUGE_CELLS)} ${stall}/${limit} stall`;

const whatRepeats = (live: LiveState): Span[] => {
  const { thrash, kernel } = live;
  const open = thrash.open.at(-1);
  if (open !== undefined) {
    const repeat = thrash.repeats[open.pid];
    const times = open.code === 'THRASH_ROUTE' ? '' : `${open.code} `;
    return [
      ['error', `${open.who} ${times}${repeat === undefined || repeat.times < 2 ? open.evidence : repeatText(repeat)}`],
    ];
  }
  const worst = worstLoop(kernel);
  const repeat = worst === null ? undefined : thrash.repeats[worst.proc.pid];
  if (worst === null || repeat === undefined || worst.reading.same < 2) {
    const nowhere = goesNowhere(live);
    return [nowhere === null ? ['dim', 'nothing repeats'] : ['warn', noProgressText(nowhere)]];
  }
  const who = `${roleLetter(worst.proc.role)}${worst.proc.pid}`;
  // A B A: the same route again, with something else in between.
  if (repeat.times < 2) return [`${who} ${repeat.what} x${worst.reading.same}, not in a row`];
  return [`${who} ${repeatText(repeat)}`];
};

const repeatText = (repeat: Repeat): string =>
  `t${repeat.from}-${repeat.to} x${repeat.times}: ${repeat.what}${repeat.sameQ ? ', q same' : ''}`;

/** `  hist  ▁▁▂▃▁…  stall 4/6  last progress t80 (map m3 joined)` */
export const historyLine = (look: Look, width: number, live: LiveState): string => {
  const { thrash, timeline, kernel } = live;
  const worst = worstLoop(kernel);
  const limit = kernel.policy.traps.THRASH_ROUTE?.stall ?? 0;
  const stall = worst?.reading.stall ?? 0;
  const last = thrash.lastProgress;
  const since =
    last === null ? 'no progress yet' : `last progress t${last.tick}${width >= 100 ? ` (${last.what})` : ''}`;
  const right: Span[] = [
    [stall >= limit - 1 && limit > 0 ? 'warn' : 'plain', `stall ${stall}/${limit}`],
    `  ${width >= 100 ? since.slice(0, 44).padEnd(44) : since}`,
  ];
  const space = width - LABEL - (width >= 100 ? 58 : 34);
  return row(
    look,
    width,
    [
      ['dim', '  hist'.padEnd(LABEL)],
      ['accent', sparkline(look, timeline.levels, space)],
    ],
    right,
  );
};

/** `PANIC   [##-] 2 of 3 left   spent: t31 P1 CPU_FAULT x4   streak P1 [#---] 1/4     ticks 85/400  tok 41k` */
export const panicLine = (look: Look, width: number, live: LiveState): string => {
  const { panic, kernel, info } = live;
  const style: Style = panic.left === 0 ? 'error' : panic.left < panic.total ? 'warn' : 'good';
  const worst = Object.values(kernel.procs).reduce<{ pid: number; streak: number }>(
    (most, proc) => (proc.streak > most.streak ? proc : most),
    { pid: 1, streak: 0 },
  );
  const limit = kernel.policy.streak;
  const streakStyle: Style = worst.streak >= limit - 1 ? 'error' : worst.streak > 1 ? 'warn' : 'plain';
  const who = kernel.procs[worst.pid] === undefined ? 'P1' : pidText(kernel, worst.pid);
  const tokens = kernel.policy.limits.tokens;
  const used = shortCount(info.tokensIn + info.tokensOut);
  const wide = width >= 100;
  const spent = spentText(look, live, wide);
  const right = [
    wide ? `ticks ${kernel.tick}/${kernel.policy.limits.maxTicks}   ` : '',
    `tok ${used}${tokens === undefined ? '' : `/${shortCount(tokens)}`}`,
    moneyText(kernel),
  ].join('');
  return row(
    look,
    width,
    [
      ['bold', 'PANIC'.padEnd(LABEL)],
      [
        style,
        `${gauge(look, panic.left, Math.max(1, panic.total), Math.min(8, Math.max(1, panic.total)))} ${panic.left} of ${panic.total} left`,
      ],
      // Where it is narrow nothing stands in a column of its own.
      width < 72 ? spent : fit(look, spent, wide ? SPENT_WIDTH + 10 : 10),
      wide ? '   streak ' : '  streak ',
      [
        streakStyle,
        `${who} ${width >= 76 ? `${gauge(look, worst.streak, limit, GAUGE_CELLS)} ` : ''}${worst.streak}/${limit}`,
      ],
    ],
    [right],
  );
};

/** ` $0.38/2.00`, where a brain has a price. */
const moneyText = ({ prices, cost = 0, policy }: State): string => {
  if (prices === undefined) return '';
  const { cost: limit } = policy.limits;
  return ` ${costText(Math.round(cost / 1000))}${limit === undefined ? '' : `/${costText(limit).slice(1)}`}`;
};

const spentText = (look: Look, { panic }: LiveState, wide: boolean): string => {
  const last = panic.spent.at(-1);
  if (last === undefined) return wide ? '   none spent' : '';
  if (!wide) return ` (t${last.tick} ${last.who})`;
  const [before, here] = panic.spent.slice(-2).map((spent) => `t${spent.tick} ${spent.who} ${spent.why}`);
  const both = [before, here].filter((text) => text !== undefined).join(', ');
  // Where there is no room for two it is the newest that is told.
  return `   spent: ${both.length <= SPENT_WIDTH ? both : cut(look, here ?? both, SPENT_WIDTH)}`;
};
