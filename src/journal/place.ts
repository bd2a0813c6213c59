import { statSync } from 'node:fs';
import { JournalError, reasonOf } from './errors.ts';

/**
 * What a path named when the place was made, so that a file that was deleted, moved or replaced under its user is noticed:
 * an open descriptor goes on working as if nothing had happened.
 */
export class Place {
  readonly path: string;
  readonly #dev: number;
  readonly #ino: number;

  /** @param path of a file that was just opened */
  constructor(path: string) {
    this.path = path;
    ({ dev: this.#dev, ino: this.#ino } = statSync(path));
  }

  /**
   * Throws `JournalError` `failed` unless the path still names the same file.
   *
   * @param consequence what follows from it, as the end of a sentence
   */
  check(consequence: string): void {
    const what = this.#lost();
    if (what !== undefined) throw new JournalError('failed', `The journal file ${this.path} ${what}; ${consequence}.`);
  }

  #lost(): string | undefined {
    try {
      const now = statSync(this.path, { throwIfNoEntry: false });
      if (now === undefined) return 'is gone, the run’s directory was deleted or moved away while it was in use';
      if (now.dev === this.#dev && now.ino === this.#ino) return undefined;
      return 'is another one now, the run’s directory or the file was replaced while it was in use';
    } catch (error) {
      return `cannot be reached any more (${reasonOf(error)})`;
    }
  }
}
