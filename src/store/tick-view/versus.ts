/** The same process's earlier tick, and a sibling's on the same step, beside a tick. */
import type { Cap } from '../../kernel/records/index.ts';
import type { LiveState } from '../live-state.ts';
import { opText } from '../op-text.ts';
import { streamOf } from '../projections/streams.ts';
import type { TimeSource } from '../time-source.ts';
import { gatherTick, lastOf, type TickRecords } from './gather.ts';
import { whoOf } from './who.ts';

export interface Versus {
  tick: number;
  who: string;
  relation: 'same process' | 'same step';
  /** Whether the reply's text is the same; null where one of the two has none. */
  sameReply: boolean | null;
  op: string;
  result: string;
  /** Thousandths; null where nobody was asked. */
  temperature: number | null;
}

/** @param later ticks of siblings that came after */
export const versusOf = async (
  source: TimeSource,
  found: TickRecords,
  states: { before: LiveState; after: LiveState },
  later: readonly { pid: number; tick: number }[],
): Promise<Versus[]> => {
  const { before, after } = states;
  const caps = before.kernel.procs[found.pid]?.caps ?? {};
  const own = streamOf(after.streams, found.pid);
  const previous = own?.replies.findLast((reply) => reply.tick < found.tick)?.tick;
  const sibling = siblingTick(found, after) ?? later.find(({ tick }) => tick > found.tick)?.tick;
  const rows = [
    previous === undefined ? undefined : await beside(source, found, caps, previous, 'same process'),
    sibling === undefined ? undefined : await beside(source, found, caps, sibling, 'same step'),
  ];
  return rows.filter((row) => row !== undefined);
};

/** The last tick of a sibling before or during this one: first of those that have come to an end. */
const siblingTick = ({ pid }: TickRecords, { streams }: LiveState): number | undefined => {
  const step = streamOf(streams, pid)?.step;
  if (step == null) return undefined;
  const siblings = streams.filter(
    (stream) => stream.pid !== pid && stream.step?.map === step.map && stream.step.n === step.n,
  );
  const best = siblings.findLast((stream) => stream.ended?.as === 'done') ?? siblings.at(-1);
  return best?.replies.at(-1)?.tick;
};

const beside = async (
  source: TimeSource,
  found: TickRecords,
  caps: Readonly<Record<string, Cap>>,
  tick: number,
  relation: Versus['relation'],
): Promise<Versus | undefined> => {
  const other = await gatherTick(source, tick);
  if (other === undefined) return undefined;
  const [mine, theirs] = [replyText(found), replyText(other)];
  const accepted = lastOf(other, 'reply.accepted');
  return {
    tick,
    who: whoOf(other.pid),
    relation,
    sameReply: mine === undefined || theirs === undefined ? null : mine === theirs,
    op: accepted === undefined ? '' : opText(accepted.world, caps),
    result: resultOf(other),
    temperature: lastOf(other, 'brain.requested')?.temperature ?? null,
  };
};

const replyText = (found: TickRecords): string | undefined => {
  const req = lastOf(found, 'brain.requested')?.req;
  const replied = lastOf(found, 'brain.replied');
  return replied !== undefined && replied.req === req ? replied.text : undefined;
};

/** What came of a tick, in a few words. */
export const resultOf = (found: TickRecords): string => {
  const { closing } = found;
  if (closing === null) return 'open';
  switch (closing.kind) {
    case 'trap.raised':
      return closing.code;
    case 'tick.committed':
      return closing.progress === null ? 'no progress' : `progress: ${closing.progress}`;
    case 'process.ended': {
      const vote = lastOf(found, 'vote.cast');
      return vote === undefined ? closing.as : `vote ${vote.value}`;
    }
    case 'run.ended':
      return `run ended: ${closing.outcome}`;
  }
};
