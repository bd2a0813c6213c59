/** `turingos diff A B`: the first place where two runs part, and what came of each. */
import { diffRuns, type RunDiff, type Side } from '../runtime/diff.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import type { FieldDiff } from '../runtime/field-diff.ts';
import { findRun } from '../runtime/find-run.ts';
import { homeDir } from '../runtime/run-dir.ts';
import type { TallyReport } from '../runtime/tally.ts';
import type { CommonOptions } from './options.ts';
import { json, line, table } from './print.ts';

/** @returns 0 for runs that decide alike, else 1 */
export const diffVerb = async (a: string, b: string, options: CommonOptions): Promise<number> => {
  const home = homeDir(options.home);
  const [left, right] = [findRun(home, a), findRun(home, b)];
  const diff = await diffRuns(left, right);
  if (options.json === true) await json({ runs: [left.id, right.id], ...diff });
  else await line(diffText(left.id, right.id, diff));
  return diff.same ? EXIT.ok : EXIT.differ;
};

const diffText = (a: string, b: string, { since, begun, parted, a: left, b: right }: RunDiff): string => {
  const lines: string[] = [];
  if (since !== null) lines.push(`in common: run ${since.run} up to record ${since.seq}`);
  if (begun.length > 0) lines.push('begun with', ...begun.map(fieldText));
  if (parted === null) lines.push(`${a} and ${b} decide alike to the last record`);
  else {
    lines.push('they part at', `  ${sideText(a, parted.a)}`, `  ${sideText(b, parted.b)}`);
    lines.push(...parted.fields.map(fieldText));
  }
  return [...lines, outcomes(a, left, b, right)].join('\n');
};

const sideText = (id: string, side: Side | null): string => {
  if (side === null) return `${id}: no more records`;
  const who = side.pid === null ? '' : `, pid ${side.pid}`;
  return `${id}: ${side.kind} at ${side.tick === null ? '' : `t${side.tick}, `}#${side.seq}${who}`;
};

/** Characters of a value, and of what two texts have in common before they differ. */
const VALUE_MAX = 120;
const LEAD = 24;

const fieldText = ({ field, a, b }: FieldDiff): string => {
  const from = typeof a === 'string' && typeof b === 'string' ? Math.max(0, commonLength(a, b) - LEAD) : 0;
  return `    ${field}: ${valueText(a, from)} | ${valueText(b, from)}`;
};

const commonLength = (a: string, b: string): number => {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n += 1;
  return n;
};

/** @param from where a text is begun to be shown */
const valueText = (value: unknown, from: number): string => {
  const text = value === null ? 'nothing' : JSON.stringify(typeof value === 'string' ? value.slice(from) : value);
  return `${from > 0 ? '…' : ''}${text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX)}…`}`;
};

const outcomes = (a: string, left: TallyReport, b: string, right: TallyReport): string => {
  const rows = (['outcome', 'ticks', 'traps', 'panicSpent', 'tokens', 'worldHash', 'stateHash'] as const).map(
    (name) => [NAMES[name], cell(left, name), cell(right, name)],
  );
  return table([['', a, b], ...rows]);
};

const NAMES = {
  outcome: 'outcome',
  ticks: 'ticks',
  traps: 'traps',
  panicSpent: 'panic units spent',
  tokens: 'tokens',
  worldHash: 'world hash',
  stateHash: 'state hash',
} as const;

const cell = (report: TallyReport, name: keyof typeof NAMES): string => {
  if (name === 'outcome') return report.outcome ?? 'under way, or lost';
  if (name === 'traps') {
    const codes = Object.entries(report.traps).map(([code, count]) => `${count} ${code}`);
    return codes.length === 0 ? 'none' : codes.sort().join(', ');
  }
  const value = report[name];
  return typeof value === 'string' ? value.slice(0, 16) : String(value ?? '-');
};
