import type { Rec } from '../store/record.ts';
import type { Place } from '../store/time-source.ts';

export type { Place };

export const NOWHERE: Place = { seq: 0, tick: 0, ms: 0 };

/** Milliseconds since the epoch; 0 for a time stamp that is none. */
export const timeOf = (rec: Rec): number => Math.max(0, Date.parse(rec.ts) || 0);
