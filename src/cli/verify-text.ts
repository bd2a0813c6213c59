/** What `turingos verify` says to people. */
import type { BundleReport } from '../evidence/bundle/check.ts';
import type { Break, ChainReport } from '../journal/index.ts';
import type { ForeignReport } from '../replay/foreign/index.ts';
import type { ManifestReport } from '../runtime/manifest-check.ts';
import type { DecisionReport, Divergence } from '../runtime/verify.ts';

/** Breaks that are told one by one; a file that is wrong throughout has one a line. */
const SHOWN = 20;

export const chainText = (id: string, chain: ChainReport): string => {
  const { records, head, breaks, missing } = chain;
  const lines = [`${id} chain: ${records} records, head ${head.seq} ${head.hash.slice(0, 16)}`];
  if (breaks.length === 0 && missing.length === 0) lines[0] += ', unbroken';
  return [...lines, ...faults(chain)].join('\n');
};

/** What one segment can show, and what it cannot. */
export const segmentText = (path: string, chain: ChainReport): string => {
  const { records, head, breaks } = chain;
  const first = head.seq - records + 1;
  const lines = [`${path} chain: ${records} records`];
  if (breaks.length === 0) lines[0] += ` (${first} to ${head.seq}), unbroken, head ${head.hash.slice(0, 16)}`;
  lines.push(...faults(chain));
  lines.push('  one file alone: its first record was taken at its word, and blobs and decisions were not looked at');
  return lines.join('\n');
};

export const decisionText = (id: string, report: DecisionReport): string => {
  const { inputs, events, divergence, stopped, incomplete, missing, ended, breaks } = report;
  const head = `${id} decisions: ${inputs} inputs, ${events} events`;
  const shapes = shown(breaks, (fault) => `  ${at(fault)}`);
  if (divergence !== null) return [head, ...sides(divergence), ...shapes].join('\n');
  if (stopped !== null) {
    const why = 'sha256' in stopped ? `blob_missing ${stopped.sha256} (${stopped.why})` : at(stopped);
    return [`${head}, then not to be followed: ${why}`, ...shapes].join('\n');
  }
  const lines = [`${head}, no divergence${breaks.length === 0 ? ', every record has the shape of its kind' : ''}`];
  lines.push(...shapes);
  if (incomplete) lines.push('  the last batch is incomplete: the kernel was lost while it wrote');
  if (!ended) lines.push('  there is no run.ended: the run goes on, its kernel was lost, or the end was cut off');
  for (const { sha256, why } of missing) lines.push(`  blob_missing ${sha256} (${why}): what was looked at or printed`);
  return lines.join('\n');
};

export const manifestText = (id: string, { faults: wrong }: ManifestReport): string =>
  wrong.length === 0
    ? `${id} run.json: says what the journal says`
    : [`${id} run.json: not to be believed`, ...shown(wrong, ({ field, why }) => `  ${field || 'it'} ${why}`)].join(
        '\n',
      );

export const foreignText = (path: string, report: ForeignReport): string => {
  const { format, records, ok, breaks, head, matchesLog, differsAt, remarks } = report;
  const lines = [`${path} ${format}: ${records} records${head === null ? '' : `, head ${head.slice(0, 16)}`}`];
  if (ok) lines[0] += records === 0 ? ': nothing in it is chained' : ', unbroken';
  lines.push(...shown(breaks, ({ record, reason }) => `  ${reason} at line ${record}`));
  if (matchesLog === true) lines.push('  its entries are those of the log beside it');
  if (matchesLog === false) lines.push(`  it is not what the log beside it says, from line ${differsAt} of that on`);
  if (remarks.length > 0) lines.push(`  not covered by the chain: ${remarks.join(', ')}`);
  return lines.join('\n');
};

export const bundleText = (id: string, { files, tip, faults: wrong }: BundleReport): string => {
  const head = `${id} bundle: ${files} files, tip ${tip.seq} ${tip.hash.slice(0, 16)}`;
  if (wrong.length === 0) return `${head}, as it was made`;
  return [
    head,
    ...shown(wrong, ({ what, fault }) => `  ${what === 'tip' ? "the journal's last record" : what}: ${fault}`),
  ].join('\n');
};

const faults = ({ breaks, missing }: ChainReport): string[] => [
  ...shown(breaks, (fault) => `  ${at(fault)}`),
  ...shown(missing, ({ sha256, why }) => `  blob_missing ${sha256} (${why})`),
];

const shown = <T>(all: readonly T[], text: (one: T) => string): string[] => {
  const lines = all.slice(0, SHOWN).map(text);
  if (all.length > SHOWN) lines.push(`  … and ${all.length - SHOWN} more (--json has them all)`);
  return lines;
};

const at = ({ segment, seq, byte, reason, detail }: Break): string =>
  `${reason} at record ${seq} (${segment}, byte ${byte})${detail === undefined ? '' : `: ${detail}`}`;

const sides = ({ seq, cause, recorded, decided }: Divergence): string[] => [
  `  first divergence at record ${seq}, from input ${cause}`,
  `  recorded ${recorded ?? 'nothing'}`,
  `  decided  ${decided ?? 'nothing'}`,
];
