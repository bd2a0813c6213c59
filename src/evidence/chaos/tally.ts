/**
 * What became of the faults of one run, by kind, from its journal alone:
 * - *armed*: entries of the plan, and faults armed by hand;
 * - *injected*: how often the kernel decided that one strikes (a request that carries it, a handle, the machine);
 * - *triggered*: how often it was really applied;
 * - *recovered*: how often who was struck made progress again, and how many of its own ticks that took.
 */
import type { FaultKind } from '../../kernel/chaos.ts';
import type { Outcome } from '../../kernel/records/index.ts';
import type { Rec } from '../../store/record.ts';

export interface FaultCount {
  fault: FaultKind;
  armed: number;
  injected: number;
  triggered: number;
  recovered: number;
  /** Summed over recoveries. */
  ticks: number;
}

export interface RunTally {
  /** Null where the journal does not say how the run ended. */
  outcome: Outcome | null;
  reason: string;
  ticks: number;
  traps: number;
  panics: number;
  faults: FaultCount[];
  /** Each time one triggered, in order: `write.denied 1#12`, in process 1 on its own 12th tick. Ticks of the run would tell who came first. */
  triggered: string[];
}

export class FaultTally {
  readonly #byId = new Map<number, FaultKind>();
  readonly #counts = new Map<FaultKind, FaultCount>();
  readonly #triggered: string[] = [];
  /** Dispatches of each process. */
  readonly #own = new Map<number, number>();
  #ended: { outcome: Outcome; reason: string; ticks: number } | undefined;
  #tick = 0;
  #traps = 0;
  #panics = 0;

  see(rec: Rec): void {
    switch (rec.kind) {
      case 'fault.armed':
        this.#byId.set(rec.id, rec.spec.fault);
        this.#of(rec.spec.fault).armed += 1;
        return;
      case 'brain.requested':
      case 'op.requested':
        if (rec.fault !== undefined) this.#of(rec.fault.fault).injected += 1;
        return;
      case 'fault.requested':
      case 'fault.staged':
        this.#of(rec.fault).injected += 1;
        return;
      case 'fault.triggered':
        this.#of(rec.fault).triggered += 1;
        // A handle is struck by the kernel itself, as it decides.
        if (rec.fault.startsWith('cap.')) this.#of(rec.fault).injected += 1;
        this.#triggered.push(`${rec.fault} ${rec.pid}#${this.#own.get(rec.pid) ?? 0}`);
        return;
      case 'fault.recovered':
        this.#recovered(rec.id, rec.ticks);
        return;
      case 'route.dispatched':
        this.#tick = rec.tick;
        this.#own.set(rec.pid, (this.#own.get(rec.pid) ?? 0) + 1);
        return;
      case 'trap.raised':
        this.#traps += 1;
        return;
      case 'panic.spent':
        this.#panics += 1;
        return;
      case 'run.ended':
        this.#ended = { outcome: rec.outcome, reason: rec.reason, ticks: rec.ticks };
        return;
    }
  }

  get tally(): RunTally {
    const { outcome = null, reason = '', ticks = this.#tick } = this.#ended ?? {};
    const faults = [...this.#counts.values()];
    return { outcome, reason, ticks, traps: this.#traps, panics: this.#panics, faults, triggered: this.#triggered };
  }

  #recovered(id: number, ticks: number): void {
    const fault = this.#byId.get(id);
    if (fault === undefined) return;
    const count = this.#of(fault);
    count.recovered += 1;
    count.ticks += ticks;
  }

  #of(fault: FaultKind): FaultCount {
    let count = this.#counts.get(fault);
    if (count === undefined) {
      count = { fault, armed: 0, injected: 0, triggered: 0, recovered: 0, ticks: 0 };
      this.#counts.set(fault, count);
    }
    return count;
  }
}
