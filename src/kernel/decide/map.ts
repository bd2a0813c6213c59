/** Map: forking workers for steps, and joining them. Voting is in `vote.ts`. */
import { deriveCaps } from '../caps.ts';
import { hashSetHas } from '../hash-set.ts';
import { joinKey } from '../keys.ts';
import type { MapRun, Proc, Step } from '../state.ts';
import type { MapReduceOp } from '../syscalls.ts';
import { recoverFaults } from './faults.ts';
import { endProc, type Turn } from './turn.ts';

/** @param before the planner as it was when the reply was accepted, with the texts of its references */
export const startMap = (turn: Turn, pid: number, before: Proc, op: MapReduceOp): void => {
  const map = `m${turn.state.nextMap}`;
  const steps = op.tasks.map((task) => ({
    text: 'text' in task ? task.text : (before.dispatch?.refs[task.ref] ?? ''),
    caps: task.caps,
  }));
  turn.emit({ kind: 'map.started', map, pid, tick: before.dispatch?.tick ?? 0, result: op.result, steps });
  refill(turn, map);
};

/** How far the leading value is ahead of the next one. */
export const margin = (step: Step): number => {
  let first = 0;
  let second = 0;
  for (const votes of Object.values(step.votes)) {
    second = Math.max(second, Math.min(votes, first));
    first = Math.max(first, votes);
  }
  return first - second;
};

const workersOf = (turn: Turn, map: string): Proc[] =>
  Object.values(turn.state.procs).filter((proc) => proc.step?.map === map);

/** Forks the workers that unsettled steps still need, within the pool and the ballot cap; settles what is decided; joins. */
export const refill = (turn: Turn, map: string): void => {
  const { pool, aheadBy, ballots } = turn.state.policy.workers;
  const count = turn.state.maps[map]?.steps.length ?? 0;
  let alive = workersOf(turn, map);
  for (let n = 1; n <= count; n += 1) {
    for (;;) {
      const run = turn.state.maps[map];
      const step = run?.steps[n - 1];
      if (run === undefined || step === undefined || step.settled) break;
      const ahead = margin(step);
      const own = alive.filter((proc) => proc.step?.n === n).length;
      if (ahead >= aheadBy) settle(turn, run, n, leader(step));
      else if (own === 0 && step.ballots >= ballots) settle(turn, run, n, null);
      else if (own < aheadBy - ahead && step.ballots < ballots && alive.length < pool) fork(turn, run, step, n);
      else break;
      alive = workersOf(turn, map);
    }
  }
  join(turn, map);
};

const leader = (step: Step): string =>
  Object.entries(step.votes).reduce((best, entry) => (entry[1] > best[1] ? entry : best), ['', 0] as [
    string,
    number,
  ])[0];

/** A consensus cuts the step's other workers; late votes do not exist. */
const settle = (turn: Turn, run: MapRun, n: number, value: string | null): void => {
  turn.emit({ kind: 'step.settled', map: run.map, step: n, value });
  for (const proc of workersOf(turn, run.map)) {
    if (proc.step?.n === n) endProc(turn, proc, 'cut', `consensus on step ${n} of ${run.map}`);
  }
};

const fork = (turn: Turn, run: MapRun, step: Step, n: number): void => {
  const { state } = turn;
  const pid = state.nextPid;
  const ballot = step.ballots + 1;
  const { workers } = state.policy.temperatures;
  const { variants } = state.task;
  const wording = variants[(ballot - 1) % Math.max(1, variants.length)] ?? '{text}';
  turn.emit({
    kind: 'process.spawned',
    pid,
    ppid: run.pid,
    role: 'worker',
    task: wording.replace('{text}', () => step.text),
    temperature: workers[(ballot - 1) % workers.length] ?? 0,
    caps: deriveCaps(state.seed, pid, turn.known(run.pid), step.caps),
    step: { map: run.map, n, of: run.steps.length, ballot },
  });
};

const join = (turn: Turn, map: string): void => {
  const run = turn.state.maps[map];
  if (run === undefined || run.steps.some((step) => !step.settled)) return;
  const results = run.steps.map((step) => step.value);
  const planner = turn.known(run.pid);
  const progress = results.some((result) => result !== null) && !hashSetHas(planner.joins, joinKey(results));
  turn.emit({ kind: 'map.joined', map, pid: run.pid, results, progress });
  if (progress) recoverFaults(turn, run.pid, turn.state.tick);
};
