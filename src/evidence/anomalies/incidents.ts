/** What needs no rule: units of the panic budget that were spent, and faults that were armed and never struck. */
import type { FaultKind } from '../../kernel/chaos.ts';
import { type Found, type Place, type Seen, Worst, whoIs } from './seen.ts';

export interface Panic extends Place {
  pid: number;
  who: string;
  left: number;
  why: string;
}

export class Panics {
  readonly #worst = new Worst<Panic>(({ left }) => -left);

  see(seen: Seen): void {
    const { rec } = seen;
    if (rec.kind !== 'panic.spent') return;
    const { seq, tick, pid, left, why } = rec;
    this.#worst.add({ seq, tick, pid, who: whoIs(seen, pid), left, why });
  }

  end(): Found<Panic> {
    return this.#worst.found();
  }
}

export interface IdleFault extends Place {
  id: number;
  fault: FaultKind;
  target: string;
  by: string;
}

export class IdleFaults {
  readonly #armed = new Map<number, IdleFault>();

  see({ rec, place }: Seen): void {
    if (rec.kind === 'fault.armed') {
      const { id, spec, by, seq } = rec;
      this.#armed.set(id, { id, fault: spec.fault, target: String(spec.target), by, seq, tick: place.tick });
    } else if (rec.kind === 'fault.triggered') this.#armed.delete(rec.id);
  }

  end(): Found<IdleFault> {
    const worst = new Worst<IdleFault>(() => 0);
    for (const fault of this.#armed.values()) worst.add(fault);
    return worst.found();
  }
}
