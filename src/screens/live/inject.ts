/** The fault chooser's choices: three faults, whom they can strike, which handle. */
import type { FaultKind, FaultSpec, State } from '../../store/kernel-view.ts';
import { roleLetter } from '../../store/op-text.ts';
import type { Overlay } from '../../store/ui-store.ts';

export type InjectState = Extract<Overlay, { kind: 'inject' }>;

export const FAULTS: readonly { fault: FaultKind; name: string; what: string }[] = [
  { fault: 'brain.cut', name: 'cut the stream', what: 'a reply ends early, at once if it can' },
  {
    fault: 'write.denied',
    name: 'deny a write',
    what: 'the next write fails half-way',
  },
  { fault: 'cap.revoked', name: 'revoke a handle', what: 'and all that was derived from it' },
];

export const freshInject: InjectState = { kind: 'inject', fault: 0, target: 0, handle: 0, row: 'fault' };

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

/** The handles to choose from, where one process is chosen: the one used last first. */
export const handlesOf = (state: State, target: Target | undefined): (string | null)[] => {
  if (target === undefined || typeof target.target !== 'number') return [null];
  const caps = Object.values(state.procs[target.target]?.caps ?? {});
  return [null, ...caps.filter((cap) => !cap.revoked).map((cap) => cap.handle)];
};

const wrapAround = (at: number, count: number): number => (count === 0 ? 0 : ((at % count) + count) % count);

export const moveInject = (inject: InjectState, state: State, key: 'up' | 'down' | 'left' | 'right'): InjectState => {
  const rows =
    FAULTS[inject.fault]?.fault === 'cap.revoked'
      ? (['fault', 'target', 'handle'] as const)
      : (['fault', 'target'] as const);
  const at = (rows as readonly string[]).indexOf(inject.row);
  if (key === 'up' || key === 'down')
    return { ...inject, row: rows[wrapAround(at + (key === 'down' ? 1 : -1), rows.length)] ?? 'fault' };
  const by = key === 'right' ? 1 : -1;
  if (inject.row === 'fault') return { ...inject, fault: wrapAround(inject.fault + by, FAULTS.length) };
  const targets = targetsOf(state);
  if (inject.row === 'target') return { ...inject, target: wrapAround(inject.target + by, targets.length), handle: 0 };
  return { ...inject, handle: wrapAround(inject.handle + by, handlesOf(state, targets[inject.target]).length) };
};

/** What the chooser stands at, as the kernel wants it. */
export const faultSpec = (inject: InjectState, state: State): FaultSpec => {
  const targets = targetsOf(state);
  const target = targets[inject.target] ?? targets[0];
  const fault = FAULTS[inject.fault]?.fault ?? 'brain.cut';
  const handle = fault === 'cap.revoked' ? handlesOf(state, target)[inject.handle] : null;
  return { fault, target: target?.target ?? 'any', times: 1, ...(handle == null ? {} : { handle }) };
};
