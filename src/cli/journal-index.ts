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
    await orSay(id, 'deleted', () => dropIndex(dir));
    if (options.json === true) await json({ id, dropped: true });
    else await line(`${id} index deleted; it is made anew when it is needed`);
    return EXIT.ok;
  }
  const report = await orSay(id, 'made', () => buildIndex(dir));
  if (report.records === 0 && report.broken === undefined) {
    throw new UserError(`run ${id} has no record yet, so there is nothing to index`, EXIT.notFound);
  }
  const { records, anchors, snapshots, bytes, broken } = report;
  if (options.json === true) await json({ id, ...report });
  else await line(`${id} index: ${records} records, ${anchors} anchors, ${snapshots} snapshots, ${bytes} bytes`);
  if (broken === undefined) return EXIT.ok;
  throw new UserError(`only what comes before the break is indexed: ${broken.replace(/\.$/, '')}`, EXIT.diverged);
};

/** What the system does not allow, say in a directory that is read-only, in a sentence; nothing depends on an index. */
const orSay = async <T>(id: string, what: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const way = 'mend that, or leave it: the run can be read without an index';
    throw new UserError(`the index of run ${id} cannot be ${what} (${error.message}): ${way}`, EXIT.unavailable);
  }
};
