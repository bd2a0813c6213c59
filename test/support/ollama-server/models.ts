/**
 * The models of the server: files that are loaded when they are asked for, and let go when nobody asked for their keep-alive.
 *
 * Under names of their own there are some that show what a server does besides: think, talk for ever, take their time, break down.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { checkpointFile } from '../../../src/adapters/brains/embedded.ts';

export interface Behind {
  file: string;
  /** It begins with a block of thoughts, which can be switched off. */
  thinks?: true;
  /** Milliseconds that loading takes at least. */
  msToLoad?: number;
  /** It never ends by itself. */
  endless?: true;
  /** Tokens after which its runner dies. */
  breaksAfter?: number;
}

const TINY = checkpointFile('tiny');

export const MODELS: Readonly<Record<string, Behind>> = {
  'tiny:latest': { file: TINY },
  'tiny-early:latest': { file: checkpointFile('tiny-early') },
  'tiny-thinking:latest': { file: TINY, thinks: true },
  'tiny-endless:latest': { file: TINY, endless: true },
  'tiny-heavy:latest': { file: TINY, msToLoad: 600_000 },
  'tiny-breaks:latest': { file: TINY, breaksAfter: 5 },
};

/** A name without a tag means `latest`. */
export const wholeName = (name: string): string => (name.includes(':') ? name : `${name}:latest`);

const digests = new Map<string, string>();
export const digestOf = (file: string): string => {
  const known = digests.get(file) ?? createHash('sha256').update(readFileSync(file)).digest('hex');
  digests.set(file, known);
  return known;
};

export const sizeOf = (file: string): number => statSync(file).size;

/** As the real server keeps a model for which nobody says how long. */
const KEEP_ALIVE_MS = 5 * 60_000;
/** `setTimeout` takes no more, and nobody waits that long. */
const FOR_EVER_MS = 2 ** 31 - 1;

export interface Loaded {
  name: string;
  model: LlamaModel;
  /** Null for ever. */
  expiresAt: Date | null;
}

interface Entry {
  model: Promise<LlamaModel>;
  users: number;
  keepMs: number;
  timer?: NodeJS.Timeout;
  loaded?: Loaded;
}

export class Runners {
  readonly #entries = new Map<string, Entry>();
  #llama: Promise<Llama> | undefined;

  /** Those that are in memory. */
  get loaded(): Loaded[] {
    return [...this.#entries.values()].flatMap(({ loaded }) => (loaded === undefined ? [] : [loaded]));
  }

  /**
   * @param keepMs how long it stays afterwards; negative for ever; undefined: as it was, or five minutes
   * @returns the model, which is used until `release`
   */
  async take(name: string, behind: Behind, keepMs: number | undefined, signal: AbortSignal): Promise<LlamaModel> {
    const entry = this.#entries.get(name) ?? { model: this.#load(behind, signal), users: 0, keepMs: KEEP_ALIVE_MS };
    this.#entries.set(name, entry);
    clearTimeout(entry.timer);
    entry.users += 1;
    if (keepMs !== undefined) entry.keepMs = keepMs;
    try {
      const model = await entry.model;
      entry.loaded = { name, model, expiresAt: null };
      return model;
    } catch (error) {
      this.#entries.delete(name);
      throw error;
    }
  }

  release(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    const { keepMs, loaded } = entry;
    if (keepMs === 0) return this.unload(name);
    if (loaded !== undefined) loaded.expiresAt = keepMs < 0 ? null : new Date(Date.now() + keepMs);
    const restMs = keepMs < 0 ? FOR_EVER_MS : Math.min(keepMs, FOR_EVER_MS);
    entry.timer = setTimeout(() => this.unload(name), restMs).unref();
  }

  unload(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    clearTimeout(entry?.timer);
    void entry?.model.then((model) => model.dispose());
  }

  async #load({ file, msToLoad = 0 }: Behind, signal: AbortSignal): Promise<LlamaModel> {
    if (msToLoad > 0) await pause(msToLoad, signal);
    this.#llama ??= getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.disabled,
    });
    return (await this.#llama).loadModel({ modelPath: file, gpuLayers: 0 });
  }
}

/** Rejects with the signal's reason when it aborts first. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', leave);
      resolve();
    }, ms);
    signal.addEventListener('abort', leave, { once: true });
  });
