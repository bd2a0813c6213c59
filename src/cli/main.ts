/** The command `turingos`: which verb, and how its end becomes an exit code and one sentence. */
import { CommanderError } from 'commander';
import { JournalError, type JournalErrorCode } from '../journal/errors.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { say } from './print.ts';
import { createProgram } from './program.ts';
import { knownVerbs, rememberVerbs } from './verbs.ts';

// A crash report of Node tells the whole environment, keys included, unless it is told not to.
process.report.excludeEnv = true;
// Node would open its debugger, which shows all memory to whoever may connect to it.
process.on('SIGUSR1', () => {});

/** A reader that has had enough (`| head`) is no error: the rest is for nobody. */
const leave = ({ code = 'unknown error' }: NodeJS.ErrnoException): never => {
  if (code === 'EPIPE') process.exit(EXIT.ok);
  say(`the output cannot be written (${code}): make room where it goes to, and give the command again`);
  process.exit(EXIT.unavailable);
};
process.stdout.on('error', leave);
process.stderr.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? EXIT.ok : EXIT.unavailable);
});

/** Commander's words as one sentence without its prefix. */
const usageSentence = (message: string): string =>
  message
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');

/** `chaos sweep`: as much of what was given as names a verb. */
const verbGiven = (): readonly string[] => {
  const [first = '', second = ''] = process.argv.slice(2);
  const names = knownVerbs().map(({ name }) => name);
  if (names.includes(`${first} ${second}`)) return [first, second];
  return names.some((name) => name === first || name.startsWith(`${first} `)) ? [first] : [];
};

const JOURNAL_EXIT: Partial<Record<JournalErrorCode, number>> = {
  broken: EXIT.diverged,
  blob_missing: EXIT.diverged,
  locked: EXIT.busy,
  wrong_run: EXIT.badInput,
  failed: EXIT.unavailable,
};

const explain = (error: unknown): number => {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Help that was printed for want of a verb needs no further words.
    if (error.code !== 'commander.help')
      say(`${usageSentence(error.message)}; see \`${['turingos', ...verbGiven()].join(' ')} --help\``);
    return EXIT.usage;
  }
  if (error instanceof JournalError) {
    say(error.message);
    return JOURNAL_EXIT[error.code] ?? EXIT.internal;
  }
  if (error instanceof UserError) {
    say(error.message);
    return error.exitCode;
  }
  const { message } = error instanceof Error ? error : new Error(String(error));
  say(`internal error: ${message.split('\n')[0]}; please report it with the command that you gave`);
  return EXIT.internal;
};

try {
  const program = createProgram((code) => {
    process.exitCode = code;
  });
  rememberVerbs(program);
  if (process.argv.length > 2) await program.parseAsync();
  else process.exitCode = await (await import('./runs.ts')).runsVerb(program);
} catch (error) {
  process.exitCode = explain(error);
}
