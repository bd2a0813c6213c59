/** Verbs that give a live run an order. */
import type { Command } from 'commander';
import { EXIT } from '../../runtime/exit-codes.ts';
import { UserError } from '../../runtime/user-error.ts';
import { FORMS } from '../../store/order-text/forms.ts';
import { leftOver } from '../../store/order-text/parse.ts';
import type { OrderOptions } from '../order.ts';
import { orderId } from './args.ts';
import type { Builder } from './builder.ts';
import { CONFIG } from './builder.ts';

export const orderVerbs = ({ onRun, end }: Builder): void => {
  const order = (name: string, description: string): Command =>
    onRun(name, description)
      .option('--reason <text>', 'why, for the journal')
      .option('--dry-run', 'only tell what would happen; nothing is journalled')
      .option('--id <id>', 'of the order: the same id again does nothing twice', orderId);

  const give = async (run: string, words: readonly string[], options: OrderOptions): Promise<void> =>
    end(await (await import('../order.ts')).orderVerb(run, words, options));

  order('kill', 'end a run at once, keep its partial streams; or one of its processes')
    .argument('[pid]', 'P1, w4 or 4; without it the run')
    .action(async (run: string, pid: string | undefined, options: OrderOptions) => {
      if (pid !== undefined || options.dryRun === true) {
        await give(run, pid === undefined ? ['kill'] : ['kill', pid], options);
      } else end(await (await import('../kill.ts')).killVerb(run, options));
    });

  for (const { verb, help, form, example } of FORMS) {
    if (verb === 'kill' || verb === 'inject') continue;
    const command = order(verb, help);
    if (form !== '') command.argument('[words...]', form);
    if (verb === 'swap') command.option('--config <file>', CONFIG);
    if (form !== '') command.addHelpText('after', `\nFor example: turingos ${example.replace(verb, `${verb} @last`)}`);
    command.action(async (run: string, ...rest: unknown[]) => {
      const words = form === '' ? [] : (rest[0] as string[]);
      refuseParted(verb, words);
      await give(run, [verb, ...words], rest[form === '' ? 0 : 1] as OrderOptions);
    });
  }

  order('inject', 'a fault, at once or at the next occasion')
    .argument('[fault]')
    .option('--list', 'only tell what is armed, by the numbers that disarm takes')
    .option('--target <who>', 'planner, worker, any, P1, w4 or 4', 'any')
    .option('--times <n>', 'how often it strikes (default 1; with a rate as long as the run lasts)')
    .option('--rate <r>', 'of its occasions, 0.001 to 1, drawn from the seed')
    .option('--handle <handle>', 'cap.revoked and cap.swapped: which; default the one used last')
    .action(async (run: string, fault: string | undefined, options: OrderOptions & InjectOptions) => {
      if (options.list === true) {
        if (fault !== undefined) throw new UserError(`--list tells what is armed: leave ${fault} out`, EXIT.usage);
        return end(await (await import('../armed.ts')).armedVerb(run, options));
      }
      const { target, times, rate, handle } = options;
      const own = Object.entries({ times, rate, handle }).flatMap(([name, value]) =>
        value === undefined ? [] : [`--${name}`, value],
      );
      await give(run, ['inject', ...(fault === undefined ? [] : [fault]), '--target', target, ...own], options);
    });
};

/**
 * Words on both sides of an option, as unquoted ones behind `--reason` become, are not what was meant.
 * @throws UserError
 */
const refuseParted = (verb: string, words: readonly string[]): void => {
  const given = process.argv.filter((word) => word !== '--');
  const last = words.at(-1) ?? '';
  const fits = (at: number): boolean => words.every((word, i) => given[at + i] === word);
  if (verb !== 'tell' || given.some((_, at) => fits(at))) return;
  const option = given.slice(0, given.lastIndexOf(last)).findLast((word) => word.startsWith('--'));
  throw new UserError(leftOver(last, option ?? 'an option').message, EXIT.usage);
};

interface InjectOptions {
  list?: true;
  target: string;
  times?: string;
  rate?: string;
  handle?: string;
}
