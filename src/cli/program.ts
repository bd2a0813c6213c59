/** All verbs and their arguments. What a verb does is loaded when it is called, so that headless ones never load React. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { FaultKind } from '../kernel/chaos.ts';
import { packageVersion } from '../runtime/code-version.ts';
import { parseSpeed } from '../store/speed.ts';
import { DEMO_SEED, DEMO_TASK } from './demo-run.ts';
import { bound, collect, notedTip } from './journal-args.ts';

const whole = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('Give a whole number.');
  return value;
};

const seed = (text: string): number => {
  const value = whole(text);
  if (value > 0x7fffffff) throw new InvalidArgumentError('Give a number up to 2147483647.');
  return value;
};

const positive = (text: string): number => {
  const value = whole(text);
  if (value < 1) throw new InvalidArgumentError('Give 1 or more.');
  return value;
};

const forks = (text: string): number => {
  const value = positive(text);
  if (value > 64) throw new InvalidArgumentError('Give a number up to 64: each fork is a process.');
  return value;
};

const cut = (text: string): { seq: number } | { tick: number } => {
  const [, mark, digits] = /^(t|#?)(\d+)$/.exec(text) ?? [];
  const value = Number(digits);
  if (mark === undefined || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('Give a record (18231 or #18231) or a tick (t84).');
  }
  return mark === 't' ? { tick: value } : { seq: value };
};

const pace = (text: string): 'max' | number => {
  if (text === 'max') return 'max';
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 60_000) {
    throw new InvalidArgumentError('Give max, or the milliseconds between two tokens (1 to 60000).');
  }
  return value;
};

const target = (text: string): number | 'planner' | 'worker' | 'any' => {
  if (text === 'planner' || text === 'worker' || text === 'any') return text;
  if (/^\d+$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError('Give planner, worker, any or the pid of a process.');
};

const tick = (text: string): number => {
  const value = Number(/^t?(\d+)$/.exec(text)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Give a tick: t84.');
  return value;
};

const port = (text: string): number => {
  const value = whole(text);
  if (value > 65_535) throw new InvalidArgumentError('Give a number up to 65535.');
  return value;
};

const playSpeed = (text: string): number => {
  const speed = parseSpeed(text);
  if (speed === undefined) throw new InvalidArgumentError('Give max, or a number from 0.25 to 64.');
  return speed;
};

const factor = (text: string): number => {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value < 0.001 || value > 100_000) {
    throw new InvalidArgumentError('Give a number from 0.001 to 100000.');
  }
  return value;
};

const size = (text: string): { columns: number; rows: number } => {
  if (text !== '120x40' && text !== '80x24') throw new InvalidArgumentError('Give 120x40 or 80x24.');
  const [columns = 0, rows = 0] = text.split('x').map(Number);
  return { columns, rows };
};

const EXIT_CODES = `
Exit codes:
   0  done; the run passed             66  no such run, task or file
   1  it ended otherwise; runs differ  69  something needed is missing
   2  bad usage                        70  internal error
   3  a journal does not verify        75  the run takes no orders
  65  bad input file                  130  the run was killed`;

const CONFIG = 'where profiles are (default: ./turingos.config.yaml, else turingos/config.yaml under $XDG_CONFIG_HOME)';

/** @param end called with the verb's exit code */
export const createProgram = (end: (code: number) => void): Command => {
  const program = new Command('turingos')
    .description('Supervises dual-brain runs: a planner and its workers under a small deterministic kernel.')
    .version(packageVersion())
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  const verb = (name: string, description: string, parent: Command = program): Command =>
    parent
      .command(name)
      .description(description)
      .option('--json', 'one JSON object, or one a line while something streams')
      .option('--home <dir>', 'where runs live (default: $XDG_STATE_HOME/turingos)');

  const runOptions = (command: Command, defaultSeed: number): Command =>
    command
      .option('--headless', 'no console: wait for the end; Ctrl-C kills the run')
      .option('--profile <name>', 'the pair of brains; `turingos profiles` lists them', 'demo')
      .option('--config <file>', CONFIG)
      .option('--policy <file>', 'YAML or JSON, merged over the default policy')
      .option('--seed <n>', 'of everything that is drawn', seed, defaultSeed)
      .option('--pace <max|ms>', 'milliseconds between two tokens (default: 30 with a console, else max)', pace)
      .addOption(
        new Option('--fsync <when>', 'how durable the journal is')
          .choices(['always', 'interval', 'never'])
          .default('interval'),
      );

  runOptions(verb('run', 'start a run of a task'), 1)
    .argument('<task>', 'a built-in name (ledger-12) or a task file')
    .action(async (task: string, options) => end(await (await import('./run.ts')).runVerb(task, options)));

  runOptions(verb('demo', `watch the embedded pair work on ${DEMO_TASK}, with mistakes`), DEMO_SEED).action(
    async (options) => end(await (await import('./demo.ts')).demoVerb(options)),
  );

  verb('check', 'say whether a task file is good', program.command('task').description('task files'))
    .argument('<file>')
    .action(async (file: string, options) => end(await (await import('./task-check.ts')).taskCheckVerb(file, options)));

  program
    .command('profiles')
    .description('the pairs of brains that runs can have, and where each is written')
    .option('--json', 'one JSON object')
    .option('--config <file>', CONFIG)
    .action(async (options) => end(await (await import('./profiles.ts')).profilesVerb(options)));

  verb('doctor', 'what is there of all that a run needs, and what to do about the rest')
    .option('--profile <name>', 'the pair of brains that is to work', 'demo')
    .option('--config <file>', CONFIG)
    .action(async (options) => end(await (await import('./doctor.ts')).doctorVerb(options)));

  program
    .command('runs')
    .description('the runs screen; also without any verb')
    .option('--home <dir>', 'where runs live (default: $XDG_STATE_HOME/turingos)')
    .action(async ({ home }: { home?: string }) => end(await (await import('./runs.ts')).runsVerb(program, home)));

  verb('ps', 'list live runs, newest first')
    .option('--all', 'ended ones too')
    .action(async (options) => end(await (await import('./ps.ts')).psVerb(options)));

  const onRun = (name: string, description: string): Command =>
    verb(name, description).argument('<run>', 'any unique prefix of its id, or @last');

  onRun('attach', 'watch a run in the console; with --json its notable events')
    .option('--read-only', 'without the keys that may change the run')
    .action(async (run: string, options) => end(await (await import('./attach.ts')).attachVerb(run, options)));

  verb('replay', 'a run or a journal file in the console, as it was, from its beginning; it changes nothing')
    .argument('<run|file>', "a run, its directory, or a journal's file")
    .option('--plain', 'sentences, one a line, for pipes and screen readers; with --json its notable events')
    .option('--speed <n>', 'multiple of the recorded pace, 0.25 to 64, or max (--plain: default max)', playSpeed)
    .action(async (name: string, options) => end(await (await import('./replay.ts')).replayVerb(name, options)));

  program
    .command('open')
    .description('a run in the console, held at a place: RUN@t84, @#18231, @50%, @03:14; its end without one')
    .argument('<run[@place]>')
    .option('--home <dir>', 'where runs live (default: $XDG_STATE_HOME/turingos)')
    .option('--read-only', 'without the keys that may change the run')
    .action(async (name: string, options) => end(await (await import('./open.ts')).openVerb(name, options)));

  onRun('kill', 'end a run at once, keep its partial streams').action(async (run: string, options) =>
    end(await (await import('./kill.ts')).killVerb(run, options)),
  );

  onRun('resume', 'go on with a run whose kernel was lost')
    .option('--headless', 'no console: wait for the end; Ctrl-C kills the run')
    .action(async (run: string, options) => end(await (await import('./resume.ts')).resumeVerb(run, options)));

  onRun('fork', 'branch off a new run from a record or a tick of another')
    .requiredOption('--at <seq|tick>', 'after this record (18231) or anew from this tick (t84)', cut)
    .option('--profile <name>', "other brains than the origin's")
    .option('--config <file>', CONFIG)
    .option('--policy <file>', "YAML or JSON, laid over the origin's policy")
    .option('--seeds <n>', 'so many forks side by side, each with a seed of its own', forks)
    .option('--headless', 'no console: wait for the end; Ctrl-C kills the run')
    .action(async (run: string, options) => end(await (await import('./fork.ts')).forkVerb(run, options)));

  verb('diff', 'where two runs part, and what came of each')
    .argument('<a>', 'a run')
    .argument('<b>', 'another one')
    .action(async (a: string, b: string, options) => end(await (await import('./diff.ts')).diffVerb(a, b, options)));

  for (const [name, description] of [
    ['pause', 'dispatch no more; what is in flight comes to its end'],
    ['unpause', 'go on'],
    ['step', 'one dispatch of a paused run'],
  ] as const) {
    onRun(name, description).action(async (run: string, options) =>
      end(await (await import('./order.ts')).orderVerb(run, { command: name }, options)),
    );
  }

  onRun('inject', 'a fault, at once or at the next occasion')
    .addArgument(new Argument('<fault>').choices(FaultKind.options))
    .option('--target <who>', 'planner, worker, any or a pid', target, 'any')
    .option('--times <n>', 'how often it strikes', positive, 1)
    .option('--handle <handle>', 'cap.revoked only: which; default the one used last')
    .action(async (run: string, fault: string, options) =>
      end(await (await import('./inject.ts')).injectVerb(run, fault, options)),
    );

  const onJournal = (name: string, description: string, parent?: Command): Command =>
    verb(name, description, parent).argument('<run|file>', "a run, its directory, or a journal's file");

  onJournal('verify', 'check the journal: its chain, and every decision taken again')
    .addOption(new Option('--level <level>', 'only one of the two').choices(['chain', 'decisions']))
    .action(async (name: string, options) => end(await (await import('./verify.ts')).verifyVerb(name, options)));

  const journal = program.command('journal').description('look into journals');

  verb('tip', 'the head of the chain, to be noted elsewhere', journal)
    .argument('<run>')
    .option('--check <SEQ:HASH>', 'is what was noted still there', notedTip)
    .action(async (run: string, options) => end(await (await import('./journal-tip.ts')).tipVerb(run, options)));

  onJournal('cat', 'records as they are on the disk; on a terminal a line for people', journal)
    .option('--from <SEQ|tN>', 'the first record, or tick', bound)
    .option('--to <SEQ|tN>', 'the last one', bound)
    .option('--kind <kind>', 'only these; may be given more than once', collect)
    .action(async (name: string, options) => end(await (await import('./journal-cat.ts')).catVerb(name, options)));

  onJournal('stat', 'what is in a journal, in numbers', journal).action(async (name: string, options) =>
    end(await (await import('./journal-stat.ts')).statVerb(name, options)),
  );

  verb('index', "make what is missing of a run's index", journal)
    .argument('<run>')
    .option('--drop', 'delete it instead')
    .action(async (run: string, options) => end(await (await import('./journal-index.ts')).indexVerb(run, options)));

  const cassette = program.command('cassette').description('answers of real servers, kept for tests');

  cassette
    .command('record')
    .description('a proxy on loopback that keeps what a server answers, when, and how it ends; never keys')
    .requiredOption('--upstream <url>', 'the server; paths of requests go behind it')
    .requiredOption('--out <file>', 'where to; it must not be there yet')
    .option('--port <n>', 'to listen on (default: a free one)', port, 0)
    .option('--json', 'one JSON object a line')
    .action(async (options) => end(await (await import('./cassette.ts')).recordVerb(options)));

  cassette
    .command('serve')
    .description('answer as it was recorded: the same bytes at the same times, with the same end')
    .argument('<file>')
    .option('--port <n>', 'to listen on (default: a free one)', port, 0)
    .option('--json', 'one JSON object')
    .action(async (file: string, options) => end(await (await import('./cassette.ts')).serveVerb(file, options)));

  verb('anomalies', 'stalls, thrashing, slow brains, denied handles and open requests, from the journal alone')
    .argument('<run>', "any unique prefix of its id, @last, or a journal's path")
    .action(async (run: string, options) => end(await (await import('./anomalies.ts')).anomaliesVerb(run, options)));

  verb('export', 'a run as an asciicast (v3): the live screen as it would have looked, at the recorded pace')
    .argument('<run>', "any unique prefix of its id, @last, or a journal's path")
    .addOption(new Option('--format <format>', 'what to make').choices(['asciicast']).makeOptionMandatory())
    .option('-o, --output <file>', 'where to (default: stdout)')
    .option('--size <size>', 'of the screen: 120x40 or 80x24', size, { columns: 120, rows: 40 })
    .option('--speed <n>', 'seconds of the run in a second of the cast', factor, 1)
    .option('--idle-limit <s>', 'seconds of stillness that players show at most', factor)
    .option('--from <tick>', 'begin where this tick was dispatched', tick)
    .option('--to <tick>', 'end where this tick was over', tick)
    .action(async (run: string, options) => end(await (await import('./export.ts')).exportVerb(run, options)));

  program
    .command('kernel', { hidden: true })
    .requiredOption('--dir <dir>')
    .action(async ({ dir }: { dir: string }) => end(await (await import('./kernel.ts')).kernelVerb(dir)));

  return program;
};
