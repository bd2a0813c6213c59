/** How often each capability was used, and when last. Rows are named alike in parent and child, so uses add up. */
import type { Cap } from '../../kernel/records/common.ts';
import type { State } from '../../kernel/state.ts';
import type { Rec } from '../record.ts';
import { putBounded } from '../ring.ts';

export interface HandleUse {
  uses: number;
  /** Tick; 0 for never. */
  last: number;
  /** Tick; 0 while it is held. */
  revoked: number;
}

export type HandleUses = Readonly<Record<string, HandleUse>>;

export const noHandleUses: HandleUses = {};
const HANDLES_KEPT = 256;

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
    case 'capability.revoked':
      return rec.handles.reduce((next, { pid, handle }) => {
        const cap = after.procs[pid]?.caps[handle];
        return cap === undefined ? next : touch(next, cap, (use) => ({ ...use, revoked: after.tick }));
      }, handles);
    default:
      return handles;
  }
};

const touch = (handles: HandleUses, cap: Cap, change: (use: HandleUse) => HandleUse): HandleUses => {
  const key = handleKey(cap);
  return putBounded(handles, key, change(handles[key] ?? { uses: 0, last: 0, revoked: 0 }), HANDLES_KEPT);
};
