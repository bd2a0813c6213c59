/** Journals of the earlier system: told apart, verified, counted, and opened as something to travel in. Read-only. */
export { detectFormat, type ForeignFormat, type JournalFormat } from './detect.ts';
export { openForeign } from './open.ts';
export { ForeignError, type ForeignErrorCode, foreignProblem } from './problem.ts';
export { type ForeignStat, statForeign } from './stat.ts';
export { type ForeignBreak, type ForeignReason, type ForeignReport, verifyForeign } from './verify.ts';
