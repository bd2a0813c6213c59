/** `turingos journal index RUN`: makes what is missing of a run's index, or deletes it. */
import { buildIndex, dropIndex } from '../replay/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';
import { theRun } from './run-or-file.ts';

export const indexVerb = async (name: string, options: CommonOptions & { drop?: true }): Promise<number> => {
  const { id, dir } = await theRun(name, options.home, 'an index is of a whole run');
  if (options.drop === true) {
    dropIndex(dir);
    if (options.json === true) await json({ id, dropped: true });
    else await line(`${id} index deleted; it is made anew when it is needed`);
    return EXIT.ok;
  }
  const report = await buildIndex(dir);
  if (report.records === 0 && report.broken === undefined) {
    throw new UserError(`run ${id} has no record yet, so there is nothing to index`, EXIT.notFound);
  }
  const { records, anchors, snapshots, bytes, broken } = report;
  if (options.json === true) await json({ id, ...report });
  else await line(`${id} index: ${records} records, ${anchors} anchors, ${snapshots} snapshots, ${bytes} bytes`);
  if (broken === undefined) return EXIT.ok;
  throw new UserError(`only what comes before the break is indexed: ${broken.replace(/\.$/, '')}`, EXIT.diverged);
};
