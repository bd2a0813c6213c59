/** What the operator commands. Only the operator grants, and only here may the panic budget rise (K5). */
import { descendants, rootCap } from '../caps.ts';
import type { InputOf } from '../records/index.ts';
import { procLabel, ROOT_PID, type State } from '../state.ts';
import type { RootCap } from '../task.ts';
import { strikeNow } from './faults.ts';
import { refill } from './map.ts';
import { holds, isPardoned, onSet, onSwap, takeId } from './orders.ts';
import { endProc, endRun, type Turn } from './turn.ts';

/** @returns why the command does nothing; undefined where it did something */
export const onCommand = (turn: Turn, input: InputOf<'operator.commanded'>): string | undefined => {
  const taken = takeId(turn, input);
  if (typeof taken === 'string') return taken;
  return taken ? carryOut(turn, input) : undefined;
};

const carryOut = (turn: Turn, { order, by, reason }: InputOf<'operator.commanded'>): string | undefined => {
  const { phase, panicLeft } = turn.state;
  switch (order.command) {
    case 'pause':
      if (phase === 'paused') return 'the run is paused already';
      turn.emit({ kind: 'run.paused' });
      return undefined;
    case 'unpause':
      if (phase !== 'paused') return 'the run is not paused';
      turn.emit({ kind: 'run.unpaused' });
      return undefined;
    case 'step':
      if (phase !== 'paused') return 'only a paused run can be stepped';
      turn.emit({ kind: 'run.stepped' });
      return undefined;
    case 'kill':
      return kill(turn, order.pid, `${by}${reason === '' ? '' : `: ${reason}`}`);
    case 'inject': {
      const id = turn.state.nextFault;
      turn.emit({ kind: 'fault.armed', id, spec: order.fault, by });
      strikeNow(turn, id);
      return undefined;
    }
    case 'disarm': {
      const armed = turn.state.faults.find(({ id }) => id === order.fault);
      if (armed?.disarmed === true) return `fault ${order.fault} is disarmed already`;
      if (armed === undefined) {
        return order.fault < turn.state.nextFault
          ? `fault ${order.fault} has struck as often as it was to`
          : `there is no fault ${order.fault}`;
      }
      turn.emit({ kind: 'fault.disarmed', id: order.fault });
      return undefined;
    }
    case 'grant_panic':
      turn.emit({ kind: 'panic.granted', units: order.units, left: panicLeft + order.units });
      return undefined;
    case 'set':
      return onSet(turn, order);
    case 'swap':
      return onSwap(turn, order);
    default:
      return onProcess(turn, order);
  }
};

const kill = (turn: Turn, pid: number | undefined, why: string): string | undefined => {
  if (pid === undefined || pid === ROOT_PID) {
    for (const proc of Object.values(turn.state.procs)) endProc(turn, proc, 'killed', why);
    endRun(turn, 'killed', why);
    return undefined;
  }
  const proc = turn.proc(pid);
  if (proc === undefined) return `there is no process ${pid}`;
  endProc(turn, proc, 'killed', why);
  if (proc.step !== null) refill(turn, proc.step.map);
  return undefined;
};

type ProcessOrder = Extract<
  InputOf<'operator.commanded'>['order'],
  { command: 'revoke' | 'grant' | 'tell' | 'pardon' }
>;

const onProcess = (turn: Turn, order: ProcessOrder): string | undefined => {
  const proc = turn.proc(order.pid);
  if (proc === undefined) return `there is no process ${order.pid}`;
  switch (order.command) {
    case 'tell':
      turn.emit({ kind: 'operator.told', pid: proc.pid, text: order.text });
      return undefined;
    case 'pardon':
      if (isPardoned(proc)) return `nothing is counted against process ${proc.pid}`;
      turn.emit({ kind: 'thrash.pardoned', pid: proc.pid });
      return undefined;
    case 'grant': {
      const held = holds(proc, order);
      if (held !== undefined) return `${procLabel(proc)} holds ${order.rights} on ${order.target} already, as ${held}`;
      const root = grantable(turn.state, order);
      if (typeof root === 'string') return root;
      const cap = rootCap(turn.state.seed, proc.pid, proc.nextHandle, root);
      turn.emit({ kind: 'capability.issued', pid: proc.pid, cap });
      return undefined;
    }
    case 'revoke': {
      const handles = descendants(turn.state, proc.pid, order.handle);
      if (handles.length === 0) return `process ${proc.pid} holds no ${order.handle}`;
      turn.emit({ kind: 'capability.revoked', handles, by: 'operator' });
      return undefined;
    }
  }
};

/** A command can only be granted as the task has it: its argv is what its author allowed. @returns a sentence where it cannot */
const grantable = (
  { task }: State,
  { rights, target }: Extract<ProcessOrder, { command: 'grant' }>,
): RootCap | string => {
  if (rights !== 'x') return { rights, target };
  const commands = task.caps.filter((cap) => cap.rights === 'x');
  const names = commands.map((cap) => cap.target).join(', ');
  return (
    commands.find((cap) => cap.target === target) ??
    `the task has no command ${target}${names === '' ? '' : `; it has ${names}`}`
  );
};
