/** Chaos decisions: which armed fault strikes which request or handle. The kernel decides; adapters apply; outcomes confirm. */

import { descendants, findCap } from '../caps.ts';
import type { FaultKind } from '../chaos.ts';
import type { AttachedFault, Cap } from '../records/index.ts';
import { type ArmedFault, type Proc, type State, waiting } from '../state.ts';
import { liveCaps } from '../views.ts';
import type { Turn } from './turn.ts';

const hits = ({ spec }: ArmedFault, proc: Proc): boolean =>
  spec.target === 'any' || spec.target === proc.role || spec.target === proc.pid;

/** How often a fault may still be attached: what is left, less what is attached to requests in flight. */
const available = (state: State, fault: ArmedFault): boolean =>
  fault.left > waiting(state).filter(({ open }) => open.fault === fault.id).length;

const armedFor = (state: State, proc: Proc, kind: FaultKind): ArmedFault[] =>
  state.faults.filter((fault) => fault.spec.fault === kind && hits(fault, proc) && available(state, fault));

/** The field that a request carries where a fault is to strike it. */
export const attachFault = (state: State, proc: Proc, kind: FaultKind): { fault?: AttachedFault } => {
  if (state.faults.length === 0) return {};
  const [fault] = armedFor(state, proc, kind);
  return fault === undefined ? {} : { fault: { id: fault.id, fault: kind } };
};

/** An outcome says that a fault was applied: it has triggered. */
export const confirmFault = (turn: Turn, proc: Proc, applied: number | undefined): void => {
  const fault = turn.state.faults.find(({ id }) => id === applied);
  if (fault === undefined) return;
  const tick = proc.dispatch?.tick ?? turn.state.tick;
  turn.emit({ kind: 'fault.triggered', id: fault.id, pid: proc.pid, tick, fault: fault.spec.fault });
};

/** Progress of a process recovers every fault that had struck it. */
export const recoverFaults = (turn: Turn, pid: number, tick: number): void => {
  const proc = turn.proc(pid);
  for (const { id, at } of proc?.faults ?? []) {
    turn.emit({ kind: 'fault.recovered', id, pid, tick, ticks: (proc?.ticks ?? at) - at });
  }
};

/** The row that a `cap.revoked` takes: the one it names, else the one used last, else the first. */
const rowFor = ({ spec }: ArmedFault, proc: Proc): Cap | undefined => {
  const live = liveCaps(proc);
  if (spec.handle !== undefined) return live.find((cap) => cap.handle === spec.handle || cap.url === spec.handle);
  const last = findCap(proc, proc.lastCap);
  return live.find((cap) => cap === last) ?? live[0];
};

/** @returns whether there was a row to take */
const takeRow = (turn: Turn, proc: Proc, fault: ArmedFault): boolean => {
  const cap = rowFor(fault, proc);
  if (cap === undefined) return false;
  turn.emit({ kind: 'capability.revoked', handles: descendants(turn.state, proc.pid, cap.handle), by: 'fault' });
  confirmFault(turn, proc, fault.id);
  return true;
};

/** Lets the armed faults on handles strike a process that is about to be dispatched. */
export const strikeHandles = (turn: Turn, proc: Proc): void => {
  if (turn.state.faults.length === 0) return;
  armedFor(turn.state, proc, 'cap.revoked').some((fault) => takeRow(turn, proc, fault));
};

/** A fault that was armed by hand strikes at once where there is something to strike. */
export const strikeNow = (turn: Turn, id: number): void => {
  const fault = turn.state.faults.find((other) => other.id === id);
  if (fault === undefined) return;
  const targets = Object.values(turn.state.procs).filter((proc) => hits(fault, proc));
  if (fault.spec.fault === 'cap.revoked') targets.some((proc) => takeRow(turn, proc, fault));
  if (fault.spec.fault === 'brain.cut') {
    const streaming = waiting(turn.state).find(
      ({ proc, open }) => open.kind === 'brain' && open.fault === 0 && hits(fault, proc),
    );
    const req = streaming?.open.req;
    if (req !== undefined) turn.emit({ kind: 'fault.requested', id, req, fault: 'brain.cut' });
  }
};
