/** The orders that can be written down: one line each. */
import type { OperatorCommand } from '../../kernel/records/index.ts';

export type Verb = Exclude<OperatorCommand['command'], 'grant_panic'>;

export interface Form {
  verb: Verb;
  /** What stands behind the verb. */
  form: string;
  example: string;
  help: string;
}

export const FORMS: readonly Form[] = [
  { verb: 'pause', form: '', example: 'pause', help: 'dispatch no more; what is in flight comes to its end' },
  { verb: 'unpause', form: '', example: 'unpause', help: 'go on' },
  { verb: 'step', form: '', example: 'step', help: 'one dispatch of a paused run' },
  { verb: 'tell', form: 'PID TEXT', example: 'tell P1 "look at ANSWER.txt"', help: "a line in a process's next frame" },
  {
    verb: 'grant',
    form: 'PID RIGHTS TARGET | panic UNITS',
    example: 'grant P1 rw ANSWER.txt',
    help: 'a capability, or units of the panic budget',
  },
  {
    verb: 'revoke',
    form: 'PID HANDLE',
    example: 'revoke P1 h3',
    help: 'take a handle away, with all that came from it',
  },
  {
    verb: 'set',
    form: 'FIELD VALUE …',
    example: 'set thrash.same 6',
    help: 'change the policy from the next decision on; off turns a rule off',
  },
  {
    verb: 'pardon',
    form: 'PID',
    example: 'pardon P1',
    help: 'forget what the thrash detectors and the trap streak have counted',
  },
  {
    verb: 'swap',
    form: 'ROLE PROFILE',
    example: 'swap worker sim',
    help: 'another brain for a role: the one of a profile; what is in flight is answered by the old one',
  },
  {
    verb: 'inject',
    form: 'FAULT [--target WHO] [--times N] [--rate R]',
    example: 'inject brain.cut --target worker --times 2',
    help: 'a fault, at once or at the next occasion',
  },
  { verb: 'disarm', form: 'FAULT_NUMBER', example: 'disarm 2', help: 'take an armed fault back, by its number' },
  { verb: 'kill', form: '[PID]', example: 'kill w4', help: 'end the run at once, or one process' },
];

export const formOf = (verb: string): Form | undefined => FORMS.find((form) => form.verb === verb);

/** Why some words are no order: one sentence, with words that are. */
export class NoOrder extends Error {
  constructor(why: string, example: string) {
    super(`${why}: for example \`${example}\``);
    this.name = 'NoOrder';
  }
}

export const noOrder = (verb: Verb, why: string): NoOrder => new NoOrder(why, formOf(verb)?.example ?? verb);
