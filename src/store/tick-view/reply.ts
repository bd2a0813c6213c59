/** What a brain answered: as it came, what can be read of it, and the place where it went wrong. */
import { parseReply } from '../../kernel/decide/reply.ts';
import type { Cap } from '../../kernel/records/index.ts';
import type { MindOp, WorldOp } from '../../kernel/syscalls.ts';
import type { LiveState } from '../live-state.ts';
import { opText } from '../op-text.ts';
import { textOf } from '../record.ts';
import { lastOf, type TickRecords } from './gather.ts';

export interface TickReply {
  /** `none`: nobody was asked. */
  state: 'none' | 'waiting' | 'streaming' | 'replied' | 'failed' | 'stopped';
  /** As it came; what had arrived, where it never became whole. */
  text: string;
  reasoning: string;
  /** `stop`, `length`, `cut_off: the stream ended early`, `stopped: consensus on step 3 of m1`. */
  finish: string;
  tokensIn: number;
  tokensOut: number;
  /** Milliseconds; null where it is not known. */
  firstMs: number | null;
  totalMs: number | null;
  /** Thousandths. */
  temperature: number;
  seed: number;
  model: string;
  /** How often the brain was asked: more than once after an outage. */
  asked: number;
  /** Id of the fault that was applied to it, 0 for none. */
  fault: number;
  /** What can be read of it; null where nothing can. */
  ops: { q: string; mind: readonly string[]; world: string; op: WorldOp | null } | null;
  /** `valid`, or which field is at fault and why; null while there is nothing to judge. */
  schema: 'valid' | { field: string; what: string } | null;
  /** A part of `text` to point at, and what is wrong with it. */
  mark: { needle: string; note: string } | null;
}

/** @param before as the reply was judged */
export const tickReply = (found: TickRecords, before: LiveState): TickReply => {
  const request = lastOf(found, 'brain.requested');
  const brain = request?.role === 'worker' ? before.info.worker : before.info.planner;
  const asked = found.batches.flatMap(({ events }) => events).filter((rec) => rec.kind === 'brain.requested').length;
  const { temperature = 0, seed = 0 } = request ?? {};
  const model = brain === null ? '?' : brain.simulated && brain.name !== 'SIM' ? `SIM ${brain.name}` : brain.name;
  const stream = streamOf(found, request?.req ?? 0, request === undefined ? 0 : Date.parse(request.ts));
  const judged = stream.state === 'replied' || stream.state === 'failed';
  const caps = before.kernel.procs[found.pid]?.caps ?? {};
  return {
    ...stream,
    ...{ temperature, seed, model, asked },
    ops: readOps(found, stream, caps),
    schema: judged ? verdict(found, stream) : null,
    mark: judged ? markOf(found, stream.text, caps) : null,
  };
};

type Stream = Omit<TickReply, 'temperature' | 'seed' | 'model' | 'asked' | 'ops' | 'schema' | 'mark'>;

const NOTHING: Stream = {
  ...{ state: 'none', text: '', reasoning: '', finish: '', tokensIn: 0, tokensOut: 0 },
  ...{ firstMs: null, totalMs: null, fault: 0 },
};

const streamOf = (found: TickRecords, req: number, askedMs: number): Stream => {
  if (req === 0) return NOTHING;
  const deltas = found.notes.filter((note) => note.kind === 'stream.delta' && note.req === req);
  const first = deltas[0];
  const reasoning = deltas.map((note) => ('reasoning' in note ? (note.reasoning ?? '') : '')).join('');
  const sofar: Stream = {
    ...NOTHING,
    state: first === undefined ? 'waiting' : 'streaming',
    text: deltas.map((note) => ('text' in note ? textOf(note.text) : '')).join(''),
    reasoning,
    tokensOut: deltas.reduce((sum, { tokens }) => sum + tokens, 0),
    firstMs: first === undefined ? null : Date.parse(first.ts) - askedMs,
  };
  const replied = lastOf(found, 'brain.replied');
  if (replied?.req === req) {
    const { finish, tokensIn, tokensOut, firstTokenMs: firstMs, totalMs, applied: fault = 0 } = replied;
    const thought = replied.reasoning === undefined ? reasoning : textOf(replied.reasoning);
    const { text } = replied;
    return {
      state: 'replied',
      text: textOf(text),
      reasoning: thought,
      finish,
      tokensIn,
      tokensOut,
      firstMs,
      totalMs,
      fault,
    };
  }
  const failed = lastOf(found, 'brain.failed');
  if (failed?.req === req) {
    const { error, message, partial, tokensOut, totalMs, applied: fault = 0 } = failed;
    return {
      ...sofar,
      state: 'failed',
      text: textOf(partial),
      finish: `${error}: ${message}`,
      tokensOut,
      totalMs,
      fault,
    };
  }
  const stopped = found.notes.find((note) => note.kind === 'stream.aborted' && note.req === req);
  if (stopped?.kind === 'stream.aborted') {
    const { partial, tokens: tokensOut, why } = stopped;
    return { ...sofar, state: 'stopped', text: textOf(partial), tokensOut, finish: `stopped: ${why}` };
  }
  // The kernel had it stopped; what had arrived is all there is until the runtime's note.
  const ended = found.closing?.kind === 'process.ended' || found.closing?.kind === 'run.ended';
  return ended ? { ...sofar, state: 'stopped', finish: 'stopped' } : sofar;
};

