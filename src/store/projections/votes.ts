/** Maps while they are voted on, and how the last ones ended. */
import type { MapRun, State } from '../../kernel/state.ts';
import type { Rec } from '../record.ts';
import { pushRing } from '../ring.ts';

export interface StepVotes {
  text: string;
  leading: string;
  votes: number;
  /** The best of the other answers; '' while all agree. */
  second: string;
  secondVotes: number;
  margin: number;
  ballots: number;
  flags: number;
  /** `open`, `won`, or `none`: the ballots ran out. */
  state: 'open' | 'won' | 'none';
  value: string;
}

export interface MapVotes {
  map: string;
  pid: number;
  startedTick: number;
  steps: readonly StepVotes[];
  /** Tick; null while it is open. */
  joinedTick: number | null;
  /** Workers that a consensus cut: `w7 cut`. */
  cut: readonly number[];
}

export const noVotes: readonly MapVotes[] = [];
const MAPS_KEPT = 8;

type Count = readonly [answer: string, votes: number];

/** The two answers with the most votes; where two have as many, the one that stands first. */
const firstTwo = (counts: readonly Count[]): Pick<StepVotes, 'leading' | 'votes' | 'second' | 'secondVotes'> => {
  const [first, other] = counts.toSorted(([, a], [, b]) => b - a);
  const [leading, votes] = first ?? ['', 0];
  const [second, secondVotes] = other ?? ['', 0];
  return { leading, votes, second, secondVotes };
};

/** An answer's votes are told with every ballot, so two answers are all that need be kept. */
const casts = (step: StepVotes, cast: Count, margin: number): Partial<StepVotes> => {
  const others: Count[] = [
    [step.leading, step.votes],
    [step.second, step.secondVotes],
  ];
  return { ...firstTwo([cast, ...others.filter(([answer, votes]) => answer !== cast[0] && votes > 0)]), margin };
};

export const foldVotes = (maps: readonly MapVotes[], rec: Rec, before: State, after: State): readonly MapVotes[] => {
  switch (rec.kind) {
    case 'run.branched':
      return Object.values(after.maps).map((map) => inherited(map, after.tick));
    case 'map.started': {
      const steps = rec.steps.map((step) => ({ ...blank, text: step.text }));
      const { map, pid, tick } = rec;
      return pushRing(maps, { map, pid, startedTick: tick, steps, joinedTick: null, cut: [] }, MAPS_KEPT);
    }
    case 'process.spawned':
      return rec.step === null
        ? maps
        : patchStep(maps, rec.step.map, rec.step.n, (step) => ({ ballots: step.ballots + 1 }));
    case 'vote.cast':
      return patchStep(maps, rec.map, rec.step, (step) => casts(step, [rec.value, rec.votes], rec.margin));
    case 'trap.raised': {
      const step = before.procs[rec.pid]?.step;
      return rec.flag && step != null ? patchStep(maps, step.map, step.n, ({ flags }) => ({ flags: flags + 1 })) : maps;
    }
    case 'step.settled':
      return patchStep(maps, rec.map, rec.step, () => ({
        state: rec.value === null ? ('none' as const) : ('won' as const),
        value: rec.value ?? '',
      }));
    case 'process.ended': {
      const step = before.procs[rec.pid]?.step;
      if (step == null || rec.as !== 'cut') return maps;
      return patchMap(maps, step.map, (map) => ({ cut: [...map.cut, rec.pid] }));
    }
    case 'map.joined':
      return patchMap(maps, rec.map, () => ({ joinedTick: after.tick }));
    default:
      return maps;
  }
};

const blank = {
  ...{ leading: '', votes: 0, second: '', secondVotes: 0, margin: 0 },
  ...{ ballots: 0, flags: 0, state: 'open' as const, value: '' },
};

/** A map that was open where a branch begins: the votes are known, who was flagged is not. */
const inherited = ({ map, pid, steps }: MapRun, tick: number): MapVotes => ({
  ...{ map, pid, startedTick: tick, joinedTick: null, cut: [] },
  steps: steps.map(({ text, ballots, settled, value, votes }) => {
    const two = firstTwo(Object.entries(votes));
    const state = !settled ? 'open' : value === null ? 'none' : 'won';
    return {
      ...blank,
      text,
      ballots,
      ...two,
      margin: two.votes - two.secondVotes,
      state,
      value: value ?? '',
    };
  }),
});

const patchMap = (maps: readonly MapVotes[], id: string, change: (map: MapVotes) => Partial<MapVotes>) =>
  maps.map((map) => (map.map === id ? { ...map, ...change(map) } : map));

const patchStep = (maps: readonly MapVotes[], id: string, n: number, change: (step: StepVotes) => Partial<StepVotes>) =>
  patchMap(maps, id, (map) => ({
    steps: map.steps.map((step, i) => (i === n - 1 ? { ...step, ...change(step) } : step)),
  }));
