/** `turingos task check FILE`: says what a task file asks for, or the one thing that is wrong with it. */
import { checkTask } from '../adapters/tasks/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { orUserError } from './load-task.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

export const taskCheckVerb = async (file: string, options: CommonOptions): Promise<number> => {
  const { spec, files, limits, world, repo, judge } = orUserError(() => checkTask(file));
  const count = Object.keys(files).length;
  const from = repo && { path: repo.path, commit: repo.commit, files: repo.entries.length };
  const grader = 'command' in judge ? 'command' : 'checks';
  if (options.json === true) await json({ ok: true, spec, world, repo: from, files: count, grader, limits });
  else {
    const brought = from === null ? '' : `, ${from.files} more of ${from.path} at ${from.commit.slice(0, 12)}`;
    await line(`${file}: ${spec.name}, in ${world}, ${spec.caps.length} capabilities, ${count} files${brought}`);
  }
  return EXIT.ok;
};
