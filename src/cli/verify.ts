/** `turingos verify RUN`: the journal's chain and shapes, and every decision taken again. */
import type { Break, ChainReport } from '../journal/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import { type DecisionReport, type Divergence, verifyDecisions, verifyRecords } from '../runtime/verify.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

export const verifyVerb = async (
  name: string,
  options: CommonOptions & { level?: 'chain' | 'decisions' },
): Promise<number> => {
  const { id, dir } = findRun(homeDir(options.home), name);
  const chain = options.level === 'decisions' ? undefined : await verifyRecords(dir);
  const decisions = options.level === 'chain' ? undefined : await verifyDecisions(dir);
  if (chain?.records === 0 || (decisions?.inputs === 0 && decisions.stopped === null)) {
    throw new UserError(`run ${id} has no journal to verify`, EXIT.notFound);
  }
  const ok = (chain === undefined || chainOk(chain)) && decisions?.ok !== false;
  if (options.json === true) {
    await json({
      id,
      ok,
      chain: chain === undefined ? null : { ...chain, ok: chainOk(chain) },
      decisions: decisions ?? null,
    });
  } else {
    if (chain !== undefined) await line(chainText(id, chain));
    if (decisions !== undefined) await line(decisionText(id, decisions));
  }
  return ok ? EXIT.ok : EXIT.diverged;
};

/** An incomplete last line is what a crash, or a writer at work, leaves. */
const chainOk = ({ breaks, missing }: ChainReport): boolean =>
  missing.length === 0 && breaks.every(({ reason }) => reason === 'torn_tail');

const at = ({ segment, seq, byte, reason, detail }: Break): string =>
  `${reason} at record ${seq} (${segment}, byte ${byte})${detail === undefined ? '' : `: ${detail}`}`;

const chainText = (id: string, { records, head, breaks, missing }: ChainReport): string => {
  const lines = [`${id} chain: ${records} records, head ${head.seq} ${head.hash.slice(0, 16)}`];
  for (const fault of breaks) lines.push(`  ${at(fault)}`);
  for (const { sha256, why } of missing) lines.push(`  blob_missing ${sha256} (${why})`);
  if (breaks.length === 0 && missing.length === 0) lines[0] += ', unbroken, every record validates';
  return lines.join('\n');
};

const decisionText = (id: string, report: DecisionReport): string => {
  const { inputs, events, divergence, stopped, incomplete, missing, ended } = report;
  const head = `${id} decisions: ${inputs} inputs, ${events} events`;
  if (divergence !== null) return `${head}\n${sides(divergence)}`;
  if (stopped !== null) {
    const why = 'sha256' in stopped ? `blob_missing ${stopped.sha256} (${stopped.why})` : at(stopped);
    return `${head}, then not to be followed: ${why}`;
  }
  const lines = [`${head}, no divergence`];
  if (incomplete) lines.push('  the last batch is incomplete: the kernel was lost while it wrote');
  if (!ended) lines.push('  there is no run.ended: the run goes on, its kernel was lost, or the end was cut off');
  for (const { sha256, why } of missing) lines.push(`  blob_missing ${sha256} (${why}): what was looked at or printed`);
  return lines.join('\n');
};

const sides = ({ seq, cause, recorded, decided }: Divergence): string =>
  [
    `  first divergence at record ${seq}, from input ${cause}`,
    `  recorded ${recorded ?? 'nothing'}`,
    `  decided  ${decided ?? 'nothing'}`,
  ].join('\n');
