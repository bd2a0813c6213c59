/** The first line: which run, which pair, how far; the view and the run's state at its right end. */
import type { LiveState } from '../store/live-state.ts';
import type { Travel } from '../store/player.ts';
import { type BrainInfo, elapsedMs, type RunInfo } from '../store/projections/run-info.ts';
import type { RunWord } from '../store/run-status.ts';
import type { Look, Style } from './look.ts';
import { placeVariants } from './place-line.ts';
import { row, type Span, spansWidth } from './text.ts';
import { shortTime } from './widgets.ts';

export interface HeaderProps {
  /** What is looked at. */
  live: LiveState;
  word: RunWord;
  /** Ticks that the view lags behind; null while it follows. */
  held: number | null;
  /** The run has ended, or its kernel has: there is nothing live to look at. */
  over?: boolean;
  kernelPid: number | null;
  /** That process is stopped, and does not answer. */
  stopped?: boolean;
  now?: number | undefined;
  /** Opened to be replayed. */
  replay?: boolean;
  /** How a held view moves, and the newest state, which it is a part of; null while it follows. */
  place?: { travel: Travel; newest: LiveState } | null;
}

const PILL: Record<RunWord, Style> = {
  GONE: 'pill-error',
  DEAD: 'pill-error',
  PANIC: 'pill-error',
  THRASHING: 'pill-warn',
  WAITING: 'pill-warn',
  PAUSED: 'pill-warn',
  RUNNING: 'pill-good',
  STARTING: 'pill',
  DONE: 'pill-good',
  FAILED: 'pill-error',
  LIMIT: 'pill-warn',
  KILLED: 'pill-warn',
  INTR: 'pill-warn',
};

export const pillSpan = (word: RunWord): Span => [PILL[word], ` ${word} `];

/** These names say that no capable model is at work: they are shown whole, or not at all. */
const WHOLE = new Set(['SIM', 'tiny', 'tiny-early']);

export const isWhole = (name: string): boolean => WHOLE.has(name);

export const shortName = (name: string, max: number): string =>
  isWhole(name) || name.length <= max ? name : `${name.slice(0, Math.max(1, max - 1))}~`;

export const brainName = (brain: BrainInfo | null, max: number): string =>
  brain === null ? '?' : shortName(brain.simulated ? 'SIM' : brain.name, max);

/**
 * ` (SIM before)`: who sat in a seat before a swap. Where there is little room ` <SIM`, and only those of whom it must be known
 * that no capable model was at work.
 */
export const wasText = ({ was = [] }: Pick<RunInfo, 'was'>, wide: boolean): string => {
  if (was.length === 0) return '';
  return wide ? ` (${was.join(', ')} before)` : ` <${was.filter(isWhole).join(',')}`;
};

export const headerLine = (look: Look, width: number, props: HeaderProps): string => {
  const { live, word, held, place = null } = props;
  const view: Span =
    held !== null
      ? props.replay === true
        ? ['accent', 'REPLAY']
        : ['warn', held === 0 ? 'HELD' : `HELD -${held}t`]
      : props.over === true
        ? ['bold', 'ENDED']
        : ['good', 'LIVE'];
  const right: Span[] = [view, ' ', pillSpan(word)];
  const room = width - spansWidth(right) - 1;
  const variants =
    place === null
      ? VARIANTS.map((variant) => variant(props, live))
      : placeVariants({ view: live, live: place.newest, travel: place.travel }, names(live));
  for (const left of variants) {
    if (spansWidth(left) <= room) return row(look, width, left, right);
  }
  return row(look, width, [['bold', live.info.id.slice(0, 4)]], right);
};

type Variant = (props: HeaderProps, live: LiveState) => Span[];

/** Columns of a name in a header that has room for everything. */
const WIDE = 24;

const pair = (live: LiveState, max: number, gap: string): Span[] => {
  const workers = Object.values(live.kernel.procs).filter((proc) => proc.role === 'worker').length;
  const count = gap.length > 1 && workers > 0 ? ` x${workers}` : '';
  return [
    `${gap}P `,
    ['accent', brainName(live.info.planner, max)],
    `${gap}W `,
    ['accent', brainName(live.info.worker, max)],
    count,
    ['warn', wasText(live.info, max > WIDE)],
    // As wide whatever the count is: what stands behind it must not move.
    ' '.repeat(gap.length > 1 ? Math.max(0, 4 - count.length) : 0),
  ];
};

/** That nothing is between the run's commands and the machine, if so; said at every width. */
const fence = ({ info }: LiveState): Span[] => (info.unfenced === true ? [' ', ['warn', 'NO SANDBOX']] : []);

const taskSpans = (live: LiveState, name: string): Span[] => [` ${name}`, ...fence(live)];

/** Columns of a task's name beside a place. */
const TASK = 20;

/** Which run and which pair, long to short; who is simulated is said in all of them. */
const names = (live: LiveState): Span[][] => [
  [['bold', live.info.id], ...taskSpans(live, live.info.task), ...pair(live, 16, '   ')],
  [['bold', live.info.id.slice(0, 4)], ...taskSpans(live, shortName(live.info.task, TASK)), ...pair(live, 10, ' ')],
  [['bold', live.info.id.slice(0, 4)], ...fence(live), ...pair(live, 10, ' ')],
];

const time = ({ now }: HeaderProps, live: LiveState): string => shortTime(elapsedMs(live.info, now));

const kernelWord = ({ word, stopped }: HeaderProps): string =>
  word === 'GONE' ? 'gone' : stopped === true ? 'stopped' : 'ok';

/** From rich to bare; the first that fits is taken. */
const VARIANTS: readonly Variant[] = [
  (props, live) => [
    ['bold', live.info.id],
    ...taskSpans(live, live.info.task),
    ...pair(live, 40, '   '),
    `   seed ${live.info.seed}   tick ${live.kernel.tick}   ${time(props, live)}`,
    props.kernelPid === null ? '' : `   kernel ${props.kernelPid} ${kernelWord(props)}`,
  ],
  (props, live) => [
    ['bold', live.info.id],
    ...taskSpans(live, live.info.task),
    ...pair(live, 24, '  '),
    `  seed ${live.info.seed}  t${live.kernel.tick}  ${time(props, live)}`,
  ],
  (props, live) => [
    ['bold', live.info.id.slice(0, 4)],
    ...taskSpans(live, live.info.task),
    ...pair(live, 16, '  '),
    `  t${live.kernel.tick} ${time(props, live)}`,
  ],
  (props, live) => [
    ['bold', live.info.id.slice(0, 4)],
    ...taskSpans(live, live.info.task.slice(0, 9)),
    ...pair(live, 10, ' '),
    ` t${live.kernel.tick} ${time(props, live)}`,
  ],
  (_, live) => [['bold', live.info.id.slice(0, 4)], ...fence(live), ...pair(live, 10, ' '), ` t${live.kernel.tick}`],
  (_, live) => [['bold', live.info.id.slice(0, 4)], ...fence(live), ` t${live.kernel.tick}`],
];
