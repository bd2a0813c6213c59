/** `turingos verify RUN|FILE`: the journal's chain, every record's shape, every decision taken again, and `run.json` beside it. */
import { BUNDLE_FILE, readBundle } from '../evidence/bundle/bundle-file.ts';
import { type BundleReport, checkBundle } from '../evidence/bundle/check.ts';
import { type ChainReport, verifyChain } from '../journal/index.ts';
import { verifyForeign } from '../replay/foreign/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { checkManifest } from '../runtime/manifest-check.ts';
import { UserError } from '../runtime/user-error.ts';
import { type DecisionReport, verifyDecisions } from '../runtime/verify.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';
import { asUserError, type FileTarget, type RunTarget, runOrFile } from './run-or-file.ts';
import { bundleText, chainText, decisionText, foreignText, manifestText, segmentText } from './verify-text.ts';

export interface VerifyOptions extends CommonOptions {
  level?: 'chain' | 'decisions';
}

export const verifyVerb = async (name: string, options: VerifyOptions): Promise<number> => {
  const target = await runOrFile(name, options.home);
  if (target.kind === 'run') return await verifyRun(target, options);
  if (options.level === 'decisions') {
    throw new UserError(
      `${name} is one file, and decisions can be taken again of a whole run only: name the run`,
      EXIT.badInput,
    );
  }
  return target.format === 'turingos' ? await verifySegment(target, options) : await verifyOther(target, options);
};

const verifyRun = async ({ id, dir }: RunTarget, { level, json: asJson }: VerifyOptions): Promise<number> => {
  const chain = level === 'decisions' ? undefined : await verifyChain(dir);
  const decisions = level === 'chain' ? undefined : await verifyDecisions(dir);
  if ((chain?.records ?? decisions?.records) === 0 && decisions?.stopped == null && (chain?.breaks.length ?? 0) === 0) {
    throw new UserError(`run ${id} has no journal to verify`, EXIT.notFound);
  }
  const bundle = bundleReport(dir, chain);
  const manifest = await checkManifest(dir);
  const ok = (chain === undefined || chainOk(chain)) && decisions?.ok !== false && manifest.ok && bundle?.ok !== false;
  if (asJson === true) {
    await json({
      id,
      ok,
      ...shared(chain, decisions),
      chain: chain === undefined ? null : { ...chain, ok: chainOk(chain) },
      decisions: decisions ?? null,
      manifest,
      ...(bundle === undefined ? {} : { bundle }),
    });
  } else {
    if (chain !== undefined) await line(chainText(id, chain));
    if (decisions !== undefined) await line(decisionText(id, decisions));
    await line(manifestText(id, manifest));
    if (bundle !== undefined) await line(bundleText(id, bundle));
  }
  return ok ? EXIT.ok : EXIT.diverged;
};

/** @returns undefined where the directory is no bundle */
const bundleReport = (dir: string, chain: ChainReport | undefined): BundleReport | undefined => {
  const bundle = readBundle(dir);
  if (bundle === undefined) return undefined;
  if (bundle === null)
    throw new UserError(`${dir}/${BUNDLE_FILE} is not readable as one: take the bundle anew`, EXIT.badInput);
  return checkBundle(dir, bundle, chain?.head);
};

const verifySegment = async ({ path, format }: FileTarget, { json: asJson }: VerifyOptions): Promise<number> => {
  const chain = await verifyChain(path);
  const ok = chainOk(chain);
  if (asJson === true) await json({ ok, ...shared(chain, undefined), format, chain: { ...chain, ok } });
  else await line(segmentText(path, chain));
  return ok ? EXIT.ok : EXIT.diverged;
};

const verifyOther = async ({ path }: FileTarget, { json: asJson }: VerifyOptions): Promise<number> => {
  const report = await verifyForeign(path).catch((error: unknown) => {
    throw asUserError(error);
  });
  if (asJson === true) await json(report);
  else await line(foreignText(path, report));
  // A forgery that was chained anew verifies, and only the log beside it tells.
  return report.ok && report.matchesLog !== false ? EXIT.ok : EXIT.diverged;
};

/** An incomplete last line is what a crash, or a writer at work, leaves. */
const chainOk = ({ breaks, missing }: ChainReport): boolean =>
  missing.length === 0 && breaks.every(({ reason }) => reason === 'torn_tail');

/** What is said of journals of any format. */
const shared = (chain: ChainReport | undefined, decisions: DecisionReport | undefined) => {
  const { divergence } = decisions ?? { divergence: null };
  return {
    format: 'turingos',
    records: chain?.records ?? decisions?.records,
    breaks: [
      ...(chain?.breaks.filter(({ reason }) => reason !== 'torn_tail') ?? []),
      ...(decisions?.breaks ?? []),
      ...(divergence === null ? [] : [{ record: divergence.seq, reason: 'divergence' }]),
    ].sort((a, b) => a.record - b.record),
    head: chain?.head.hash ?? null,
  };
};
