/** `turingos anomalies RUN|FILE`: what went wrong, from the journal alone. */
import { findAnomalies } from '../evidence/anomalies/find.ts';
import { anomalyCount, anomalyLines } from '../evidence/anomalies/sentences.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { sanitise } from '../store/sanitise.ts';
import { journalTarget } from './journal-target.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

/** @returns 0 also where there are anomalies; 3 where the journal is broken, after what lies before the break */
export const anomaliesVerb = async (name: string, options: CommonOptions): Promise<number> => {
  const report = await findAnomalies(await journalTarget(name, options.home));
  if (report.records === 0 && report.broken === null) throw new UserError(`${name} has no record yet`, EXIT.notFound);
  if (options.json === true) await json({ ...report, count: anomalyCount(report.anomalies) });
  else await line(anomalyLines(report).join('\n'));
  if (report.broken === null) return EXIT.ok;
  process.stderr.write(`turingos: ${sanitise(report.broken)}\n`);
  return EXIT.diverged;
};
