/** Verbs that make evidence of runs. */
import { whole } from './args.ts';
import type { Builder } from './builder.ts';
import { age, outcomes } from './prune-args.ts';

export const evidenceVerbs = ({ verb, onRun, end }: Builder): void => {
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
};
