/** Which records are worth jumping to. */
import { isLoopTrap } from './projections/thrash.ts';
import type { Rec } from './record.ts';
import type { MarkKind } from './time-source.ts';

/** A loop trap is both a trap and a thrash episode. */
export const marksOf = (rec: Rec): readonly MarkKind[] => {
  switch (rec.kind) {
    case 'trap.raised':
      return isLoopTrap(rec.code) ? ['trap', 'thrash'] : ['trap'];
    case 'fault.triggered':
    case 'capability.swapped':
      return ['fault'];
    case 'capability.revoked':
      return rec.by === 'fault' ? ['fault'] : [];
    case 'tick.committed':
      return rec.progress === null || rec.progress === 'look' ? [] : ['commit'];
    case 'operator.commanded':
      return ['operator'];
    case 'panic.spent':
      return ['panic'];
    case 'map.joined':
      return ['map'];
    case 'run.ended':
      return ['end'];
    default:
      return [];
  }
};

/** The process that a marked record is about; 0 for none. */
export const markedPid = (rec: Rec): number => ('pid' in rec && typeof rec.pid === 'number' ? rec.pid : 0);
