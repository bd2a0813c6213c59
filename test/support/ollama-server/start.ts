/** Starts the server as a process of its own, which can be killed like one, and watches what it sees. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Seen } from './server.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

export interface RunningServer {
  url: string;
  port: number;
  proc: ChildProcess;
  /** All that it has told so far. */
  seen: Seen[];
  /** The first one that fits, of those it told or will tell. Rejects when the server ends before. */
  first<S extends Seen>(fits: (seen: Seen) => seen is S): Promise<S>;
  /** Resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** @param port 0 for any that is free */
export const startOllama = async (port = 0): Promise<RunningServer> => {
  const proc = spawn(process.execPath, [MAIN, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const seen: Seen[] = [];
  const watching = new Set<() => void>();
  let over = false;
  const gone = new Promise<void>((resolve) => proc.once('exit', () => resolve()));
  const notify = (): void => {
    for (const look of watching) look();
  };
  createInterface({ input: proc.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    seen.push(JSON.parse(line) as Seen);
    notify();
  });
  void gone.then(() => {
    over = true;
    notify();
  });
  const first = <S extends Seen>(fits: (one: Seen) => one is S): Promise<S> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = seen.find(fits);
        if (found === undefined && !over) return;
        watching.delete(look);
        if (found === undefined) reject(new Error('the server ended'));
        else resolve(found);
      };
      watching.add(look);
      look();
    });
  const { url } = await first(is('listening'));
  return {
    url,
    port: Number(new URL(url).port),
    proc,
    seen,
    first,
    kill: async (signal = 'SIGKILL') => {
      proc.kill(signal);
      await gone;
    },
  };
};

/** @param fields that have to be the same */
export const is =
  <W extends Seen['what']>(what: W, fields: Partial<Extract<Seen, { what: W }>> = {}) =>
  (seen: Seen): seen is Extract<Seen, { what: W }> =>
    seen.what === what && Object.entries(fields).every(([name, value]) => seen[name as keyof Seen] === value);
