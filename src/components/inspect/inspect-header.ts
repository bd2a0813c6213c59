/** The inspector's first two lines: which tick of which run, and how near the process was to a trap or to its end. */
import { runWord } from '../../store/run-status.ts';
import { type LoopReading, readLoops } from '../../store/thrash-level.ts';
import type { TickView } from '../../store/tick-view.ts';
import { pillSpan } from '../header.ts';
import type { Look, Style } from '../look.ts';
import { cut, row, type Span, spansWidth, widthOf } from '../text.ts';
import { gauge } from '../widgets.ts';
import { seqRange } from './small-contents.ts';

const CELLS = 4;
/** Up to so many, a unit of the panic budget is a cell: half of two is not two thirds. */
const MAX_UNITS = 8;
/** Columns under which the run's end is not told. */
const MIN_ENDING = 6;
const count = (n: number): string => n.toLocaleString('en-US');

export const inspectHeader = (look: Look, width: number, view: TickView, growing: boolean): string[] => [
  placeLine(look, width, view, growing),
  gaugeLine(look, width, view),
];

const placeLine = (look: Look, width: number, view: TickView, growing: boolean): string => {
  const { after, tick, of, open } = view;
  const { id, task } = after.info;
  // The pill is of this tick, which may lie far back: nobody is to take it for what the run does now.
  const held = of.tick > tick ? `HELD -${of.tick - tick}t` : 'HELD';
  const word: Span = open ? ['good', 'OPEN'] : growing ? ['warn', held] : ['accent', 'REPLAY'];
  const right: Span[] = [word, ' ', pillSpan(runWord(after, false))];
  const room = width - spansWidth(right) - 1;
  const clock = Number.isNaN(view.ms) ? '' : new Date(view.ms).toISOString().slice(11, 23);
  const seqs = seqRange(view.decision);
  const variants: Span[][] = [
    [['bold', id], ` ${task}   INSPECT   t${tick} of ${of.tick}   ${seqs} of ${count(of.seq)}   ${clock}`],
    [['bold', id.slice(0, 4)], ` ${task} INSPECT t${tick}/${of.tick} ${seqs} ${clock.slice(0, 8)}`],
    [['bold', id.slice(0, 4)], ` INSPECT t${tick}/${of.tick} ${seqs}`],
    [['bold', id.slice(0, 4)], ` t${tick}/${of.tick}`],
  ];
  return row(look, width, variants.find((spans) => spansWidth(spans) <= room) ?? variants.at(-1) ?? [], right);
};

/** The detector that fired has started over; what it had counted is in the state before. */
const atTrap = ({ before, pid }: TickView): LoopReading | undefined => {
  const proc = before.kernel.procs[pid];
  if (proc === undefined) return undefined;
  const counted = readLoops(before.kernel, proc);
  const stall = counted.stall + 1;
  return { ...counted, stall, same: stall >= counted.stallLimit ? counted.same : counted.sameLimit };
};

const gaugeLine = (look: Look, width: number, view: TickView): string => {
  const { after, proc, who, last } = view;
  const { kernel, panic } = after;
  const wide = width >= 100;
  const fired = view.result === 'THRASH_ROUTE';
  const loops = fired ? atTrap(view) : proc === undefined ? undefined : readLoops(kernel, proc);
  const { same = 0, sameLimit = 0, stall = 0, stallLimit = 0 } = loops ?? {};
  const streak = proc?.streak ?? 0;
  const limit = kernel.policy.streak;
  const near: Style = fired
    ? 'error'
    : sameLimit > 0 && (same >= sameLimit - 1 || stall >= stallLimit - 1)
      ? 'warn'
      : 'plain';
  const gap = wide ? '   ' : ' ';
  const units = Math.max(1, panic.total);
  const left: Span[] = [
    ['bold', wide ? 'THRASH  ' : 'THRASH '],
    sameLimit === 0
      ? ['dim', 'off']
      : [near, `${gauge(look, same, sameLimit, CELLS)} ${same}/${sameLimit}${fired ? ' TRAP' : ''}`],
    sameLimit === 0 ? '' : [near, `${gap}stall ${stall}/${stallLimit}`],
    ['bold', `${gap}PANIC `],
    [
      panic.left < panic.total ? 'warn' : 'plain',
      `${gauge(look, panic.left, units, Math.min(MAX_UNITS, units))} ${panic.left}/${panic.total}`,
    ],
    width < 72 ? ' streak ' : `${gap}streak ${who} `,
    [
      streak >= limit - 1 ? 'error' : 'plain',
      `${width < 72 ? '' : `${gauge(look, streak, limit, CELLS)} `}${streak}/${limit}`,
    ],
  ];
  const { outcome, reason } = last.info;
  if (outcome === null) return row(look, width, left);
  const style: Style = outcome === 'passed' ? 'good' : 'error';
  const at = `t${last.kernel.tick}`;
  const whole = `${outcome}: ${reason}`;
  const room = Math.max(0, width - spansWidth(left) - at.length - 4);
  if (room < MIN_ENDING) return row(look, width, left);
  return row(look, width, left, [
    // Half a reason tells nothing; the outcome alone does.
    [style, `${wide ? cut(look, `run ended: ${whole}`, room) : widthOf(whole) <= room ? whole : outcome} ${at}`],
  ]);
};
