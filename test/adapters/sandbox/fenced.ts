/** A driver process and what surrounds it: a run directory with a journal, a control socket and a shadow repository. */
import { type ChildProcess, fork } from 'node:child_process';
import {
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxRequest, SandboxResult } from '../../../src/adapters/sandbox/sandbox.ts';
import type { Order } from './driver.ts';

export const SECRET = 'sk-not-to-be-read-5f1c';
/** The number at which the driver has a directory open that its children would inherit. */
export const OPEN_DIRECTORY = 40;

type Options = Partial<Omit<SandboxRequest, 'argv' | 'workspace'>> & { workspace?: string };

export class Fenced {
  readonly run: string;
  readonly workspace: string;
  readonly uid: number;
  readonly proc: ChildProcess;
  #next = 0;
  readonly #waiting = new Map<number, (result: SandboxResult) => void>();

  private constructor(run: string, uid: number, proc: ChildProcess) {
    this.run = run;
    this.workspace = join(run, 'workspace');
    this.uid = uid;
    this.proc = proc;
    proc.on('message', (message: { id: number; result: SandboxResult }) => {
      this.#waiting.get(message.id)?.(message.result);
      this.#waiting.delete(message.id);
    });
  }

  /** As `uid`, which only root may choose. The run directory is private to that user. */
  static async open(uid: number, choice: 'auto' | 'none' = 'auto'): Promise<Fenced> {
    const run = mkdtempSync(join(tmpdir(), 'fenced-'));
    for (const dir of ['workspace', 'shadow']) mkdirSync(join(run, dir));
    for (const file of ['journal.jsonl', 'shadow/HEAD']) writeFileSync(join(run, file), `${SECRET}\n`);
    for (const path of ['', 'workspace', 'shadow', 'journal.jsonl', 'shadow/HEAD'])
      chownSync(join(run, path), uid, uid);
    const open = openSync(run, 'r');
    const stdio = [...Array(OPEN_DIRECTORY + 1).keys()].map((fd) =>
      fd === OPEN_DIRECTORY ? open : fd === 3 ? 'ipc' : fd < 3 ? 'inherit' : 'ignore',
    );
    const proc = fork(join(import.meta.dirname, 'driver.ts'), [String(uid), choice], {
      stdio: stdio as 'inherit'[],
      env: { PATH: process.env.PATH, API_KEY: SECRET },
      execArgv: [],
    });
    closeSync(open);
    const fenced = new Fenced(run, uid, proc);
    const first = await new Promise<{ unavailable?: string }>((resolve, reject) => {
      proc.once('message', resolve);
      proc.once('exit', (code) => reject(new Error(`the driver ended with ${code}`)));
    });
    if (first.unavailable) throw new Error(first.unavailable);
    return fenced;
  }

  close(): void {
    this.proc.kill('SIGKILL');
    rmSync(this.run, { recursive: true, force: true });
  }

  exec(argv: readonly string[], options: Options = {}): Promise<SandboxResult> {
    const { signal, ...rest } = options;
    const id = this.#next++;
    const result = new Promise<SandboxResult>((resolve) => this.#waiting.set(id, resolve));
    const send = (order: Order): boolean => this.proc.send(order);
    send({ id, request: { workspace: this.workspace, deadlineMs: 60_000, ...rest, argv } });
    if (signal?.aborted) send({ id, abort: true });
    signal?.addEventListener('abort', () => send({ id, abort: true }), { once: true });
    return result;
  }

  /** What a command printed; the command must have run to its end. */
  async output(argv: readonly string[], options?: Options): Promise<string> {
    const result = await this.exec(argv, options);
    if (!result.ok) throw new Error(`${argv[0]}: ${result.errno}: ${result.detail}`);
    return result.output;
  }

  sh(script: string, options?: Options): Promise<string> {
    return this.output(['sh', '-c', script], options);
  }

  perl(script: string, ...args: string[]): Promise<string> {
    return this.output(['perl', '-e', script, ...args]);
  }

  node(script: string, ...args: string[]): Promise<string> {
    return this.output(['node', '-e', script, ...args]);
  }
}

/** Processes of this machine in whose command line the word is. */
export const processesWith = (word: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word);
      } catch {
        return false;
      }
    });
