/**
 * Tells of troubles and of the end of a run: a tmux message, a command. Both get facts; nothing that a model wrote reaches a
 * shell, or tmux's own formats. One that fails, hangs or is not there harms nothing.
 */
import { spawn } from 'node:child_process';
import type { KernelEvent, State } from '../../kernel/index.ts';
import { MOMENTS, type Moment, type NotifySpec } from '../../runtime/notify-spec.ts';

export interface Facts {
  event: Moment;
  run: string;
  task: string;
  dir: string;
  tick: number;
  /** Of an end; '' else. */
  outcome: string;
  why: string;
}

/** How long a notifier may take; one that is still at it is ended. */
const PATIENCE_MS = 10_000;
/** What waits for the one before it; more troubles at once are one trouble. */
const WAITING = 8;
const WHY_MAX = 300;

/** What a notifier may know of this process: none of the keys that are in its environment. */
const PASSED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'TERM',
  'TMPDIR',
  'TMUX',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
];

export class Notifier {
  readonly #spec: NotifySpec;
  readonly #about: Pick<Facts, 'run' | 'dir'>;
  readonly #queue: Facts[] = [];
  readonly #say: (sentence: string) => void;
  /** What has been said: a command that fails once fails every time. */
  readonly #said = new Set<string>();
  #busy = false;

  /** @param say is told once of each way in which a notifier does not work */
  constructor(spec: NotifySpec, about: Pick<Facts, 'run' | 'dir'>, say: (sentence: string) => void = () => {}) {
    this.#spec = spec;
    this.#about = about;
    this.#say = say;
  }

  /** @param state after the events */
  readonly see = (events: readonly KernelEvent[], state: State): void => {
    const wanted = this.#spec.on ?? MOMENTS;
    for (const event of events) {
      const moment = momentOf(event);
      if (moment === undefined || !wanted.includes(moment.event) || this.#queue.length >= WAITING) continue;
      this.#queue.push({
        ...this.#about,
        task: state.task.name,
        tick: state.tick,
        outcome: '',
        ...moment,
        why: plain(moment.why),
      });
    }
    this.#next();
  };

  #complain(problem: string): void {
    if (this.#said.has(problem)) return;
    this.#said.add(problem);
    this.#say(`Nobody was told by \`notify:\`: ${problem}; the run is not touched by that.`);
  }

  #next(): void {
    if (this.#busy) return;
    const facts = this.#queue.shift();
    if (facts === undefined) return;
    this.#busy = true;
    void Promise.all(commandsFor(this.#spec, facts).map((argv) => run(argv, facts))).then((problems) => {
      for (const problem of problems) if (problem !== '') this.#complain(problem);
      this.#busy = false;
      this.#next();
    });
  }
}

const momentOf = (
  event: KernelEvent,
): Pick<Facts, 'event' | 'why'> | Pick<Facts, 'event' | 'why' | 'outcome'> | undefined => {
  switch (event.kind) {
    case 'trap.raised':
      return event.phase === 'loop' ? { event: 'thrash', why: `${event.code}: ${event.evidence}` } : undefined;
    case 'panic.spent':
      return { event: 'panic', why: `${event.why}; ${event.left} left` };
    case 'run.paused':
      return event.why === undefined ? undefined : { event: 'pause', why: event.why };
    case 'process.blocked':
      return event.attempt === 1 ? { event: 'wait', why: `${event.error}: ${event.message}` } : undefined;
    case 'run.ended':
      return { event: 'end', outcome: event.outcome, why: event.reason };
    default:
      return undefined;
  }
};

/** One line without controls, which neither an environment nor a status line may hold. */
const plain = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, WHY_MAX);

export const commandsFor = (spec: NotifySpec, facts: Facts): string[][] => {
  const found = spec.command === undefined ? [] : [[...spec.command]];
  // tmux expands formats in a message, and some of them run commands.
  const text = tmuxText(
    `turingos ${facts.run.slice(0, 4)} ${facts.task}: ${facts.outcome || facts.event} at t${facts.tick}: ${facts.why}`,
  );
  return spec.tmux === true && process.env.TMUX !== undefined
    ? [...found, ['tmux', 'display-message', '--', text]]
    : found;
};

export const tmuxText = (text: string): string => plain(text).replaceAll(/[#%]/g, ' ');

/**
 * In a process group of its own: the end of the run, which takes the kernel's group along, is still told.
 * @returns what went wrong; '' for nothing
 */
const run = (argv: readonly string[], facts: Facts): Promise<string> =>
  new Promise((resolve) => {
    const [program = '', ...args] = argv;
    const name = plain(program);
    try {
      const env = { ...passed(), ...variables(facts) };
      const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env });
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      timer.unref();
      child.unref();
      const done = (problem: string): void => {
        clearTimeout(timer);
        resolve(problem);
      };
      child.once('error', (error: NodeJS.ErrnoException) => done(cannotStart(name, error)));
      child.once('exit', (code, signal) => {
        if (code !== null) done(code === 0 ? '' : `${name} exited ${code}`);
        else done(`${name} was ended by ${signal}${child.killed ? `, after ${PATIENCE_MS / 1000} s` : ''}`);
      });
      child.stdin?.on('error', () => {});
      child.stdin?.end(`${JSON.stringify(facts)}\n`);
    } catch (error) {
      resolve(cannotStart(name, error as NodeJS.ErrnoException));
    }
  });

const cannotStart = (name: string, { code, message }: NodeJS.ErrnoException): string =>
  `${name} cannot be started (${code ?? message})`;

const passed = (): Record<string, string> =>
  Object.fromEntries(
    PASSED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
  );

const variables = (facts: Facts): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [`TURINGOS_${name.toUpperCase()}`, String(value)]));
