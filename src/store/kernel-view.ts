/** The kernel's vocabulary for those who draw it: components and screens see the kernel only through the store. */
export type { FaultKind, FaultSpec } from '../kernel/chaos.ts';
export { costText } from '../kernel/price.ts';
export type { Cap, OperatorCommand } from '../kernel/records/index.ts';
export { type Proc, ROOT_PID, type State } from '../kernel/state.ts';
export { placeText } from '../kernel/words.ts';
