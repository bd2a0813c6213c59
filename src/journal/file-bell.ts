import { type FSWatcher, watch } from 'chokidar';

/** Look again after this long without a word from the watcher: file systems differ in what they report. */
const LOOK_AGAIN_MS = 250;

/** Rings when something may have changed in a directory, which need not exist yet. */
export class FileBell {
  readonly #watcher: FSWatcher;
  readonly #signal: AbortSignal | undefined;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(dir: string, signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#stop, { once: true });
    this.#watcher = watch(dir, { ignoreInitial: true });
    this.#watcher.on('all', this.#ring).on('ready', this.#ring);
    // Raw reports come at once, where `change` may be held back for 50 ms after another one.
    this.#watcher.on('raw', this.#ring);
    // A directory that cannot be watched is still looked at every now and then.
    this.#watcher.on('error', this.#ring);
  }

  get stopped(): boolean {
    return this.#signal?.aborted ?? false;
  }

  /** To be called before looking, so that a change during the look is not lost. */
  clear(): void {
    this.#rung = false;
  }

  /** Resolves at the next ring, at once if there was one since `clear`. */
  async wait(): Promise<void> {
    if (this.#rung || this.stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_AGAIN_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop);
    await this.#watcher.close();
  }

  readonly #ring = (): void => {
    this.#rung = true;
    this.#wake?.();
  };

  /** The watcher goes at once: an iterator that nobody pulls any more would keep it, and with it the process. */
  readonly #stop = (): void => {
    this.#ring();
    this.#watcher.close().catch(() => {});
  };
}
