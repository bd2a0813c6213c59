/** Verbs that make evidence of runs. */
import { positive, seed, whole } from './args.ts';
import { type Builder, CONFIG } from './builder.ts';
import { age, outcomes } from './prune-args.ts';

export const evidenceVerbs = ({ program, verb, onRun, end }: Builder): void => {
  verb('why', 'why a run stands where it stands: first trouble, panic, last progress, last words, host, next verbs')
    .argument('<run|file>', "a run, its directory, or a journal's file, also of the earlier system")
    .action(async (run: string, options) => end(await (await import('../why.ts')).whyVerb(run, options)));

  verb('prune', 'delete old runs by a rule, never those that are tagged or at work; only tells which, without --yes')
    .option('--older-than <age>', 'whose last record is older than 30d, 12h, 90m, 2w', age)
    .option('--keep <n>', 'so many of the newest stay', whole)
    .option('--keep-outcome <outcomes>', 'those that ended so stay: dead,failed', outcomes)
    .option('--gone', 'runs whose kernel was lost may go too, though they could be resumed')
    .option('--yes', 'delete them')
    .action(async (options) => end(await (await import('../prune.ts')).pruneVerb(options)));

  onRun('bundle', 'a run as a directory that verifies and replays anywhere')
    .option('-o, --output <dir>', 'where to; it must not be there yet (default: ID.bundle here)')
    .action(async (run: string, options) => end(await (await import('../bundle.ts')).bundleVerb(run, options)));

  const chaos = program.command('chaos').description('faults over many runs, and what is to be learnt from them');

  verb('sweep', 'many seeds of a task under one plan of faults; a table by kind of fault', chaos)
    .requiredOption('--plan <file>', 'a plan of faults (YAML); examples/chaos has some')
    .requiredOption('--runs <n>', 'how many, one seed each', positive)
    .option('--task <task>', 'a built-in name or a task file', 'ledger-6')
    .option('--profile <name>', 'the pair of brains', 'demo')
    .option('--config <file>', CONFIG)
    .option('--policy <file>', 'YAML or JSON, merged over the default policy')
    .option('--seed <n>', 'of the first run', seed, 1)
    .option('--jobs <n>', 'runs side by side', positive, 2)
    .option('--keep <dir>', 'where bundles of the runs that died are kept; without --home no run is kept otherwise')
    .action(async (options) => end(await (await import('../chaos-sweep.ts')).sweepVerb(options)));

  verb('extract', 'the stretches of journals in which processes thrashed, line for line', chaos)
    .argument('<run...>', 'runs, their directories or bundles')
    .option('-o, --output <file>', 'where to; it must not be there yet', 'thrashing.journal')
    .action(async (runs: string[], options) =>
      end(await (await import('../chaos-extract.ts')).extractVerb(runs, options)),
    );
};
