/** One decision in the making: the events so far, and the state that they lead to. */

import { stateHash } from '../digest.ts';
import { evolve } from '../evolve.ts';
import type { KernelEvent, Outcome } from '../records/index.ts';
import { type Proc, type State, waiting } from '../state.ts';

export class Turn {
  state: State;
  readonly events: KernelEvent[] = [];
  /** The request whose outcome is being dealt with, 0 for none: it is over and need not be aborted. */
  readonly answered: number;

  constructor(state: State, answered: number) {
    this.state = state;
    this.answered = answered;
  }

  emit(event: KernelEvent): void {
    this.events.push(event);
    this.state = evolve(this.state, event);
  }

  proc(pid: number): Proc | undefined {
    return this.state.procs[pid];
  }

  /** A process that is known to be there. */
  known(pid: number): Proc {
    const proc = this.state.procs[pid];
    if (proc === undefined) throw new Error(`kernel: no process ${pid}`);
    return proc;
  }

  get over(): boolean {
    return this.state.phase === 'ended';
  }
}

export const endRun = (turn: Turn, outcome: Outcome, reason: string): void => {
  const { state } = turn;
  turn.emit({
    kind: 'run.ended',
    outcome,
    reason,
    aborts: waiting(state)
      .map(({ open }) => open.req)
      .filter((req) => req !== turn.answered),
    ticks: state.tick,
    worldHash: state.worldHash,
    stateHash: stateHash(state),
  });
};

export const endProc = (turn: Turn, proc: Proc, as: 'done' | 'retired' | 'cut' | 'killed', why: string): void => {
  const open = proc.dispatch?.open ?? null;
  turn.emit({
    kind: 'process.ended',
    pid: proc.pid,
    as,
    why,
    aborts: open === null || open.req === turn.answered ? [] : [open.req],
  });
};
