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
  /** How often it struck, and how often who was struck made progress again. */
  strikes: number;
  recoveries: number;
}

export const noFaults: readonly FaultRow[] = [];
const FAULTS_SHOWN = 96;

export const foldFaults = (faults: readonly FaultRow[], rec: Rec, before: State): readonly FaultRow[] => {
  switch (rec.kind) {
    case 'fault.armed': {
      const { target } = rec.spec;
      const who = typeof target === 'number' ? `#${target}` : target;
      const row = { id: rec.id, fault: rec.spec.fault, target: who, by: rec.by, armedTick: before.tick };
      return pushRing(faults, { ...row, struck: null, recovered: null, strikes: 0, recoveries: 0 }, FAULTS_SHOWN);
    }
    case 'fault.triggered': {
      const who = `${roleLetter(before.procs[rec.pid]?.role ?? 'worker')}${rec.pid}`;
      return patch(faults, rec.id, ({ strikes }) => ({
        struck: { who, tick: rec.tick },
        recovered: null,
        strikes: strikes + 1,
      }));
    }
    case 'fault.recovered':
      return patch(faults, rec.id, ({ recoveries }) => ({ recovered: rec.ticks, recoveries: recoveries + 1 }));
    default:
      return faults;
  }
};

const patch = (
  faults: readonly FaultRow[],
  id: number,
  change: (row: FaultRow) => Partial<FaultRow>,
): readonly FaultRow[] => faults.map((row) => (row.id === id ? { ...row, ...change(row) } : row));

/** What became of a run's faults, those that never struck by name; '' where there were none. */
export const faultsText = (faults: readonly Pick<FaultRow, 'fault' | 'strikes' | 'recoveries'>[]): string => {
  if (faults.length === 0) return '';
  const sum = (count: (row: Pick<FaultRow, 'strikes' | 'recoveries'>) => number): number =>
    faults.reduce((total, row) => total + count(row), 0);
  const never = [...new Set(faults.filter(({ strikes }) => strikes === 0).map(({ fault }) => fault))];
  const struck = `faults: ${sum(({ strikes }) => strikes)} struck, ${sum(({ recoveries }) => recoveries)} recovered`;
  return never.length === 0 ? struck : `${struck}; never struck: ${never.join(', ')}`;
};
