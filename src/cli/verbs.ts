/** The verbs as the console's palette offers them: read off the program that `main.ts` made. */
import type { Argument, Command } from 'commander';
import type { VerbInfo } from '../screens/palette/entries.ts';

/** Verbs that change no run; whatever is not named here is taken for one that may. */
const READING = new Set([
  ...['profiles', 'doctor', 'task check', 'runs', 'ps', 'attach', 'replay', 'open', 'diff', 'status', 'watch', 'why'],
  ...['verify', 'journal tip', 'journal cat', 'journal stat', 'journal index', 'anomalies', 'export', 'bundle'],
]);

let known: readonly VerbInfo[] = [];

export const knownVerbs = (): readonly VerbInfo[] => known;

/** To be called once, with the program before it parses. */
export const rememberVerbs = (program: Command): void => {
  known = program.commands.flatMap((command) => verbsUnder(command, ''));
};

const verbsUnder = (command: Command, parent: string): VerbInfo[] => {
  const name = `${parent}${command.name()}`;
  if (isHidden(command)) return [];
  if (command.commands.length > 0) return command.commands.flatMap((inner) => verbsUnder(inner, `${name} `));
  return [
    {
      name,
      about: command.description(),
      args: command.registeredArguments.map(argInfo),
      options: command.options.map(({ flags, description, argChoices = [] }) => ({
        flag: flags.replace(/^-\w, /, ''),
        about: description,
        choices: argChoices,
      })),
      writes: !READING.has(name),
    },
  ];
};

const argInfo = (argument: Argument): VerbInfo['args'][number] => ({
  name: argument.name(),
  required: argument.required,
  choices: argument.argChoices ?? [],
});

/** Commander says so to its own help only. */
const isHidden = (command: Command): boolean => (command as unknown as { _hidden?: boolean })._hidden === true;
