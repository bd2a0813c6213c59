/** What each brain says, as it says it: the last replies of every process, cleaned for drawing. */
import { type State, waitingFor } from '../../kernel/state.ts';
import { type Rec, textOf } from '../record.ts';
import { pushRing } from '../ring.ts';
import { freshSanitise, type SanitiseState, sanitise, sanitiseChunk } from '../sanitise.ts';

export interface ReplyView {
  req: number;
  tick: number;
  /** Cleaned; at most the last `TEXT_KEPT` units. */
  text: string;
  reasoning: string;
  tokens: number;
  askedMs: number;
  /** When the stream last moved. */
  movedMs: number;
  firstTokenMs: number | null;
  totalMs: number | null;
  state: 'waiting' | 'streaming' | 'complete' | 'failed' | 'aborted';
  /** What the kernel made of it. */
  verdict: 'none' | 'accepted' | 'progress' | 'idle' | 'trap';
  /** The trap, the error or the vote that followed; cleaned. */
  note: string;
  /** What the trap told the brain. */
  told: string;
  clean: SanitiseState;
  cleanReasoning: SanitiseState;
}

export interface StreamView {
  pid: number;
  role: 'planner' | 'worker';
  task: string;
  /** Thousandths. */
  temperature: number;
  step: { map: string; n: number; of: number; ballot: number } | null;
  replies: readonly ReplyView[];
  ended: { as: 'done' | 'retired' | 'cut' | 'killed'; why: string; tick: number } | null;
}

/** In order of pid. An array, since an object whose keys are pids far apart is copied many times slower. */
export type Streams = readonly StreamView[];

export const noStreams: Streams = [];

export const streamOf = (streams: Streams, pid: number): StreamView | undefined =>
  streams.find((stream) => stream.pid === pid);

export const TEXT_KEPT = 12_000;
const REPLIES_KEPT = { planner: 24, worker: 6 } as const;
/** Streams of ended processes that stay. */
const ENDED_KEPT = 12;

export const foldStreams = (streams: Streams, rec: Rec, before: State, after: State): Streams => {
  switch (rec.kind) {
    case 'run.branched':
      return Object.values(after.procs).map(silent);
    case 'run.resumed':
      return rec.requests.reduce((next, { req, pid }) => patchReply(next, pid, req, askedAgain), streams);
    case 'process.spawned': {
      return forget([...streams, silent(rec)]);
    }
    case 'brain.requested':
      return patchStream(streams, rec.pid, (stream) => ({
        temperature: rec.temperature,
        replies: pushRing(stream.replies, asked(rec.req, rec.tick, Date.parse(rec.ts)), REPLIES_KEPT[stream.role]),
      }));
    case 'stream.delta':
      return patchReply(streams, rec.pid, rec.req, (reply) =>
        grown(reply, textOf(rec.text), rec.reasoning, rec.tokens, rec.ts),
      );
    case 'brain.replied': {
      const pid = waitingFor(before, rec.req)?.proc.pid ?? 0;
      return patchReply(streams, pid, rec.req, (reply) => ({
        text: sanitise(textOf(rec.text)).slice(-TEXT_KEPT),
        tokens: rec.tokensOut,
        firstTokenMs: rec.firstTokenMs,
        totalMs: rec.totalMs,
        movedMs: Date.parse(rec.ts),
        state: reply.state === 'aborted' ? 'aborted' : 'complete',
      }));
    }
    case 'brain.failed': {
      const pid = waitingFor(before, rec.req)?.proc.pid ?? 0;
      return patchReply(streams, pid, rec.req, () => ({
        text: sanitise(textOf(rec.partial)).slice(-TEXT_KEPT),
        tokens: rec.tokensOut,
        totalMs: rec.totalMs,
        state: 'failed',
        note: `${rec.error}: ${rec.message}`,
      }));
    }
    case 'stream.aborted':
      return patchReply(streams, rec.pid, rec.req, () => ({
        text: sanitise(textOf(rec.partial)).slice(-TEXT_KEPT),
        tokens: rec.tokens,
        state: 'aborted',
        note: `stopped: ${rec.why}, ${rec.tokens} tok`,
      }));
    case 'reply.accepted':
      return patchLast(streams, rec.pid, () => ({ verdict: 'accepted' }));
    case 'tick.committed':
      return patchLast(streams, rec.pid, () => ({ verdict: rec.progress === null ? 'idle' : 'progress' }));
    case 'trap.raised':
      return patchLast(streams, rec.pid, () => ({
        verdict: 'trap',
        note: `${rec.code} ${rec.evidence}${rec.fault === undefined ? '' : ` [fault ${rec.fault}]`}`,
        told: rec.recovery,
      }));
    case 'vote.cast':
      return patchLast(streams, rec.pid, () => ({ verdict: 'progress', note: `vote ${rec.value}` }));
    case 'process.ended': {
      const ended = { as: rec.as, why: rec.why, tick: before.tick };
      return patchStream(streams, rec.pid, () => ({ ended }));
    }
    default:
      return streams;
  }
};

