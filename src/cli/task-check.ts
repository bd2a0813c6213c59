/** `turingos task check FILE`: says what a task file asks for, or the one thing that is wrong with it. */
import { checkTask } from '../adapters/tasks/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { orUserError } from './load-task.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

export const taskCheckVerb = async (file: string, options: CommonOptions): Promise<number> => {
  const { spec, files, limits } = orUserError(() => checkTask(file));
  const count = Object.keys(files).length;
  if (options.json === true) await json({ ok: true, spec, files: count, limits });
  else await line(`${file}: ${spec.name}, ${spec.caps.length} capabilities, ${count} files`);
  return EXIT.ok;
};
