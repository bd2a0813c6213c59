/** Verbs that make evidence of runs. */
import type { Builder } from './builder.ts';

export const evidenceVerbs = ({ verb, onRun, end }: Builder): void => {
  verb('why', 'why a run stands where it stands: first trouble, panic, last progress, last words, host, next verbs')
    .argument('<run|file>', "a run, its directory, or a journal's file, also of the earlier system")
    .action(async (run: string, options) => end(await (await import('../why.ts')).whyVerb(run, options)));

  onRun('bundle', 'a run as a directory that verifies and replays anywhere')
    .option('-o, --output <dir>', 'where to; it must not be there yet (default: ID.bundle here)')
    .action(async (run: string, options) => end(await (await import('../bundle.ts')).bundleVerb(run, options)));
};
