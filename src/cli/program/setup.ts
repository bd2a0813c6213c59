/** Verbs about what a run needs: task files, profiles, the machine. */
import { type Builder, CONFIG } from './builder.ts';

export const setupVerbs = ({ program, verb, end }: Builder): void => {
  verb('check', 'say whether a task file is good', program.command('task').description('task files'))
    .argument('<file>')
    .action(async (file: string, options) =>
      end(await (await import('../task-check.ts')).taskCheckVerb(file, options)),
    );

  program
    .command('profiles')
    .description('the pairs of brains that runs can have, and where each is written')
    .option('--json', 'one JSON object')
    .option('--config <file>', CONFIG)
    .action(async (options) => end(await (await import('../profiles.ts')).profilesVerb(options)));

  verb('doctor', 'what is there of all that a run needs, and what to do about the rest')
    .option('--profile <name>', 'the pair of brains that is to work', 'demo')
    .option('--config <file>', CONFIG)
    .action(async (options) => end(await (await import('../doctor.ts')).doctorVerb(options)));
};
