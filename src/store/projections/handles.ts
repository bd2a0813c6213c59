/** How often each capability was used, and when last. Rows are named alike in parent and child, so uses add up. */
import type { Cap } from '../../kernel/records/common.ts';
import type { State } from '../../kernel/state.ts';
import { roleLetter } from '../op-text.ts';
import type { Rec } from '../record.ts';
import { pushRing, putBounded } from '../ring.ts';

/** A process got the handle: from the task, from its parent, or from the operator. */
export interface Grant {
  tick: number;
  who: string;
  /** `P1 h1`; '' where it was derived from none. */
  from: string;
}

export interface HandleUse {
  uses: number;
  /** Tick; 0 for never. */
  last: number;
  /** Tick; 0 while it is held. */
  revoked: number;
  /** The first and the last of them, oldest first. */
  grants: readonly Grant[];
}

export const unused: HandleUse = { uses: 0, last: 0, revoked: 0, grants: [] };

export type HandleUses = Readonly<Record<string, HandleUse>>;

export const noHandleUses: HandleUses = {};
const HANDLES_KEPT = 256;
const GRANTS_KEPT = 8;

/** What a row of the capability table is about: one handle, rights and target, whoever holds it. */
export const handleKey = (cap: Pick<Cap, 'handle' | 'rights' | 'target'>): string =>
  `${cap.handle} ${cap.rights} ${cap.target}`;

export const foldHandles = (handles: HandleUses, rec: Rec, before: State, after: State): HandleUses => {
  switch (rec.kind) {
    case 'reply.accepted': {
      if (rec.world === null || !('cap' in rec.world)) return handles;
      const cap = before.procs[rec.pid]?.caps[rec.world.cap];
      return cap === undefined
        ? handles
        : touch(handles, cap, (use) => ({ ...use, uses: use.uses + 1, last: rec.tick }));
    }
    case 'process.spawned':
      return rec.caps.reduce((next, cap) => grant(next, cap, rec.pid, roleLetter(rec.role), after), handles);
    case 'capability.issued':
      return grant(handles, rec.cap, rec.pid, roleLetter(after.procs[rec.pid]?.role ?? 'worker'), after);
    case 'capability.revoked':
      return rec.handles.reduce((next, { pid, handle }) => {
        const cap = after.procs[pid]?.caps[handle];
        return cap === undefined ? next : touch(next, cap, (use) => ({ ...use, revoked: after.tick }));
      }, handles);
    default:
      return handles;
  }
};

const grant = (handles: HandleUses, cap: Cap, pid: number, letter: string, { tick, procs }: State): HandleUses => {
  const giver = cap.from === null ? undefined : (procs[cap.from.pid]?.role ?? 'planner');
  const from = giver === undefined ? '' : `${roleLetter(giver)}${cap.from?.pid} ${cap.from?.handle}`;
  const row: Grant = { tick, who: `${letter}${pid}`, from };
  return touch(handles, cap, (use) => {
    const [first, ...others] = use.grants;
    return { ...use, grants: first === undefined ? [row] : [first, ...pushRing(others, row, GRANTS_KEPT - 1)] };
  });
};

const touch = (handles: HandleUses, cap: Cap, change: (use: HandleUse) => HandleUse): HandleUses => {
  const key = handleKey(cap);
  return putBounded(handles, key, change(handles[key] ?? unused), HANDLES_KEPT);
};
