/** How a run's end is told, and which exit code it is. */
import type { JournalRecord } from '../journal/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { killedMark, killedText } from '../runtime/killed-mark.ts';
import { killText } from '../runtime/run-summary.ts';
import { countText } from '../store/size-text.ts';

export const endCode = ({ outcome }: Readonly<Record<string, unknown>>): number =>
  outcome === 'passed' ? EXIT.ok : outcome === 'killed' ? EXIT.killed : EXIT.notPassed;

const HOW: Readonly<Record<string, string>> = {
  passed: 'passed',
  failed: 'failed',
  dead: 'died',
  limit: 'reached a limit',
  interrupted: 'was interrupted',
  killed: 'was killed',
};

export const endSentence = (id: string, { outcome, reason, ticks }: JournalRecord): string =>
  `${id} ${HOW[String(outcome)] ?? outcome} after ${countText(Number(ticks), 'tick')}: ${reason}`;

export const endObject = (id: string, dir: string, ended: JournalRecord, records: number) => {
  const { outcome, reason, ticks, worldHash, stateHash } = ended;
  return { id, outcome, reason, ticks, records, worldHash, stateHash, dir };
};

/** @param records the journal's last ones */
export const goneSentence = (id: string, dir: string, records: readonly JournalRecord[]): string => {
  // Of no record nobody can go on.
  const mark = records.length === 0 ? undefined : killedMark(dir);
  if (mark !== undefined) return `run ${id} was killed ${killedText(mark)}; \`turingos resume ${id}\` goes on with it`;
  return killText(records) !== ''
    ? `run ${id} is gone: its kernel was killed by a fault that is in its journal, kernel.killed; \`turingos resume ${id}\` goes on with it`
    : records.length === 0
      ? `run ${id} is gone: its journal holds no record, so there is nothing to resume (${dir}/kernel.log may say why)`
      : `run ${id} is gone: its kernel ended without a word (${dir}/kernel.log may say why); \`turingos resume ${id}\` goes on with it`;
};

/** @param otherwise where nobody has ended its kernel by force */
export const goneCode = (dir: string, otherwise: number): number =>
  killedMark(dir) === undefined ? otherwise : EXIT.killed;
