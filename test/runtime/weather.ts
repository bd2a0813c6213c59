/** Plans of faults, and a machine that takes no harm from them. */
import { FaultKind, type FaultSpec } from '../../src/kernel/index.ts';
import type { Host } from '../../src/runtime/ports.ts';

/** Notes what befell it; nothing comes to harm. */
export const calmHost = (): Host & { befell: string[] } => {
  const befell: string[] = [];
  return {
    befell,
    fillDisk: () => void befell.push('disk'),
    jumpClock: (ms) => void befell.push(`clock ${ms}`),
    kill: () => void befell.push('kill'),
  };
};

export const at = (fault: FaultKind, tick: number): FaultSpec => ({
  fault,
  target: 'any',
  times: 1,
  schedule: { tick },
});
const rate = (fault: FaultKind, thousandths: number): FaultSpec => ({ fault, target: 'any', rate: thousandths });

/** Every fault that leaves the process alive. */
export const WEATHER: FaultSpec[] = FaultKind.options
  .filter((fault) => fault !== 'kernel.killed')
  .map((fault, i) => (fault === 'disk.full' || fault === 'clock.jump' ? at(fault, 4 + i) : rate(fault, 60)));
