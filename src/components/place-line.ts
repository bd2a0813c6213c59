/** The first line of a view that is held or replayed: where in the run it is, and how it moves. */
import type { LiveState } from '../store/live-state.ts';
import type { Travel } from '../store/player.ts';
import { endWord } from '../store/run-status.ts';
import { speedText } from '../store/speed.ts';
import type { Span } from './text.ts';

export interface PlaceProps {
  /** At the view's place. */
  view: LiveState;
  /** The newest. */
  live: LiveState;
  travel: Travel;
}

const grouped = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',');

const timeOfDay = ({ info }: LiveState, long: boolean): string =>
  info.lastMs === 0 ? '' : `${new Date(info.lastMs).toISOString().slice(11, long ? 23 : 19)}Z`;

const speed = ({ playing, speed: times, idle }: Travel, long: boolean): Span[] => [
  [
    playing ? 'good' : 'dim',
    long ? `${playing ? 'playing' : 'held,'} ${speedText(times)}` : `${playing ? '>' : '='}${speedText(times)}`,
  ],
  ['dim', idle ? '' : long ? ', with gaps' : ' gaps'],
];

/** `ended: DEAD t212 panic_budget_exhausted`; '' for a run that has not. */
export const endedText = ({ info, kernel }: LiveState): string =>
  info.outcome === null ? '' : `ended: ${endWord(info.outcome)} t${kernel.tick} ${info.reason}`;

/** From rich to bare; the first that fits is taken. @param pair the run and its pair, as long as there is room for */
export const placeVariants = ({ view, live, travel }: PlaceProps, names: readonly Span[][]): Span[][] => {
  const [rich = [], middle = [], bare = []] = names;
  const tick = view.kernel.tick;
  const seq = view.info.lastSeq;
  // How it all ends may take a moment to be known, and is no less than what is seen.
  const [ticks, seqs] = [Math.max(tick, live.kernel.tick), Math.max(seq, live.info.lastSeq)];
  const ended = endedText(live);
  const long: Span[] = [
    `   t${tick} of ${ticks}   seq ${grouped(seq)} of ${grouped(seqs)}   ${timeOfDay(view, true)}   `,
    ...speed(travel, true),
  ];
  const short: Span[] = [`  t${tick}/${ticks} #${seq}/${seqs} ${timeOfDay(view, false)} `, ...speed(travel, false)];
  return [
    ...(ended === '' ? [] : [[...rich, ...long, ['dim', `   ${ended}`] as const]]),
    [...rich, ...long],
    [...middle, ...long],
    [...middle, ...short],
    [...bare, ...short],
    [...bare, ` t${tick}/${ticks} #${seq} `, ...speed(travel, false)],
    [...bare, ` t${tick}/${ticks}`],
  ];
};
