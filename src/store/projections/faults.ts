/** Injected faults: armed, triggered, recovered. */
import type { FaultKind } from '../../kernel/chaos.ts';
import type { State } from '../../kernel/state.ts';
import { roleLetter } from '../op-text.ts';
import type { Rec } from '../record.ts';
import { pushRing } from '../ring.ts';

export interface FaultRow {
  id: number;
  fault: FaultKind;
  target: string;
  by: string;
  armedTick: number;
  /** Whom it struck last, and when; null while it is only armed. */
  struck: { who: string; tick: number } | null;
  /** Ticks of the struck process to its next progress. */
  recovered: number | null;
}

export const noFaults: readonly FaultRow[] = [];
const FAULTS_SHOWN = 32;

export const foldFaults = (faults: readonly FaultRow[], rec: Rec, before: State): readonly FaultRow[] => {
  switch (rec.kind) {
    case 'fault.armed': {
      const { target } = rec.spec;
      const who = typeof target === 'number' ? `#${target}` : target;
      const row = { id: rec.id, fault: rec.spec.fault, target: who, by: rec.by, armedTick: before.tick };
      return pushRing(faults, { ...row, struck: null, recovered: null }, FAULTS_SHOWN);
    }
    case 'fault.triggered': {
      const who = `${roleLetter(before.procs[rec.pid]?.role ?? 'worker')}${rec.pid}`;
      return patch(faults, rec.id, { struck: { who, tick: rec.tick }, recovered: null });
    }
    case 'fault.recovered':
      return patch(faults, rec.id, { recovered: rec.ticks });
    default:
      return faults;
  }
};

const patch = (faults: readonly FaultRow[], id: number, change: Partial<FaultRow>): readonly FaultRow[] =>
  faults.map((row) => (row.id === id ? { ...row, ...change } : row));
