/** What came after a tick: how its trap was got over, its map joined, who stalled; read on for a bounded number of records. */
import type { LiveState } from '../live-state.ts';
import { shapeOf } from '../projections/denied.ts';
import type { TimeSource } from '../time-source.ts';
import { lastOf, type TickRecords } from './gather.ts';
import { FOLLOW_RECORDS, type FollowLine, ReadingOn } from './reading-on.ts';
import { whoOf } from './who.ts';

export interface Followed {
  lines: readonly FollowLine[];
  /** Later ticks of processes on the same step of the same map. */
  siblings: readonly { pid: number; tick: number }[];
}

const CHUNK = 256;

/** @param last the run as far as it has come */
export const whatFollowed = async (
  source: TimeSource,
  found: TickRecords,
  states: { before: LiveState; last: LiveState },
): Promise<Followed> => {
  const { before, last } = states;
  const step = before.kernel.procs[found.pid]?.step ?? null;
  const votes = step === null ? {} : (before.kernel.maps[step.map]?.steps[step.n - 1]?.votes ?? {});
  const cast = Object.values(votes).reduce((sum, n) => sum + n, 0);
  const reading = new ReadingOn(found, step, cast);
  let read = 0;
  for (let more = found.closing !== null; more && read < FOLLOW_RECORDS; ) {
    const from = found.end + 1 + read;
    const chunk = await source.records(from, from + CHUNK - 1);
    read += chunk.length;
    for (const rec of chunk) reading.take(rec);
    more = chunk.length === CHUNK && !reading.answered;
  }
  return {
    lines: [
      ...reading.finish(read >= FOLLOW_RECORDS).toSpliced(RECOVERY_LINES, 0, ...askedAgain(found, last)),
      ...ending(last),
    ],
    siblings: reading.siblings,
  };
};

/** How it was got over and how its map was joined come first, then how often the same was asked for. */
const RECOVERY_LINES = 2;

const askedAgain = (found: TickRecords, last: LiveState): FollowLine[] => {
  const denied = lastOf(found, 'capability.denied');
  if (denied === undefined) return [];
  const row = last.denied.shapes[`${denied.need} ${shapeOf(denied.asked)}`];
  if (row === undefined) return [];
  const who = row.pids.map(whoOf).join(' ');
  const often = row.times === 1 ? 'asked once' : `asked ${row.times} times`;
  return [{ tone: 'plain', text: `same shape ${often} in this run, by ${who}` }];
};

const ending = ({ info, kernel }: LiveState): FollowLine[] =>
  info.outcome === null
    ? []
    : [
        {
          tone: info.outcome === 'passed' ? 'good' : 'bad',
          text: `run ended ${info.outcome}: ${info.reason}, t${kernel.tick}`,
        },
      ];
