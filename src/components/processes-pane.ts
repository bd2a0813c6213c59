/** Processes: who is alive, what each is at, how near to its limits; then those that have ended. */
import type { Proc } from '../store/kernel-view.ts';
import type { LiveState } from '../store/live-state.ts';
import { roleLetter } from '../store/op-text.ts';
import type { EndedProc } from '../store/projections/ended.ts';
import { readLoops } from '../store/thrash-level.ts';
import { filterOf } from './filter.ts';
import { innerWidth, type ListProps, type ListRow, listPane } from './list-pane.ts';
import type { Look, Style } from './look.ts';
import { fit, fitRight } from './text.ts';

/** A living process or one that has ended, with the key that a cursor has for it. */
export type ProcEntry = { key: string; pid: number } & ({ proc: Proc } | { ended: EndedProc });

/** In the order of the pane, filtered as it is. */
export const procEntries = (live: LiveState, filter: string): ProcEntry[] => {
  const { test } = filterOf(filter);
  const alive = Object.values(live.kernel.procs).filter((proc) => test(aliveText(live, proc)));
  const ended = live.ended.toReversed().filter((proc) => test(endedText(proc)));
  return [
    ...alive.map((proc) => ({ key: `p${proc.pid}`, pid: proc.pid, proc })),
    ...ended.map((proc) => ({ key: `p${proc.pid}`, pid: proc.pid, ended: proc })),
  ];
};

const aliveText = (live: LiveState, proc: Proc): string => {
  const { stall, stallLimit } = readLoops(live.kernel, proc);
  return `${roleLetter(proc.role)}${proc.pid} ${proc.role} ${proc.state} ${waitText(proc)} ${proc.q} ${proc.task} ${stall}/${stallLimit} ${proc.flags} flags`;
};

const endedText = (proc: EndedProc): string =>
  `${roleLetter(proc.role)}${proc.pid} ${proc.role} ${proc.as} t${proc.tick} ${proc.why} ${proc.flags} flags`;

const waitText = ({ wait }: Proc): string =>
  wait === null ? '' : 'map' in wait ? `waits for ${wait.map}` : `${wait.error} #${wait.attempt}`;

/** Width of all columns but `q`. */
const FIXED = 28;
/** Of those, the pid's. */
const PID = 4;

interface Widths {
  pid: number;
  q: number;
}

export const processesPane = (
  look: Look,
  width: number,
  height: number,
  props: ListProps & { live: LiveState; gone?: boolean },
): string[] => {
  // A kernel that is gone cannot have said what became of them: their states are no longer true, only the last ones known.
  const { live, gone = false } = props;
  const alive = Object.keys(live.kernel.procs).length;
  const entries = procEntries(live, props.filter);
  // Pids only ever grow: one of four digits takes a column from `q`.
  const pid = Math.max(PID, ...entries.map((entry) => String(entry.pid).length + 2));
  const q = Math.max(6, innerWidth(width, props) - FIXED - (pid - PID));
  const rows = entries.map((entry) => ({
    key: entry.key,
    ...('proc' in entry ? aliveRow(look, live, entry.proc, { pid, q }, gone) : endedRow(look, entry.ended, { pid, q })),
  }));
  return listPane(look, width, height, props, {
    name: gone ? `3 PROCESSES ${alive} GONE` : `3 PROCESSES ${alive}`,
    // They share a slot at any size.
    rest: [['dim', '8 stk']],
    heading: [
      [
        'dim',
        `${'pid'.padEnd(pid)}${fit(look, gone ? 'left as' : 'state', 8)} ${fit(look, 'q', q)} ${'stall'.padStart(5)} ${'flags'.padStart(5)}`,
      ],
    ],
    rows,
    empty: 'no process yet',
  });
};

const STATES: Record<Proc['state'], Style> = { ready: 'plain', running: 'good', blocked: 'dim', halting: 'accent' };

const aliveRow = (look: Look, live: LiveState, proc: Proc, { pid, q }: Widths, gone: boolean): ListRow => {
  const { stall, stallLimit, ratio } = readLoops(live.kernel, proc);
  return {
    left: [
      ['bold', fit(look, `${roleLetter(proc.role)}${proc.pid}`, pid)],
      [gone ? 'dim' : STATES[proc.state], `${fit(look, proc.state, 8)} `],
      fit(look, waitText(proc) || proc.q || proc.task, q),
      [ratio >= 0.7 ? 'warn' : 'plain', fitRight(look, `${stall}/${stallLimit}`, 6)],
      flags(look, proc, live.kernel.policy.redFlags),
    ],
  };
};

const flags = (look: Look, proc: Pick<Proc, 'flags' | 'role'>, limit: number): readonly [Style, string] =>
  proc.role === 'planner'
    ? ['dim', fitRight(look, '-', 6)]
    : [
        proc.flags >= limit - 1 ? 'error' : proc.flags > 0 ? 'warn' : 'plain',
        fitRight(look, `${proc.flags}/${limit}`, 6),
      ];

const ENDS: Record<EndedProc['as'], Style> = { done: 'good', retired: 'error', cut: 'warn', killed: 'warn' };

const endedRow = (look: Look, proc: EndedProc, { pid, q }: Widths): ListRow => ({
  left: [
    ['dim', fit(look, `${roleLetter(proc.role)}${proc.pid}`, pid)],
    [ENDS[proc.as], `${fit(look, proc.as, 8)} `],
    ['dim', fit(look, `t${proc.tick} ${proc.why}`, q)],
    ['dim', fitRight(look, '-', 6) + fitRight(look, String(proc.flags), 6)],
  ],
});
