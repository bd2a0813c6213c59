/** Verbs that start a run, go on with one, or branch off. */
import { type Command, Option } from 'commander';
import { PAUSES_EXAMPLE } from '../../store/order-text/pauses.ts';
import { DEMO_SEED, DEMO_TASK } from '../demo-run.ts';
import { cut, forks, pace, seed, troubles } from './args.ts';
import { type Builder, CONFIG, MOUSE, PLAIN, THEME } from './builder.ts';

export const beginVerbs = ({ verb, onRun, end }: Builder): void => {
  const runOptions = (command: Command, defaultSeed: number): Command =>
    command
      .option('--headless', 'no console: wait for the end; Ctrl-C kills the run')
      .option('--plain', PLAIN)
      .addOption(THEME)
      .addOption(MOUSE)
      .option('--profile <name>', 'the pair of brains; `turingos profiles` lists them', 'demo')
      .option('--config <file>', CONFIG)
      .option('--policy <file>', 'YAML or JSON, merged over the default policy')
      .option('--pause-on <troubles>', `pause by itself at these: ${PAUSES_EXAMPLE}, off`, troubles)
      .option('--chaos <file>', 'a plan of faults (YAML); examples/chaos has some')
      .option('--seed <n>', 'of everything that is drawn', seed, defaultSeed)
      .option('--pace <max|ms>', 'milliseconds between two tokens (default: 30 with a console, else max)', pace)
      .addOption(
        new Option('--fsync <when>', 'how durable the journal is')
          .choices(['always', 'interval', 'never'])
          .default('interval'),
      );

  const sandbox = (): Option =>
    new Option('--sandbox <kind>', 'none: commands run without any fence (default: in one, or not at all)').choices([
      'auto',
      'none',
    ]);

  runOptions(verb('run', 'start a run of a task'), 1)
    .argument('<task>', 'a built-in name (ledger-12) or a task file')
    .option('--repo <PATH@COMMIT>', "a repository for the workspace, in place of the task file's own")
    .addOption(sandbox())
    .action(async (task: string, options) => end(await (await import('../run.ts')).runVerb(task, options)));

  runOptions(verb('demo', `watch the embedded pair work on ${DEMO_TASK}, with mistakes`), DEMO_SEED).action(
    async (options) => end(await (await import('../demo.ts')).demoVerb(options)),
  );

  verb('resume', 'go on with a run whose kernel was lost')
    .argument('[run]', 'any unique prefix of its id, or @last')
    .option('--all', 'every run whose kernel was lost, as after a reboot; with --headless their ends are waited for')
    .option('--headless', 'no console: wait for the end; Ctrl-C kills the run')
    .option('--plain', PLAIN)
    .addOption(THEME)
    .addOption(MOUSE)
    .action(async (run: string | undefined, options) =>
      end(await (await import('../resume.ts')).resumeVerb(run, options)),
    );

  onRun('fork', 'branch off a new run from a record or a tick of another')
    .requiredOption('--at <seq|tick>', 'after this record (18231) or anew from this tick (t84)', cut)
    .option('--profile <name>', "other brains than the origin's")
    .option('--config <file>', CONFIG)
    .option('--policy <file>', "YAML or JSON, laid over the origin's policy")
    .addOption(sandbox())
    .option('--seeds <n>', 'so many forks side by side, each with a seed of its own', forks)
    .option('--headless', 'no console: wait for the end; Ctrl-C kills the run')
    .action(async (run: string, options) => end(await (await import('../fork.ts')).forkVerb(run, options)));
};
