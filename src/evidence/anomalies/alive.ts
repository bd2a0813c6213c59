/** Which records only a kernel at work writes: a resume begins with the rest of a torn batch, and with notes. */
import type { Rec } from '../../store/record.ts';

export const isAlive = (rec: Rec): boolean => rec.class === 'input' || rec.kind === 'stream.delta';
