/** A llama-server that runs: llama.cpp's own, on loopback, with the embedded model. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { checkpointFile } from '../../src/adapters/brains/embedded.ts';

export interface LlamaServerOptions {
  /** Of llamaServer(). */
  binary: string;
  /** 0 for any. */
  port?: number;
  /** Tokens that all requests together may take up. */
  context?: number;
  /** Requests that it serves at the same time. */
  slots?: number;
  /** The key that it asks for. It is told in the environment, where `ps` does not show it. */
  key?: string;
  /** More of its own options. */
  args?: readonly string[];
}

export interface LlamaServer {
  url: string;
  port: number;
  pid: number;
  /** What it has printed. */
  log(): string;
  /** Requests that it works on at this moment, by its own account. */
  busy(): Promise<number>;
  /** By SIGKILL: on SIGTERM it may come to stand still for ever in mid-stream. Resolves when it is gone. */
  end(): Promise<void>;
}

/** The tiny model was trained on 512 tokens. */
const TRAINED = 512;

/** @returns when it has loaded the model and answers */
export const startLlamaServer = async (options: LlamaServerOptions): Promise<LlamaServer> => {
  const { binary, port = 0, slots = 1, context = TRAINED * slots, key, args = [] } = options;
  const { LLAMA_API_KEY: _, ...env } = process.env;
  const proc = spawn(
    binary,
    [
      ...['--model', checkpointFile('tiny'), '--alias', 'tiny'],
      ...['--host', '127.0.0.1', '--port', `${port}`],
      ...['--ctx-size', `${context}`, '--parallel', `${slots}`, '--threads', '1', '--threads-http', '4'],
      '--slots',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: key === undefined ? env : { ...env, LLAMA_API_KEY: key } },
  );
  let log = '';
  const listening = new Promise<number>((resolve, reject) => {
    for (const stream of [proc.stdout, proc.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(log);
        if (found !== null) resolve(Number(found[1]));
      });
    }
    proc.once('error', reject);
    proc.once('close', (code, signal) => reject(new Error(`llama-server ended with ${code ?? signal}:\n${log}`)));
  });
  const bound = await listening;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    pid: proc.pid as number,
    log: () => log,
    busy: () => busySlots(bound, key),
    end: () => ended(proc),
  };
};

const ended = async (proc: ChildProcess): Promise<void> => {
  if (proc.exitCode !== null || proc.signalCode !== null) return;
  proc.kill('SIGKILL');
  await once(proc, 'close');
};

/** By a connection of its own, which is closed at once. */
const busySlots = (port: number, key: string | undefined): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const request = get({ host: '127.0.0.1', port, path: '/slots', agent: false, headers }, async (answer) => {
      try {
        const parts: Buffer[] = [];
        for await (const part of answer) parts.push(part as Buffer);
        const slots = JSON.parse(Buffer.concat(parts).toString()) as { is_processing: boolean }[];
        resolve(slots.filter(({ is_processing }) => is_processing).length);
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
  });