/** The streams of a kernel that is gone: what was being written will never be finished. */
export const cutStreams = (streams: Streams): Streams =>
  streams.map((stream) => {
    const reply = lastReply(stream);
    if (reply === undefined || !isMoving(reply)) return stream;
    const cut = { ...reply, state: 'aborted' as const, note: `cut off: the kernel is gone, ${reply.tokens} tok` };
    return { ...stream, replies: [...stream.replies.slice(0, -1), cut] };
  });

/** The reply that is being written, or was written last. */
export const lastReply = (stream: StreamView): ReplyView | undefined => stream.replies.at(-1);

export const isMoving = (reply: ReplyView | undefined): boolean =>
  reply !== undefined && (reply.state === 'waiting' || reply.state === 'streaming');

/** Tokens a second over the reply so far; 0 before there is anything to measure. */
export const tokenRate = (reply: ReplyView): number => {
  const ms = (reply.totalMs ?? reply.movedMs - reply.askedMs) - (reply.firstTokenMs ?? 0);
  return ms <= 0 ? 0 : Math.round((reply.tokens * 1000) / ms);
};

const silent = ({ pid, role, task, temperature, step }: Omit<StreamView, 'replies' | 'ended'>): StreamView => ({
  ...{ pid, role, task, temperature, step },
  replies: [],
  ended: null,
});

/** The kernel that heard the first part is gone: its successor asks again, and hears all of it. */
const askedAgain = ({ req, tick, askedMs }: ReplyView): ReplyView => asked(req, tick, askedMs);

const asked = (req: number, tick: number, askedMs: number): ReplyView => ({
  ...{ req, tick, askedMs, movedMs: askedMs, text: '', reasoning: '', tokens: 0, firstTokenMs: null, totalMs: null },
  ...{ state: 'waiting', verdict: 'none', note: '', told: '', clean: freshSanitise, cleanReasoning: freshSanitise },
});

const grown = (
  reply: ReplyView,
  more: string,
  thought: string | undefined,
  tokens: number,
  ts: string,
): Partial<ReplyView> => {
  const at = Date.parse(ts);
  const { state: clean, text } = sanitiseChunk(reply.clean, more);
  const reasoned = sanitiseChunk(reply.cleanReasoning, thought ?? '');
  return {
    text: tail(reply.text + text),
    clean,
    reasoning: tail(reply.reasoning + reasoned.text),
    cleanReasoning: reasoned.state,
    tokens: reply.tokens + tokens,
    firstTokenMs: reply.firstTokenMs ?? at - reply.askedMs,
    movedMs: at,
    state: 'streaming',
  };
};

/** Cut with some slack, so that a long stream is not copied for every delta. */
const tail = (text: string): string => (text.length <= TEXT_KEPT + 2000 ? text : text.slice(-TEXT_KEPT));

const patchStream = (streams: Streams, pid: number, change: (stream: StreamView) => Partial<StreamView>): Streams => {
  // Who speaks is most often among the youngest.
  const at = streams.findLastIndex((stream) => stream.pid === pid);
  const stream = streams[at];
  return stream === undefined ? streams : streams.with(at, { ...stream, ...change(stream) });
};

const patchReply = (
  streams: Streams,
  pid: number,
  req: number,
  change: (reply: ReplyView) => Partial<ReplyView>,
): Streams =>
  patchStream(streams, pid, (stream) => ({
    replies: stream.replies.map((reply) => (reply.req === req ? { ...reply, ...change(reply) } : reply)),
  }));

const patchLast = (streams: Streams, pid: number, change: (reply: ReplyView) => Partial<ReplyView>): Streams => {
  const reply = streamOf(streams, pid)?.replies.at(-1);
  return reply === undefined ? streams : patchReply(streams, pid, reply.req, change);
};

/** Pids only grow, so the first ended streams are the oldest. */
const forget = (streams: Streams): Streams => {
  const ended = streams.filter((stream) => stream.ended !== null);
  if (ended.length <= ENDED_KEPT) return streams;
  const gone = new Set(ended.slice(0, ended.length - ENDED_KEPT));
  return streams.filter((stream) => !gone.has(stream));
};
