/** Votes of the newest map while they are cast, and how the maps before it ended. */
import type { LiveState } from '../store/live-state.ts';
import type { MapVotes, StepVotes } from '../store/projections/votes.ts';
import { type ListProps, type ListRow, listPane } from './list-pane.ts';
import type { Look } from './look.ts';
import { fit, fitRight, type Span } from './text.ts';

export const votesPane = (
  look: Look,
  width: number,
  height: number,
  props: ListProps & { live: LiveState },
): string[] => {
  const { live } = props;
  const map = live.votes.findLast((candidate) => candidate.joinedTick === null) ?? live.votes.at(-1);
  const { aheadBy, ballots } = live.kernel.policy.workers;
  const inner = width - (props.joint ? 1 : 0);
  const rows = map === undefined ? [] : mapRows(look, map, inner, aheadBy);
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

const mapRows = (look: Look, map: MapVotes, width: number, aheadBy: number): ListRow[] => {
  const rows = map.steps.map((step, i) => stepRow(look, step, i + 1, width, aheadBy));
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

const stepRow = (look: Look, step: StepVotes, n: number, width: number, aheadBy: number): ListRow => {
  const value = step.state === 'won' ? step.value : step.leading === '' ? step.text : step.leading;
  const state: Span = step.state === 'won' ? ['good', 'won '] : step.state === 'none' ? ['error', '!no '] : '    ';
  const signs = '#'.repeat(Math.min(step.votes, 3));
  return {
    left: [
      `${fitRight(look, String(n), 4)} `,
      [step.leading === '' ? 'dim' : 'bold', fit(look, value, Math.max(5, width - FIXED))],
      ['accent', fit(look, signs, 4)],
      state,
      [step.margin >= aheadBy ? 'good' : 'plain', fitRight(look, step.margin === 0 ? '0' : `+${step.margin}`, 6)],
      fitRight(look, String(step.ballots), 8),
      [step.flags > 0 ? 'warn' : 'plain', fitRight(look, String(step.flags), 6)],
    ],
  };
};
