/** What came of a run, counted over a stretch of its records. */
import type { KernelEvent, KernelInput, Outcome } from '../kernel/index.ts';

export interface TallyReport {
  /** Null while it has not ended. */
  outcome: Outcome | null;
  reason: string;
  /** Dispatches of the whole run. */
  ticks: number;
  /** In the stretch that was counted, by code. */
  traps: Record<string, number>;
  panicSpent: number;
  /** In and out. */
  tokens: number;
  worldHash: string | null;
  stateHash: string | null;
}

export class Tally {
  readonly report: TallyReport = {
    outcome: null,
    reason: '',
    ticks: 0,
    traps: {},
    panicSpent: 0,
    tokens: 0,
    worldHash: null,
    stateHash: null,
  };

  see(input: KernelInput, events: readonly KernelEvent[]): void {
    if (input.kind === 'brain.replied') this.report.tokens += input.tokensIn + input.tokensOut;
    if (input.kind === 'brain.failed') this.report.tokens += input.tokensOut;
    for (const event of events) this.#event(event);
  }

  #event(event: KernelEvent): void {
    const { report } = this;
    switch (event.kind) {
      case 'route.dispatched':
        report.ticks = event.tick;
        return;
      case 'trap.raised':
        report.traps[event.code] = (report.traps[event.code] ?? 0) + 1;
        return;
      case 'panic.spent':
        report.panicSpent += 1;
        return;
      case 'tick.committed':
        report.worldHash = event.worldHash;
        return;
      case 'run.ended': {
        const { outcome, reason, ticks, worldHash, stateHash } = event;
        Object.assign(report, { outcome, reason, ticks, worldHash, stateHash });
        return;
      }
    }
  }
}
