/** Verbs that give a live run an order. */
import { Argument } from 'commander';
import { FaultKind } from '../../kernel/chaos.ts';
import { positive, target } from './args.ts';
import type { Builder } from './builder.ts';

export const orderVerbs = ({ onRun, end }: Builder): void => {
  onRun('kill', 'end a run at once, keep its partial streams').action(async (run: string, options) =>
    end(await (await import('../kill.ts')).killVerb(run, options)),
  );

  for (const [name, description] of [
    ['pause', 'dispatch no more; what is in flight comes to its end'],
    ['unpause', 'go on'],
    ['step', 'one dispatch of a paused run'],
  ] as const) {
    onRun(name, description).action(async (run: string, options) =>
      end(await (await import('../order.ts')).orderVerb(run, { command: name }, options)),
    );
  }

  onRun('inject', 'a fault, at once or at the next occasion')
    .addArgument(new Argument('<fault>').choices(FaultKind.options))
    .option('--target <who>', 'planner, worker, any or a pid', target, 'any')
    .option('--times <n>', 'how often it strikes', positive, 1)
    .option('--handle <handle>', 'cap.revoked only: which; default the one used last')
    .action(async (run: string, fault: string, options) =>
      end(await (await import('../inject.ts')).injectVerb(run, fault, options)),
    );
};
