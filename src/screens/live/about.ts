/** What is told of one capability or process in a box of its own; rows with a tick lead there. */
import type { CapRow } from '../../components/caps-pane.ts';
import type { Proc } from '../../store/kernel-view.ts';
import { type LiveState, shownProcs } from '../../store/live-state.ts';
import { roleLetter } from '../../store/op-text.ts';
import { handleKey, unused } from '../../store/projections/handles.ts';
import type { AboutRow, Overlay } from '../../store/ui-store.ts';

type About = Extract<Overlay, { kind: 'about' }>;

const row = (text: string, tick = 0): AboutRow => ({ text, tick });

/** Its grants, what was derived from it, its use, and what was asked for in vain while it was the nearest. */
export const aboutCap = (live: LiveState, cap: CapRow): About => {
  const key = handleKey(cap);
  const { grants, uses, last, revoked } = live.handles[key] ?? unused;
  const derived = new Set(
    shownProcs(live).flatMap((proc) =>
      Object.values(proc.caps).flatMap((other) =>
        other.from?.handle === cap.handle && handleKey(other) !== key
          ? [`${other.handle} ${other.rights} ${other.target}`]
          : [],
      ),
    ),
  );
  const denied = Object.values(live.denied.shapes).filter(({ nearest }) => nearest.startsWith(`${cap.handle} `));
  const rows: AboutRow[] = [
    row(`used ${uses} ${uses === 1 ? 'time' : 'times'}${last === 0 ? '' : `, last at t${last}`}`, last),
    ...(revoked === 0 ? [] : [row(`revoked at t${revoked}`, revoked)]),
    row('GRANTED'),
    ...grants.map(({ tick, who, from }) =>
      row(`  t${tick}  ${who} ${from === '' ? 'from the task' : `from ${from}`}`, tick),
    ),
    ...(grants.length === 0 ? [row('  before what is known here')] : []),
    ...(derived.size === 0 ? [] : [row('DERIVED FROM IT'), ...[...derived].map((text) => row(`  ${text}`))]),
    row('DENIED, WHERE IT WAS THE NEAREST'),
    ...denied.map(({ shape, need, times, lastTick, shown, reason }) =>
      row(`  t${lastTick}  ${need} ${shape} x${times}, ${reason}${shown ? '' : '; not in the frame'}`, lastTick),
    ),
    ...(denied.length === 0 ? [row('  nothing')] : []),
  ];
  return { kind: 'about', title: `${cap.handle} ${cap.rights} ${cap.target}`, rows, at: 0 };
};

/** A process that waits for its endpoint. */
export const aboutWait = (live: LiveState, proc: Proc): About => {
  const name = `${roleLetter(proc.role)}${proc.pid}`;
  const { wait } = proc;
  const error = wait !== null && 'error' in wait ? wait : null;
  const brain = proc.role === 'planner' ? live.info.planner : live.info.worker;
  return {
    ...{ kind: 'about', title: `${name} WAITS`, at: 0 },
    rows: [
      row(error === null ? 'for nothing' : `${error.error}, try ${error.attempt}`),
      row(`its brain: ${brain?.name ?? '?'}`),
      row(`at: ${proc.q || proc.task}`),
      row('It goes on by itself when its endpoint answers; :doctor tells whether it does.'),
    ],
  };
};
