/** Ops and handles in the operator's words: targets where they are known, not only handles. */
import type { Cap } from '../kernel/records/common.ts';
import type { State } from '../kernel/state.ts';
import type { WorldOp } from '../kernel/syscalls.ts';

type Caps = Readonly<Record<string, Cap>>;

/** `ANSWER.txt` for `h3`, where the process holds it; else the handle as it was written. */
export const targetText = (caps: Caps | undefined, handle: string, path?: string): string => {
  const target = caps?.[handle]?.target;
  if (target === undefined) return path === undefined ? handle : `${handle} ${path}`;
  return path === undefined ? target : `${target}${path}`;
};

/** One op in a few words: `GOTO rows/r05`, `MAP 3 steps`, `HALT 9310`. */
export const opText = (world: WorldOp | null, caps?: Caps): string => {
  if (world === null) return 'no world op';
  switch (world.op) {
    case 'SYS_GOTO':
      return `GOTO ${'view' in world ? world.view : targetText(caps, world.cap, world.path)}`;
    case 'SYS_WRITE':
      return `WRITE ${targetText(caps, world.cap, world.path)} ${world.mode}`;
    case 'SYS_EXEC':
      return `EXEC ${[targetText(caps, world.cap), ...world.args].join(' ')}`;
    case 'SYS_GIT_LOG':
      return `GIT_LOG ${targetText(caps, world.cap, world.path)}`;
    case 'SYS_MAP_REDUCE':
      return `MAP ${world.tasks.length} ${world.tasks.length === 1 ? 'step' : 'steps'}`;
    case 'SYS_HALT':
      return world.result === undefined ? 'HALT' : `HALT ${world.result}`;
  }
};

/** How people name a process: `P1`, `w4`; `#9` when it is not known. */
export const pidText = (state: State, pid: number): string => {
  const role = state.procs[pid]?.role;
  return role === undefined ? `#${pid}` : roleLetter(role) + pid;
};

export const roleLetter = (role: 'planner' | 'worker'): string => (role === 'planner' ? 'P' : 'w');

/** Some pids of one role, shortened: `w4-7 w9`. */
export const pidRanges = (pids: readonly number[], letter: string): string => {
  const sorted = [...new Set(pids)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] as number) + 1) end += 1;
    parts.push(end === i ? `${letter}${sorted[i]}` : `${letter}${sorted[i]}-${sorted[end]}`);
    i = end + 1;
  }
  return parts.join(' ');
};