type Caps = Readonly<Record<string, Cap>>;

const readOps = (found: TickRecords, { state, text }: Stream, caps: Caps): TickReply['ops'] => {
  const accepted = lastOf(found, 'reply.accepted');
  if (accepted !== undefined) return opsOf(accepted, caps);
  if (state !== 'replied') return null;
  const parsed = parseReply(text);
  return parsed.ok ? opsOf(parsed.reply, caps) : null;
};

const opsOf = ({ q, mind, world }: { q: string; mind: readonly MindOp[]; world: WorldOp | null }, caps: Caps) => ({
  ...{ q, world: opText(world, caps), op: world },
  mind: mind.map((op) =>
    'text' in op ? `${op.op} ${op.text}` : op.op === 'SYS_MOVE' ? `${op.op} ${op.from} > ${op.to}` : op.op,
  ),
});

const verdict = (found: TickRecords, { state, text }: Stream): TickReply['schema'] => {
  if (lastOf(found, 'reply.accepted') !== undefined) return 'valid';
  const rejected = lastOf(found, 'reply.rejected');
  if (rejected === undefined) return null;
  if (state === 'failed' || rejected.field === 'stream') return { field: 'stream', what: 'it never became whole' };
  if (rejected.code !== 'CPU_FAULT') return 'valid';
  const evidence = lastOf(found, 'trap.raised')?.evidence ?? '';
  const said = evidence.startsWith(`${rejected.field}: `) ? evidence.slice(rejected.field.length + 2) : evidence;
  const parsed = parseReply(text);
  return { field: rejected.field, what: said !== '' ? said : parsed.ok ? '' : parsed.what };
};

const markOf = (found: TickRecords, text: string, caps: Caps): TickReply['mark'] => {
  const denied = lastOf(found, 'capability.denied');
  if (denied !== undefined) {
    const { asked, need, reason, nearest } = denied;
    const inFrame = lastOf(found, 'frame.composed')?.handles.includes(asked) === true;
    const why = reason === 'unknown' ? (inFrame ? 'in the frame, not held' : 'not in frame') : whyDenied(reason, need);
    const cap = nearest === null ? undefined : caps[nearest];
    const near = cap === undefined ? '' : `, nearest ${cap.handle} ${cap.rights} ${cap.target}`;
    return { needle: written(text, asked), note: why + near };
  }
  const rejected = lastOf(found, 'reply.rejected');
  const last = rejected?.field.split('.').at(-1) ?? '';
  const key = `"${last}"`;
  const evidence = lastOf(found, 'trap.raised')?.evidence ?? '';
  return last !== '' && text.includes(key) ? { needle: key, note: `${rejected?.code}: ${evidence}` } : null;
};

const whyDenied = (reason: 'revoked' | 'insufficient' | 'path', need: string): string =>
  reason === 'revoked' ? 'revoked' : reason === 'path' ? 'held, but not with this path' : `held, but not for ${need}`;

/** How a string stands in the JSON: escaped, where it has to be. */
const written = (text: string, value: string): string => {
  const escaped = JSON.stringify(value).slice(1, -1);
  return text.includes(escaped) ? escaped : value;
};
