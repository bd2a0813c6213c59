/** Many runs of one plan, taken together by kind of fault. */
import type { FaultKind } from '../../kernel/chaos.ts';
import type { FaultCount, RunTally } from './tally.ts';

export interface ClassRow extends Omit<FaultCount, 'ticks'> {
  /** Runs that died (`dead`) in which a fault of this kind had triggered; what killed them may have been something else. */
  deaths: number;
  /** The struck process's own ticks from fault to progress, in the mean; null where none recovered. */
  meanTicks: number | null;
}

export interface SweepReport {
  runs: number;
  /** How many ended how; `gone` where a journal does not say. */
  outcomes: Record<string, number>;
  traps: number;
  panics: number;
  /** In the order of the plan. */
  classes: ClassRow[];
  /** Kinds that were armed and triggered in none of the runs. */
  never: FaultKind[];
}

export const sweepReport = (runs: readonly RunTally[]): SweepReport => {
  const outcomes: Record<string, number> = {};
  const rows = new Map<FaultKind, ClassRow & { ticks: number }>();
  for (const { outcome, faults } of runs) {
    const word = outcome ?? 'gone';
    outcomes[word] = (outcomes[word] ?? 0) + 1;
    for (const { fault, armed, injected, triggered, recovered, ticks } of faults) {
      const row = rows.get(fault) ?? { ...none, fault };
      row.armed += armed;
      row.injected += injected;
      row.triggered += triggered;
      row.recovered += recovered;
      row.ticks += ticks;
      if (outcome === 'dead' && triggered > 0) row.deaths += 1;
      rows.set(fault, row);
    }
  }
  const classes = [...rows.values()].map(
    ({ ticks, ...row }): ClassRow => ({ ...row, meanTicks: row.recovered === 0 ? null : ticks / row.recovered }),
  );
  const sum = (of: (run: RunTally) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    runs: runs.length,
    outcomes,
    traps: sum(({ traps }) => traps),
    panics: sum(({ panics }) => panics),
    classes,
    never: classes.filter(({ triggered }) => triggered === 0).map(({ fault }) => fault),
  };
};

const none = { armed: 0, injected: 0, triggered: 0, recovered: 0, ticks: 0, deaths: 0, meanTicks: null };

/** The table's cells, its head first. */
export const sweepTable = ({ classes }: SweepReport): string[][] => [
  ['fault', 'armed', 'injected', 'triggered', 'recovered', 'deaths', 'mean ticks to recovery'],
  ...classes.map(({ fault, armed, injected, triggered, recovered, deaths, meanTicks }) => [
    fault,
    ...[armed, injected, triggered, recovered, deaths].map(String),
    triggered === 0 ? 'never triggered' : (meanTicks?.toFixed(1) ?? 'none recovered'),
  ]),
];
