/** Verbs that make evidence of runs. */
import type { Builder } from './builder.ts';

export const evidenceVerbs = ({ onRun, end }: Builder): void => {
  onRun('bundle', 'a run as a directory that verifies and replays anywhere')
    .option('-o, --output <dir>', 'where to; it must not be there yet (default: ID.bundle here)')
    .action(async (run: string, options) => end(await (await import('../bundle.ts')).bundleVerb(run, options)));
};
