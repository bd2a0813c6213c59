/** What comes back from a brain: a reply to judge, a failure of the model, or one of the infrastructure. */
import { findLoop } from '../loops.ts';
import { type Spent, spentOn } from '../price.ts';
import type { BrainErrorCode, InputOf } from '../records/index.ts';
import type { Proc } from '../state.ts';
import { trapText } from '../words.ts';
import { act } from './act.ts';
import { confirmFault } from './faults.ts';
import { accessProblem, causalityProblem, haltProblem, parseReply, voteProblem } from './reply.ts';
import { deny, type Fault, raise } from './trap.ts';
import { endRun, type Turn } from './turn.ts';

export const onReply = (turn: Turn, proc: Proc, input: InputOf<'brain.replied'>): void => {
  confirmFault(turn, proc, input.applied);
  const spent = spentOn(turn.state, proc.role, input.tokensIn, input.tokensOut);
  if (input.finish === 'length') return rejectStream(turn, proc, 'cut off at its token limit', spent, input.applied);
  const parsed = parseReply(input.text);
  if (!parsed.ok) return reject(turn, proc, parsed.field, spent, cpuFault(parsed.field, parsed.what, input.applied));
  const { reply } = parsed;
  const vote = voteProblem(turn.state, proc, reply);
  if (vote !== null) return reject(turn, proc, vote.field, spent, cpuFault(vote.field, vote.what));
  const forbidden = causalityProblem(turn.state, proc, reply);
  if (forbidden !== null) {
    const recovery = trapText.causality(forbidden);
    return reject(turn, proc, 'world', spent, {
      code: 'CAUSALITY',
      phase: 'reply',
      evidence: forbidden,
      recovery,
      flag: true,
    });
  }
  const access = accessProblem(turn.state, proc, reply.world);
  if (access !== null) {
    return reject(turn, proc, 'world.cap', spent, deny(turn, proc, access.asked, access.need, access.denial));
  }
  const halt = haltProblem(turn.state, proc, reply.world);
  if (halt !== null) {
    const recovery = trapText.illegalHalt(halt);
    return reject(turn, proc, 'world.op', spent, {
      code: 'ILLEGAL_HALT',
      phase: 'reply',
      evidence: halt,
      recovery,
      flag: true,
    });
  }
  const tick = proc.dispatch?.tick ?? 0;
  turn.emit({
    kind: 'reply.accepted',
    pid: proc.pid,
    tick,
    q: reply.q,
    mind: reply.mind,
    world: reply.world,
    ...spent,
  });
  const loop = findLoop(turn.state.policy, turn.known(proc.pid), reply);
  if (loop !== null) return raise(turn, proc.pid, { ...loop, phase: 'loop' });
  act(turn, proc.pid);
};

const cpuFault = (field: string, what: string, fault?: number): Fault => ({
  code: 'CPU_FAULT',
  phase: 'reply',
  evidence: `${field}: ${what}`,
  recovery: trapText.cpuFault(field, what),
  flag: true,
  fault,
});

const reject = (turn: Turn, proc: Proc, field: string, spent: Spent, trap: Fault): void => {
  turn.emit({
    kind: 'reply.rejected',
    pid: proc.pid,
    tick: proc.dispatch?.tick ?? 0,
    code: trap.code,
    field,
    ...spent,
  });
  raise(turn, proc.pid, trap);
};

const rejectStream = (turn: Turn, proc: Proc, what: string, spent: Spent, fault?: number): void =>
  reject(turn, proc, 'stream', spent, cpuFault('stream', what, fault));

const INFRASTRUCTURE: readonly BrainErrorCode[] = ['unreachable', 'unauthorized', 'rate_limited', 'overloaded'];

const WORDS: Partial<Record<BrainErrorCode, string>> = {
  cut_off: 'the reply was cut off',
  context_exceeded: 'the context was exceeded',
  refused: 'the model refused',
  malformed: 'the reply was malformed',
};

export const onFailure = (turn: Turn, proc: Proc, input: InputOf<'brain.failed'>): void => {
  confirmFault(turn, proc, input.applied);
  const spent = spentOn(turn.state, proc.role, 0, input.tokensOut);
  if (INFRASTRUCTURE.includes(input.error)) return wait(turn, turn.known(proc.pid), input);
  if (input.error !== 'timed_out') {
    return rejectStream(turn, proc, WORDS[input.error] ?? input.error, spent, input.applied);
  }
  const ms = turn.state.policy.limits.brainMs;
  const recovery = trapText.deadline('the reply', ms);
  const trap: Fault = {
    code: 'DEADLINE',
    phase: 'op',
    evidence: `no reply in ${ms} ms`,
    recovery,
    fault: input.applied,
  };
  reject(turn, proc, 'stream', spent, trap);
};

/** Not the model's fault: it waits, longer each time, until the endpoint is back or the outage limit is spent. */
const wait = (turn: Turn, proc: Proc, input: InputOf<'brain.failed'>): void => {
  const { backoff, limits } = turn.state.policy;
  const { attempts, ms } = proc.outage;
  if (ms >= limits.outageMs) {
    return endRun(turn, 'interrupted', `${input.error} for ${ms} ms: ${input.message}`);
  }
  const doubled = backoff.firstMs * 2 ** Math.min(attempts, 30);
  const asked = Math.max(doubled, input.retryAfterMs ?? 0);
  const waitMs = Math.max(1, Math.min(asked, backoff.maxMs, limits.outageMs - ms));
  turn.emit({
    kind: 'process.blocked',
    pid: proc.pid,
    req: turn.state.nextReq,
    error: input.error,
    message: input.message,
    waitMs,
    attempt: attempts + 1,
  });
};
