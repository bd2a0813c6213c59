/** Verbs about journals. */
import { type Command, Option } from 'commander';
import { bound, collect, notedTip } from '../journal-args.ts';
import type { Builder } from './builder.ts';

export const journalVerbs = ({ program, verb, end }: Builder): void => {
  const onJournal = (name: string, description: string, parent?: Command): Command =>
    verb(name, description, parent).argument('<run|file>', "a run, its directory or bundle, or a journal's file");

  onJournal('verify', 'check the journal: its chain, and every decision taken again')
    .addOption(new Option('--level <level>', 'only one of the two').choices(['chain', 'decisions']))
    .action(async (name: string, options) => end(await (await import('../verify.ts')).verifyVerb(name, options)));

  const journal = program.command('journal').description('look into journals');

  verb('tip', 'the head of the chain, to be noted elsewhere', journal)
    .argument('<run>')
    .option('--check <SEQ:HASH>', 'is what was noted still there', notedTip)
    .action(async (run: string, options) => end(await (await import('../journal-tip.ts')).tipVerb(run, options)));

  onJournal('cat', 'records as they are on the disk; on a terminal a line for people', journal)
    .option('--from <SEQ|tN>', 'the first record, or tick', bound)
    .option('--to <SEQ|tN>', 'the last one', bound)
    .option('--kind <kind>', 'only these; may be given more than once', collect)
    .action(async (name: string, options) => end(await (await import('../journal-cat.ts')).catVerb(name, options)));

  onJournal('stat', 'what is in a journal, in numbers', journal).action(async (name: string, options) =>
    end(await (await import('../journal-stat.ts')).statVerb(name, options)),
  );

  verb('index', "make what is missing of a run's index", journal)
    .argument('<run>')
    .option('--drop', 'delete it instead')
    .action(async (run: string, options) => end(await (await import('../journal-index.ts')).indexVerb(run, options)));
};
