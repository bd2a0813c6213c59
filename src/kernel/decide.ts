/**
 * `decide(state, input) → events`: pure and total. Whatever comes, in whatever order, is answered; what is stale or late is
 * answered with `input.ignored` and the reason.
 */
import { rootCap } from './caps.ts';
import { onFailure, onReply } from './decide/brain.ts';
import { onApplied } from './decide/faults.ts';
import { branchOff } from './decide/fork.ts';
import { onCommand } from './decide/operator.ts';
import { onFetched, onJudged, onObserved, onOpDone, onOpFailed } from './decide/outcome.ts';
import { observe, schedule } from './decide/schedule.ts';
import { endRun, Turn } from './decide/turn.ts';
import { durationText, pricesOf } from './price.ts';
import type { InputOf, KernelEvent, KernelInput } from './records/index.ts';
import { type Proc, type ReqKind, ROOT_PID, type State, waitingFor } from './state.ts';

export interface Transition {
  state: State;
  events: KernelEvent[];
}

/** `decide`, with the state that its events lead to. */
export const transition = (state: State, input: KernelInput): Transition => {
  const turn = new Turn(state, 'req' in input ? input.req : 0);
  const why = handle(turn, input);
  if (why !== undefined) turn.emit({ kind: 'input.ignored', input: input.kind, why });
  if (!turn.over) schedule(turn);
  return { state: turn.state, events: turn.events };
};

export const decide = (state: State, input: KernelInput): KernelEvent[] => transition(state, input).events;

/** @returns why the input was ignored */
const handle = (turn: Turn, input: KernelInput): string | undefined => {
  const { phase } = turn.state;
  if (input.kind === 'run.started') return phase === 'new' ? start(turn, input) : 'the run has started already';
  if (input.kind === 'run.forked') return phase === 'new' ? branchOff(turn, input) : 'the run has started already';
  if (phase === 'new') return 'the run has not started';
  if (phase === 'ended') return 'the run has ended';
  if (input.kind === 'runtime.failed') return void endRun(turn, 'interrupted', input.message);
  if (input.kind === 'operator.commanded') return onCommand(turn, input);
  if (input.kind === 'fault.applied') return onApplied(turn, input);
  if (input.kind === 'limit.passed') return onLimit(turn, input);
  return onAnswer(turn, input);
};

/** The runtime measures; whether that is too long is decided here, by the policy of this moment. */
const onLimit = (turn: Turn, { spentMs }: InputOf<'limit.passed'>): string | undefined => {
  const { wallMs } = turn.state.policy.limits;
  if (wallMs === undefined) return 'there is no limit of wall time';
  if (spentMs < wallMs) return `the limit of wall time is ${wallMs} ms`;
  return void endRun(turn, 'limit', `wall time limit ${durationText(wallMs)} reached`);
};

type Answer = Extract<KernelInput, { req: number }>;

/** Which kinds of request an input can answer. */
const ANSWERS: Record<Answer['kind'], readonly ReqKind[]> = {
  'world.observed': ['observe', 'fetch'],
  'brain.replied': ['brain'],
  'brain.failed': ['brain'],
  'op.done': ['op'],
  'op.failed': ['op'],
  'grader.judged': ['grade'],
  'deadline.passed': ['wait'],
};

const onAnswer = (turn: Turn, input: Answer): string | undefined => {
  const found = waitingFor(turn.state, input.req);
  if (found === undefined) return `no request ${input.req} is in flight`;
  const { proc, open } = found;
  if (!ANSWERS[input.kind].includes(open.kind)) return `request ${input.req} waits for something else`;
  switch (input.kind) {
    case 'world.observed':
      if (open.kind === 'observe') onObserved(turn, proc, input);
      else onFetched(turn, proc, input);
      return undefined;
    case 'brain.replied':
      return void onReply(turn, proc, input);
    case 'brain.failed':
      return void onFailure(turn, proc, input);
    case 'op.done':
      return void onOpDone(turn, proc, input);
    case 'op.failed':
      return void onOpFailed(turn, proc, input);
    case 'grader.judged':
      return void onJudged(turn, proc, input);
    case 'deadline.passed':
      return void retry(turn, proc);
  }
};

/** The endpoint may be back: the process looks again and asks again, in the same tick. */
const retry = (turn: Turn, proc: Proc): void => observe(turn, proc, proc.dispatch?.tick ?? turn.state.tick);

const start = (turn: Turn, input: InputOf<'run.started'>): undefined => {
  const { task, policy, seed, world, chaos } = input;
  const prices = pricesOf(input);
  turn.emit({
    kind: 'run.created',
    task,
    policy,
    seed,
    worldHash: world.hash,
    ...(prices === undefined ? {} : { prices }),
  });
  chaos.forEach((spec, i) => {
    turn.emit({ kind: 'fault.armed', id: i + 1, spec, by: 'plan' });
  });
  turn.emit({
    kind: 'process.spawned',
    pid: ROOT_PID,
    ppid: 0,
    role: 'planner',
    task: task.goal,
    temperature: policy.temperatures.planner,
    caps: task.caps.map((root, i) => rootCap(seed, ROOT_PID, i + 1, root)),
    step: null,
  });
};
