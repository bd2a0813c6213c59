/** Chaos decisions: which armed fault strikes which request, handle or host. The kernel decides; adapters apply; outcomes confirm. */

import { descendants, findCap } from '../caps.ts';
import { CLOCK_JUMP_MS, STRUCK_BY, type Struck } from '../chaos.ts';
import { draw } from '../digest.ts';
import type { AttachedFault, Cap, InputOf } from '../records/index.ts';
import { type ArmedFault, type Proc, type State, waiting } from '../state.ts';
import { liveCaps } from '../views.ts';
import type { Turn } from './turn.ts';

const hits = ({ spec }: ArmedFault, proc: Proc): boolean =>
  spec.target === 'any' || spec.target === proc.role || spec.target === proc.pid;

/** How often a fault may still be attached: what is left, less what is under way. */
const available = (state: State, { id, left, spec, disarmed }: ArmedFault): boolean => {
  if (disarmed === true) return false;
  if (spec.times === undefined) return true;
  const staged = (state.staged ?? []).filter((other) => other.id === id);
  return left > waiting(state).filter(({ open }) => open.fault === id).length + staged.length;
};

/** Which of its process's own occasions of the kind this is, from 1. Those of a dispatch are counted before it has its turn. */
const occasion = (proc: Proc, struck: Struck): number => {
  if (struck === 'brain') return proc.ticks;
  if (struck === 'write' || struck === 'exec') return (proc.occasions?.[struck] ?? 0) + 1;
  return proc.ticks + 1;
};

/** Drawn from what is the process's own, so that who comes first changes nothing. */
const isDue = (state: State, proc: Proc, { id, spec }: ArmedFault): boolean => {
  const { fault, rate, schedule } = spec;
  const { tick = 0, nth = 0 } = schedule ?? {};
  if ((proc.dispatch?.tick ?? state.tick + 1) < tick || occasion(proc, STRUCK_BY[fault]) < nth) return false;
  return (
    rate === undefined ||
    draw(state.seed, `chaos.${fault}.${id}`, proc.pid, proc.ticks, proc.outage.attempts) % 1000 < rate
  );
};

const armedFor = (state: State, proc: Proc, struck: Struck): ArmedFault[] =>
  state.faults.filter(
    (fault) =>
      STRUCK_BY[fault.spec.fault] === struck &&
      hits(fault, proc) &&
      available(state, fault) &&
      isDue(state, proc, fault),
  );

/** The field that a request carries where a fault is to strike it. */
export const attachFault = (
  state: State,
  proc: Proc,
  struck: 'brain' | 'write' | 'exec',
): { fault?: AttachedFault } => {
  if (state.faults.length === 0) return {};
  const [fault] = armedFor(state, proc, struck);
  return fault === undefined ? {} : { fault: { id: fault.id, fault: fault.spec.fault } };
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

/** The row that a handle fault takes: the one it names, else the one used last, else the first. */
const rowFor = ({ spec }: ArmedFault, proc: Proc): Cap | undefined => {
  const live = liveCaps(proc);
  if (spec.handle !== undefined) return live.find((cap) => cap.handle === spec.handle || cap.url === spec.handle);
  const last = findCap(proc, proc.lastCap);
  return live.find((cap) => cap === last) ?? live[0];
};

/** @returns whether there was a handle to strike */
const strikeHandle = (turn: Turn, proc: Proc, fault: ArmedFault): boolean => {
  const cap = rowFor(fault, proc);
  if (cap === undefined) return false;
  if (fault.spec.fault === 'cap.swapped') {
    const others = liveCaps(proc).filter(({ target, rights }) => target !== cap.target || rights !== cap.rights);
    const other = others[draw(turn.state.seed, 'chaos.swap', proc.pid, proc.ticks, fault.id) % others.length];
    if (other === undefined) return false;
    turn.emit({ kind: 'capability.swapped', pid: proc.pid, handles: [cap.handle, other.handle], by: 'fault' });
  } else {
    turn.emit({ kind: 'capability.revoked', handles: descendants(turn.state, proc.pid, cap.handle), by: 'fault' });
  }
  confirmFault(turn, proc, fault.id);
  return true;
};

/** What befalls the machine is carried out by the runtime, once this is on the disk; `fault.applied` is its answer. */
const stage = (turn: Turn, proc: Proc, { id, spec }: ArmedFault, tick: number): void => {
  const back = draw(turn.state.seed, 'chaos.clock', proc.pid, proc.ticks, id) % 2 === 0;
  const jump = spec.fault === 'clock.jump' ? { ms: back ? -CLOCK_JUMP_MS : CLOCK_JUMP_MS } : {};
  turn.emit({ kind: 'fault.staged', id, pid: proc.pid, tick, fault: spec.fault, ...jump });
};

/** Lets the armed faults on handles and on the host strike a process that is about to be dispatched: one of each at most. */
export const strikeDispatch = (turn: Turn, pid: number): void => {
  if (turn.state.faults.length === 0) return;
  const proc = turn.known(pid);
  armedFor(turn.state, proc, 'handle').some((fault) => strikeHandle(turn, proc, fault));
  const [host] = armedFor(turn.state, proc, 'host');
  if (host !== undefined) stage(turn, proc, host, turn.state.tick + 1);
};

/** @returns why the input is ignored */
export const onApplied = (turn: Turn, { id, pid }: InputOf<'fault.applied'>): string | undefined => {
  const staged = turn.state.staged?.some((other) => other.id === id && other.pid === pid) === true;
  const proc = turn.proc(pid);
  if (!staged || proc === undefined) return `fault ${id} is not staged for process ${pid}`;
  confirmFault(turn, proc, id);
  return undefined;
};

/** A fault that was armed by hand strikes at once where there is something to strike. */
export const strikeNow = (turn: Turn, id: number): void => {
  const fault = turn.state.faults.find((other) => other.id === id);
  if (fault === undefined || fault.spec.rate !== undefined || fault.spec.schedule !== undefined) return;
  const targets = Object.values(turn.state.procs).filter((proc) => hits(fault, proc));
  // Swapped they are between two ticks only: what is under way was resolved by the old names.
  if (fault.spec.fault === 'cap.revoked') targets.some((proc) => strikeHandle(turn, proc, fault));
  if (STRUCK_BY[fault.spec.fault] === 'host' && targets[0] !== undefined)
    stage(turn, targets[0], fault, turn.state.tick);
  if (fault.spec.fault === 'brain.cut') {
    const streaming = waiting(turn.state).find(
      ({ proc, open }) => open.kind === 'brain' && open.fault === 0 && hits(fault, proc),
    );
    const req = streaming?.open.req;
    if (req !== undefined) turn.emit({ kind: 'fault.requested', id, req, fault: 'brain.cut' });
  }
};
