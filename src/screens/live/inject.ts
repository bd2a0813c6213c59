/** The fault chooser's choices: which fault, whom it can strike, how often, which handle. */
import type { FaultKind, FaultSpec, State } from '../../store/kernel-view.ts';
import { roleLetter } from '../../store/op-text.ts';
import type { Overlay } from '../../store/ui-store.ts';

export type InjectState = Extract<Overlay, { kind: 'inject' }>;

export const FAULTS: readonly { fault: FaultKind; name: string; what: string }[] = [
  { fault: 'brain.cut', name: 'cut the stream', what: 'a reply ends early, at once if it can' },
  { fault: 'write.denied', name: 'deny a write', what: 'the next write fails half-way' },
  { fault: 'cap.revoked', name: 'revoke a handle', what: 'and all that was derived from it' },
  { fault: 'cap.swapped', name: 'swap two handles', what: 'each stands for what the other did' },
  { fault: 'brain.wrong_value', name: 'wrong value', what: 'valid JSON, one number or word changed' },
  { fault: 'brain.garbage', name: 'garbage', what: 'a reply of random characters' },
  { fault: 'brain.truncated', name: 'truncate the JSON', what: 'a reply ends half-way as if it were whole' },
  { fault: 'brain.unreachable', name: 'endpoint gone', what: 'the brain is not asked; back-off' },
  { fault: 'brain.slow_first', name: 'slow first token', what: '3 s before a reply begins' },
  { fault: 'brain.slow', name: 'slow stream', what: '50 ms more for each token' },
  { fault: 'exec.timeout', name: 'time a command out', what: 'it runs, and does not come to its end' },
  { fault: 'log.flood', name: 'flood the log', what: '50,000 characters more of output' },
  { fault: 'disk.full', name: 'fill the disk', what: 'the journal waits for room, 1.2 s' },
  { fault: 'clock.jump', name: 'jump the clock', what: 'an hour forward or back' },
  { fault: 'kernel.killed', name: 'kill the kernel', what: 'SIGKILL; resume goes on with the run' },
];

/** How often it strikes: so many times, or at a rate (thousandths) as long as the run lasts. */
export const OFTEN: readonly (Pick<FaultSpec, 'times' | 'rate'> & { label: string })[] = [
  { label: 'once', times: 1 },
  { label: '2x', times: 2 },
  { label: '3x', times: 3 },
  { label: '10x', times: 10 },
  { label: 'rate 0.02', rate: 20 },
  { label: '0.05', rate: 50 },
  { label: '0.1', rate: 100 },
  { label: '0.25', rate: 250 },
  { label: '0.5', rate: 500 },
];

export const freshInject: InjectState = { kind: 'inject', fault: 0, target: 0, often: 0, handle: 0, row: 'fault' };

export interface Target {
  label: string;
  target: FaultSpec['target'];
}

export const targetsOf = (state: State): Target[] => [
  { label: 'any', target: 'any' },
  { label: 'planner', target: 'planner' },
  { label: 'worker', target: 'worker' },
  ...Object.values(state.procs).map((proc) => ({ label: roleLetter(proc.role) + proc.pid, target: proc.pid })),
];

export const takesHandle = ({ fault }: InjectState): boolean => FAULTS[fault]?.fault.startsWith('cap.') === true;

/** The handles to choose from, where one process is chosen: the one used last first. */
export const handlesOf = (state: State, target: Target | undefined): (string | null)[] => {
  if (target === undefined || typeof target.target !== 'number') return [null];
  const caps = Object.values(state.procs[target.target]?.caps ?? {});
  return [null, ...caps.filter((cap) => !cap.revoked).map((cap) => cap.handle)];
};

const rowsOf = (inject: InjectState): InjectState['row'][] =>
  takesHandle(inject) ? ['fault', 'target', 'often', 'handle'] : ['fault', 'target', 'often'];

const wrapAround = (at: number, count: number): number => (count === 0 ? 0 : ((at % count) + count) % count);

/** Up and down go through the list of faults and on to the rows below it; left and right change a row's choice. */
export const moveInject = (
  inject: InjectState,
  state: State,
  key: 'up' | 'down' | 'left' | 'right' | 'next',
): InjectState => {
  const rows = rowsOf(inject);
  const at = rows.indexOf(inject.row);
  const by = key === 'up' || key === 'left' ? -1 : 1;
  if (key === 'up' || key === 'down') {
    const fault = inject.fault + by;
    if (inject.row === 'fault' && FAULTS[fault] !== undefined) return { ...inject, fault, handle: 0 };
  }
  if (key === 'up' || key === 'down' || key === 'next') {
    return { ...inject, row: rows[wrapAround(at + by, rows.length)] ?? 'fault' };
  }
  const targets = targetsOf(state);
  switch (inject.row) {
    case 'fault':
      return inject;
    case 'target':
      return { ...inject, target: wrapAround(inject.target + by, targets.length), handle: 0 };
    case 'often':
      return { ...inject, often: wrapAround(inject.often + by, OFTEN.length) };
    case 'handle':
      return { ...inject, handle: wrapAround(inject.handle + by, handlesOf(state, targets[inject.target]).length) };
  }
};

/** What the chooser stands at, as the kernel wants it. */
export const faultSpec = (inject: InjectState, state: State): FaultSpec => {
  const targets = targetsOf(state);
  const target = targets[inject.target] ?? targets[0];
  const fault = FAULTS[inject.fault]?.fault ?? 'brain.cut';
  const { label: _, ...often } = OFTEN[inject.often] ?? { label: '', times: 1 };
  const handle = takesHandle(inject) ? handlesOf(state, target)[inject.handle] : null;
  return { fault, target: target?.target ?? 'any', ...often, ...(handle == null ? {} : { handle }) };
};
