/** Votes of the newest map while they are cast, and how the maps before it ended. */
import type { LiveState } from '../store/live-state.ts';
import type { MapVotes, StepVotes } from '../store/projections/votes.ts';
import { filterOf } from './filter.ts';
import { innerWidth, type ListProps, type ListRow, listPane } from './list-pane.ts';
import type { Look } from './look.ts';
import { fit, fitRight, type Span, widthOf } from './text.ts';

/** A step of the newest map, with the key that a cursor has for it. */
export interface VoteEntry {
  key: string;
  n: number;
  map: MapVotes;
  step: StepVotes;
}

/** The map that is voted on, else the last one. */
export const shownMap = ({ votes }: LiveState): MapVotes | undefined =>
  votes.findLast((candidate) => candidate.joinedTick === null) ?? votes.at(-1);

/** In the order of the pane, filtered as it is. */
export const voteEntries = (live: LiveState, filter: string): VoteEntry[] => {
  const map = shownMap(live);
  const { test } = filterOf(filter);
  return (map?.steps ?? []).flatMap((step, i) =>
    test(stepText(step, i + 1)) ? [{ key: `${map?.map} ${i + 1}`, n: i + 1, map: map as MapVotes, step }] : [],
  );
};

const stepText = (step: StepVotes, n: number): string =>
  `${n} ${step.text} ${step.leading} ${step.second} ${step.state} +${step.margin} ${step.ballots} ballots ${step.flags} flags`;

export const votesPane = (
  look: Look,
  width: number,
  height: number,
  props: ListProps & { live: LiveState },
): string[] => {
  const { live } = props;
  const map = shownMap(live);
  const { aheadBy, ballots } = live.kernel.policy.workers;
  const inner = innerWidth(width, props);
  const rows: ListRow[] = voteEntries(live, props.filter).map(({ key, step, n }) => ({
    key,
    ...stepRow(look, step, n, inner, aheadBy),
  }));
  if (map !== undefined) rows.push(...mapRows(map));
  const joined = live.votes.filter((other) => other !== map && other.joinedTick !== null);
  if (joined.length > 0) {
    rows.push({ left: [['dim', joined.map((other) => `${other.map} joined t${other.joinedTick}`).join('   ')]] });
  }
  const wide = width >= 42;
  return listPane(look, width, height, props, {
    name: '5 VOTES',
    rest:
      map === undefined
        ? []
        : [['dim', ` ${wide ? 'map ' : ''}${map.map}  ${map.steps.length} steps  k=${aheadBy}  cap ${ballots}`]],
    heading: [['dim', heading(look, inner)]],
    rows,
    empty: 'no map yet',
  });
};

/** All columns but `leading`. */
const FIXED = 5 + 8 + 6 + 8 + 6;

const heading = (look: Look, width: number): string =>
  `${fitRight(look, 'step', 4)} ${fit(look, 'leading', Math.max(5, width - FIXED))}${fit(look, 'votes', 8)}${fitRight(look, 'margin', 6)}${fitRight(look, 'ballots', 8)}${fitRight(look, 'flags', 6)}`;

/** What came of the map besides its steps. */
const mapRows = (map: MapVotes): ListRow[] => {
  const rows: ListRow[] = [];
  if (map.cut.length > 0) {
    rows.push({
      left: [
        [
          'warn',
          `     ${map.cut
            .slice(-4)
            .map((pid) => `w${pid}`)
            .join(' ')} cut by consensus, no vote`,
        ],
      ],
    });
  }
  if (map.joinedTick !== null) rows.push({ left: [['good', `     ${map.map} joined t${map.joinedTick}`]] });
  return rows;
};

/** `13720`, and behind it the best of the other answers with its votes: `13720 over 13270 x1`. */
const answers = (look: Look, step: StepVotes, value: string, width: number): Span[] => {
  const style = step.leading === '' ? 'dim' : 'bold';
  const other = step.second === '' ? '' : ` over ${step.second} x${step.secondVotes}`;
  const first = Math.min(widthOf(value), Math.max(width - widthOf(other), Math.ceil(width / 2)));
  return [
    [style, fit(look, value, first)],
    ['dim', fit(look, other, width - first)],
  ];
};

const stepRow = (look: Look, step: StepVotes, n: number, width: number, aheadBy: number): ListRow => {
  const value = step.state === 'won' ? step.value : step.leading === '' ? step.text : step.leading;
  const state: Span = step.state === 'won' ? ['good', 'won '] : step.state === 'none' ? ['error', '!no '] : '    ';
  const signs = '#'.repeat(Math.min(step.votes, 3));
  return {
    left: [
      `${fitRight(look, String(n), 4)} `,
      ...answers(look, step, value, Math.max(5, width - FIXED)),
      ['accent', fit(look, signs, 4)],
      state,
      [step.margin >= aheadBy ? 'good' : 'plain', fitRight(look, step.margin === 0 ? '0' : `+${step.margin}`, 6)],
      fitRight(look, String(step.ballots), 8),
      [step.flags > 0 ? 'warn' : 'plain', fitRight(look, String(step.flags), 6)],
    ],
  };
};
