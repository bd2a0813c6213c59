/** All verbs and their arguments. What a verb does is loaded when it is called, so that headless ones never load React. */
import { Command } from 'commander';
import { packageVersion } from '../runtime/code-version.ts';
import { beginVerbs } from './program/begin.ts';
import { builder } from './program/builder.ts';
import { cassetteVerbs } from './program/cassettes.ts';
import { evidenceVerbs } from './program/evidence.ts';
import { journalVerbs } from './program/journals.ts';
import { lookVerbs } from './program/look.ts';
import { orderVerbs } from './program/orders.ts';
import { setupVerbs } from './program/setup.ts';

const EXIT_CODES = `
Exit codes:
   0  done; the run passed             66  no such run, task or file
   1  it ended otherwise; runs differ  69  something needed is missing
   2  bad usage                        70  internal error
   3  a journal does not verify        75  the run takes no orders
  65  bad input file                  130  the run was killed`;

/** In the order of the help text. */
const GROUPS = [beginVerbs, setupVerbs, lookVerbs, orderVerbs, journalVerbs, evidenceVerbs, cassetteVerbs];

/** @param end called with the verb's exit code */
export const createProgram = (end: (code: number) => void): Command => {
  const program = new Command('turingos')
    .description('Supervises dual-brain runs: a planner and its workers under a small deterministic kernel.')
    .version(packageVersion())
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  const parts = builder(program, end);
  for (const group of GROUPS) group(parts);
  program
    .command('kernel', { hidden: true })
    .requiredOption('--dir <dir>')
    .action(async ({ dir }: { dir: string }) => end(await (await import('./kernel.ts')).kernelVerb(dir)));
  return program;
};
