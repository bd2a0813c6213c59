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

/** Names of the columns and their widths, but for `leading`, which takes the rest. */
interface Columns {
  step: readonly [string, number];
  votes: readonly [string, number];
  numbers: readonly (readonly [string, number])[];
}

const WIDE: Columns = {
  step: ['step', 4],
  votes: ['votes', 8],
  numbers: [
    ['margin', 6],
    ['ballots', 8],
    ['flags', 6],
  ],
};
/** Half of 80 columns: the answers stand whole, and the numbers' names do not. */
const NARROW: Columns = {
  step: ['st', 2],
  votes: ['votes', 8],
  numbers: [
    ['mrg', 3],
    ['bal', 4],
    ['flg', 4],
  ],
};

/** Of a row of so many columns. */
const columnsFor = (width: number): Columns => (width >= 42 ? WIDE : NARROW);

const leadingWidth = (width: number, { step, votes, numbers }: Columns): number =>
  Math.max(5, width - step[1] - 1 - votes[1] - numbers.reduce((sum, [, columns]) => sum + columns, 0));

const heading = (look: Look, width: number): string => {
  const columns = columnsFor(width);
  const { step, votes, numbers } = columns;
  const names = numbers.map(([name, column]) => fitRight(look, name, column)).join('');
  return `${fitRight(look, ...step)} ${fit(look, 'leading', leadingWidth(width, columns))}${fit(look, ...votes)}${names}`;
};

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
  const columns = columnsFor(width);
  const number = (i: number, text: string): string => fitRight(look, text, columns.numbers[i]?.[1] ?? 0);
  return {
    left: [
      `${fitRight(look, String(n), columns.step[1])} `,
      ...answers(look, step, value, leadingWidth(width, columns)),
      ['accent', fit(look, signs, 4)],
      state,
      [step.margin >= aheadBy ? 'good' : 'plain', number(0, step.margin === 0 ? '0' : `+${step.margin}`)],
      number(1, String(step.ballots)),
      [step.flags > 0 ? 'warn' : 'plain', number(2, String(step.flags))],
    ],
  };
};
