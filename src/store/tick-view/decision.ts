/** The decision: each input of a tick with the events that the kernel concluded from it, in a line each. */
import type { Cap, OperatorCommand } from '../../kernel/records/index.ts';
import { placeText } from '../../kernel/words.ts';
import { opText } from '../op-text.ts';
import { type Rec, textOf } from '../record.ts';
import type { TickRecords } from './gather.ts';
import { whoOf } from './who.ts';

export interface DecisionLine {
  seq: number;
  class: 'input' | 'event';
  kind: string;
  /** The fields that tell what happened. */
  text: string;
}

/** What was only prepared for the reply: it is told by the frame. */
const PREPARED = ['route.dispatched', 'observe.requested', 'frame.composed', 'brain.requested', 'world.observed'];

/** @returns from the first answer of a brain on; of a tick that has none yet, what there is */
export const decisionLines = (found: TickRecords, caps: Readonly<Record<string, Cap>>): DecisionLine[] => {
  const all = found.batches.flatMap(({ input, events }) => (input === null ? events : [input, ...events]));
  const first = all.findIndex((rec) => !PREPARED.includes(rec.kind) && rec.kind !== 'notice.given');
  return all.slice(Math.max(0, first)).map((rec) => ({
    ...{ seq: rec.seq, class: rec.class === 'input' ? ('input' as const) : ('event' as const), kind: rec.kind },
    text: telling(rec, caps),
  }));
};

const count = (n: number, what: string): string => `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;

const telling = (rec: Rec, caps: Readonly<Record<string, Cap>>): string => {
  switch (rec.kind) {
    case 'route.dispatched':
      return `t${rec.tick} ${whoOf(rec.pid)} at ${placeText(rec.at)}`;
    case 'observe.requested':
      return `req ${rec.req}  ${'target' in rec.look ? rec.look.target : rec.look.sha256.slice(0, 8)} page ${rec.look.page}`;
    case 'world.observed':
      return rec.found === null
        ? `req ${rec.req}  nothing: ${rec.why ?? ''}`
        : `req ${rec.req}  ${count(rec.found.chars, 'char')}, ${count(rec.found.pages, 'page')}`;
    case 'frame.composed':
      return `${rec.size} of ${rec.limit} chars, ${rec.clipped.length} clipped`;
    case 'brain.requested':
      return `req ${rec.req}  T=${rec.temperature / 1000}${rec.fault === undefined ? '' : `  fault ${rec.fault.id}`}`;
    case 'brain.replied':
      return `req ${rec.req}  ${count(rec.tokensOut, 'token')}  ${rec.totalMs} ms  ${rec.finish}`;
    case 'brain.failed':
      return `req ${rec.req}  ${rec.error}: ${rec.message}`;
    case 'reply.accepted':
      return `${opText(rec.world, caps)}${rec.mind.length === 0 ? '' : `  ${count(rec.mind.length, 'mind op')}`}`;
    case 'reply.rejected':
      return `${rec.code}  at ${rec.field}`;
    case 'capability.denied':
      return `${rec.asked} for ${rec.need}  nearest ${rec.nearest ?? 'none'}  ${rec.reason}`;
    case 'capability.revoked':
      return `${rec.handles.map(({ pid, handle }) => `${whoOf(pid)} ${handle}`).join(', ')}  by ${rec.by}`;
    case 'capability.swapped':
      return `${whoOf(rec.pid)} ${rec.handles.join(' and ')} exchanged  by ${rec.by}`;
    case 'capability.issued':
      return `${whoOf(rec.pid)} ${rec.cap.handle} ${rec.cap.rights} ${rec.cap.target}`;
    case 'trap.raised':
      return `${rec.code}  streak ${rec.streak}${rec.flag ? '  flag' : ''}${rec.fault === undefined ? '' : `  fault ${rec.fault}`}  ${rec.evidence}`;
    case 'panic.spent':
      return `budget ${rec.left + 1} > ${rec.left}: ${rec.why}`;
    case 'process.ended':
      return `${whoOf(rec.pid)} ${rec.as}: ${rec.why}`;
    case 'process.spawned':
      return `${whoOf(rec.pid)} ${rec.step === null ? rec.role : `${rec.step.map} step ${rec.step.n} ballot ${rec.step.ballot}`}`;
    case 'process.blocked':
      return `${rec.error}: waits ${rec.waitMs} ms, try ${rec.attempt}`;
    default:
      return tellingMore(rec);
  }
};

const tellingMore = (rec: Rec): string => {
  switch (rec.kind) {
    case 'op.requested': {
      const { request } = rec;
      const what =
        request.op === 'SYS_EXEC'
          ? request.argv.join(' ')
          : request.op === 'SYS_WRITE'
            ? `${request.target} ${request.mode} ${count(textOf(request.content).length, 'char')}`
            : request.target;
      return `req ${rec.req}  ${request.op} ${what}`;
    }
    case 'op.done':
      return `req ${rec.req}  exit ${rec.exit}${rec.output === null ? '' : `  ${count(rec.output.chars, 'char')} of output`}`;
    case 'op.failed':
      return `req ${rec.req}  ${rec.errno}: ${rec.detail}`;
    case 'ref.resolved':
      return `${rec.ref}  ${count(textOf(rec.text).length, 'char')}`;
    case 'tick.committed':
      return `${rec.progress === null ? 'no progress' : `progress: ${rec.progress}`}  at ${placeText(rec.d)}`;
    case 'grade.requested':
      return `req ${rec.req}${rec.result === undefined ? '' : `  result ${rec.result}`}`;
    case 'grader.judged':
      return `req ${rec.req}  ${rec.verdict}: ${rec.words}`;
    case 'map.started':
      return `${rec.map}  ${count(rec.steps.length, 'step')} of ${rec.result}`;
    case 'vote.cast':
      return `${whoOf(rec.pid)} ${rec.map} step ${rec.step}: ${rec.value}  ${count(rec.votes, 'vote')}, ahead by ${rec.margin}`;
    case 'step.settled':
      return `${rec.map} step ${rec.step}: ${rec.value ?? 'no consensus'}`;
    case 'map.joined':
      return `${rec.map}: ${rec.results.map((result) => result ?? 'none').join(' ')}`;
    case 'notice.given':
      return rec.text;
    case 'fault.armed':
      return `fault ${rec.id} ${rec.spec.fault}  by ${rec.by}`;
    case 'fault.requested':
      return `fault ${rec.id} ${rec.fault}  req ${rec.req}`;
    case 'fault.staged':
    case 'fault.triggered':
      return `fault ${rec.id} ${rec.fault}`;
    case 'fault.applied':
      return `fault ${rec.id} of ${whoOf(rec.pid)}`;
    case 'fault.recovered':
      return `fault ${rec.id} after ${count(rec.ticks, 'tick')}`;
    case 'operator.commanded':
      return `${rec.by}: ${orderText(rec.order)}${rec.reason === '' ? '' : `, ${rec.reason}`}`;
    case 'operator.told':
      return rec.text;
    case 'run.ended':
      return `${rec.outcome}: ${rec.reason}`;
    case 'runtime.failed':
      return rec.message;
    case 'deadline.passed':
      return `req ${rec.req}`;
    case 'input.ignored':
      return rec.why;
    default:
      return '';
  }
};

const orderText = (order: OperatorCommand): string =>
  'pid' in order && order.pid !== undefined ? `${order.command} ${whoOf(order.pid)}` : order.command;
