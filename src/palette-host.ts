/** What lies behind the palette: verbs that show something change the screen; the others run as they would in a shell. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { placeIn, replayTarget, splitPlace } from './cli/replay-target.ts';
import { findRun } from './runtime/find-run.ts';
import type { VerbInfo } from './screens/palette/entries.ts';
import type { Choice } from './screens/palette/offers.ts';
import type { Answer, PaletteHost } from './screens/palette/palette.ts';
import { stateWord } from './screens/runs/runs-model.ts';
import type { RunsSource } from './screens/runs/runs-view.ts';
import { type Opening, openReplay, type ProfilesAt, type Session } from './session.ts';

export interface HostParts {
  home: string;
  source: RunsSource;
  verbs: readonly VerbInfo[];
  /** How this program starts itself. */
  command: readonly string[];
  profiles: ProfilesAt;
  open(id: string, at?: Opening): Session;
  /** Shows a run, or for null the runs screen. */
  go(session: Session | null): void;
}

/** Bytes of a verb's answer that are kept. */
const PAGE_BYTES = 1024 * 1024;
/** Verbs that start a run, or go on with one. */
const STARTING = new Set(['run', 'demo', 'resume', 'fork']);

const DONE: Answer = { kind: 'said', tone: 'info', text: '' };

export const paletteHost = (parts: HostParts): PaletteHost => {
  const { home, source, verbs, open, go } = parts;
  let runs: readonly Choice[] = [];
  let profiles: readonly Choice[] = [];
  // What cannot be listed can still be typed.
  const refresh = (): Promise<unknown> =>
    Promise.allSettled([
      parts.profiles.names().then((names) => {
        profiles = names.map((text) => ({ text, about: 'a profile' }));
      }),
      source.list().then((rows) => {
        runs = rows
          .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
          .map((row) => ({ text: row.id, about: `${stateWord(row)} ${row.task} t${row.tick} ${row.reason}`.trim() }));
      }),
    ]);
  return {
    verbs,
    opened: refresh,
    choices: (arg) => {
      if (['run', 'run|file', 'run[@place]', 'a', 'b'].includes(arg)) return runs;
      if (arg === '--profile <name>') return profiles;
      return arg === 'task'
        ? [
            { text: 'hello', about: 'built in' },
            { text: 'ledger-12', about: 'built in; 3 to 40' },
          ]
        : [];
    },
    perform: async (words, signal) => {
      const [verb = '', ...rest] = words;
      if (verb === 'runs') return gone(go, null);
      const [name] = rest;
      const plain = rest.length === 1 && name !== undefined;
      if (plain && (verb === 'open' || verb === 'attach')) return gone(go, await opened(parts, name, verb === 'open'));
      if (plain && verb === 'replay') {
        const { source: run, dir } = await replayTarget(name, home);
        const { first } = await run.extent();
        return gone(go, openReplay({ source: run, dir, seq: first.seq, inspect: null, play: true, speed: 1 }));
      }
      if (STARTING.has(verb)) return gone(go, open(await started(parts, words, signal)));
      return await told(parts, words, signal);
    },
  };
};

const gone = (go: HostParts['go'], session: Session | null): Answer => {
  go(session);
  return DONE;
};

/** @returns the run, held at its place; as `turingos open` would, at its end without one where it is over */
const opened = async ({ home, open }: HostParts, text: string, places: boolean): Promise<Session> => {
  const { name, place } = places ? splitPlace(text) : { name: text, place: undefined };
  const { id } = findRun(home, name);
  if (place === undefined) return open(id);
  const { source } = await replayTarget(id, home);
  try {
    const { seq, tick } = await placeIn(source, place);
    return open(id, { seq, inspect: tick === 0 ? null : tick, play: false, speed: 1 });
  } finally {
    await source.close();
  }
};

const withHome = ({ verbs, home }: HostParts, words: readonly string[]): string[] => {
  const verb = verbs.find(({ name }) => words.join(' ').startsWith(name));
  const takes = verb?.options.some(({ flag }) => flag.startsWith('--home')) === true && !words.includes('--home');
  return takes ? [...words, '--home', home] : [...words];
};

/** Starts it without a console, and answers its id; it goes on whatever becomes of this program. */
const started = async (parts: HostParts, words: readonly string[], signal: AbortSignal): Promise<string> => {
  const [executable = '', ...args] = parts.command;
  const line = [...args, ...withHome(parts, words), '--headless', '--json'];
  const proc = spawn(executable, line, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  proc.unref();
  let complaint = '';
  proc.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  // Who is not waited for any more may still begin: then it is in the list of runs.
  signal.addEventListener('abort', () => proc.stdout.destroy());
  for await (const text of createInterface({ input: proc.stdout })) {
    const said = parsed(text);
    if (said?.kind !== 'run.launched' || typeof said.id !== 'string') continue;
    proc.stdout.destroy();
    proc.stderr.destroy();
    return said.id;
  }
  throw new Error(sentence(complaint) || `${words[0]} ended without a run.`);
};

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const sentence = (complaint: string): string => complaint.trim().replace(/^turingos: /, '');

/** What a verb says, to be read. */
const told = (parts: HostParts, words: readonly string[], signal: AbortSignal): Promise<Answer> => {
  const [executable = '', ...args] = parts.command;
  const env = { ...process.env, NO_COLOR: '1' };
  const proc = spawn(executable, [...args, ...withHome(parts, words)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  signal.addEventListener('abort', () => proc.kill('SIGINT'));
  let text = '';
  const take = (more: string): void => {
    if (text.length < PAGE_BYTES) text += more;
  };
  proc.stdout.setEncoding('utf8').on('data', take);
  proc.stderr.setEncoding('utf8').on('data', take);
  return new Promise((resolve, reject) => {
    proc.on('error', reject);
    proc.on('close', (code) => {
      const said = text.trimEnd();
      if (said !== '' && !said.includes('\n')) {
        return resolve({ kind: 'said', tone: code === 0 ? 'info' : 'error', text: sentence(said) });
      }
      const name = words.join(' ');
      resolve({
        kind: 'page',
        title: `${name}${code === 0 ? '' : `   exit ${code}`}`,
        text: said || 'It said nothing.',
      });
    });
  });
};
