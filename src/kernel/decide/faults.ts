/** Chaos decisions: which armed fault strikes which request or handle. The kernel decides; adapters apply; outcomes confirm. */

import { descendants, findCap } from '../caps.ts';
import type { FaultKind } from '../chaos.ts';
import type { AttachedFault } from '../records/index.ts';
import { type ArmedFault, type Proc, type State, waiting } from '../state.ts';
import { liveCaps } from '../views.ts';
import type { Turn } from './turn.ts';

const hits = ({ spec }: ArmedFault, proc: Proc): boolean =>
  spec.target === 'any' || spec.target === proc.role || spec.target === proc.pid;

/** How often a fault may still be attached: what is left, less what is attached to requests in flight. */
const available = (state: State, fault: ArmedFault): boolean =>
  fault.left > waiting(state).filter(({ open }) => open.fault === fault.id).length;

const armedFor = (state: State, proc: Proc, kind: FaultKind): ArmedFault | undefined =>
  state.faults.find((fault) => fault.spec.fault === kind && hits(fault, proc) && available(state, fault));

/** The field that a request carries where a fault is to strike it. */
export const attachFault = (state: State, proc: Proc, kind: FaultKind): { fault?: AttachedFault } => {
  if (state.faults.length === 0) return {};
  const fault = armedFor(state, proc, kind);
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

/** Takes away the handle that an armed `cap.revoked` names, else the one used last, else the first. */
export const strikeHandles = (turn: Turn, proc: Proc): void => {
  if (turn.state.faults.length === 0) return;
  const fault = armedFor(turn.state, proc, 'cap.revoked');
  if (fault === undefined) return;
  const live = liveCaps(proc);
  const { handle } = fault.spec;
  const named = handle === undefined ? findCap(proc, proc.lastCap) : findCap(proc, handle);
  const cap = live.find((row) => row === named) ?? (handle === undefined ? live[0] : undefined);
  if (cap === undefined) return;
  turn.emit({ kind: 'capability.revoked', handles: descendants(turn.state, proc.pid, cap.handle), by: 'fault' });
  confirmFault(turn, proc, fault.id);
};

/** A fault that was armed by hand strikes at once where there is something to strike. */
export const strikeNow = (turn: Turn, id: number): void => {
  const fault = turn.state.faults.find((other) => other.id === id);
  if (fault === undefined) return;
  const targets = Object.values(turn.state.procs).filter((proc) => hits(fault, proc));
  if (fault.spec.fault === 'cap.revoked') {
    const proc = targets.find((other) => liveCaps(other).length > 0);
    if (proc !== undefined) strikeHandles(turn, proc);
  }
  if (fault.spec.fault === 'brain.cut') {
    const streaming = waiting(turn.state).find(
      ({ proc, open }) => open.kind === 'brain' && open.fault === 0 && hits(fault, proc),
    );
    const req = streaming?.open.req;
    if (req !== undefined) turn.emit({ kind: 'fault.requested', id, req, fault: 'brain.cut' });
  }
};
