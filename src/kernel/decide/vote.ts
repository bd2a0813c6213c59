/** A worker's halt is its vote: first to ahead by k. */
import { recoverFaults } from './faults.ts';
import { margin, refill } from './map.ts';
import { endProc, type Turn } from './turn.ts';

export const castVote = (turn: Turn, pid: number, value: string): void => {
  const proc = turn.known(pid);
  const { step } = proc;
  const ballot = step === null ? undefined : turn.state.maps[step.map]?.steps[step.n - 1];
  if (step === null || ballot === undefined) return endProc(turn, proc, 'done', 'halted');
  const votes = (Object.hasOwn(ballot.votes, value) ? (ballot.votes[value] ?? 0) : 0) + 1;
  const after = margin({ ...ballot, votes: { ...ballot.votes, [value]: votes } });
  turn.emit({ kind: 'vote.cast', map: step.map, step: step.n, pid, value, votes, margin: after });
  // Its work is done: what had struck it is overcome.
  recoverFaults(turn, pid, proc.dispatch?.tick ?? turn.state.tick);
  endProc(turn, turn.known(pid), 'done', `voted ${value}`);
  refill(turn, step.map);
};
