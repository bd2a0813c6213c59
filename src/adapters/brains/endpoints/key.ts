/** A key out of the environment. It is read when it is needed, sent in one header, and part of nothing that is said. */
import { BrainError } from '../../../runtime/ports.ts';

export interface Key {
  /** The value of the Authorization header, or null where no key is needed. @throws BrainError `unauthorized` */
  header(): string | null;
  /** The text without the key: servers repeat it in their errors. */
  clean(text: string): string;
  /** The same for a text that comes in pieces. */
  cleaner(): Cleaner;
}

/** Holds back no more than what may be the beginning of the key. */
export interface Cleaner {
  /** What can be told of the text so far. */
  next(piece: string): string;
  /** What was held back, at the end. */
  rest(): string;
}

/** What is shorter is no secret, and would be found in ordinary words. */
const SECRET_CHARS = 6;

/** @param name of the environment variable; null where no key is needed */
export const keyFrom = (name: string | null, env: NodeJS.ProcessEnv = process.env): Key => {
  const value = (): string => (name === null ? '' : (env[name] ?? '').trim());
  const clean = (text: string): string => {
    const key = value();
    return key.length < SECRET_CHARS ? text : text.replaceAll(key, `<${name}>`);
  };
  return {
    header: () => {
      if (name === null) return null;
      const key = value();
      if (key === '') throw new BrainError('unauthorized', `the environment variable ${name} with the key is not set`);
      // A header with such a value is refused by Node with an error that repeats it.
      if (!/^[\x21-\x7e]+$/.test(key)) {
        throw new BrainError(
          'unauthorized',
          `the environment variable ${name} holds more than a key: one word is needed`,
        );
      }
      return `Bearer ${key}`;
    },
    clean,
    cleaner: () => {
      let held = '';
      return {
        next: (piece) => {
          const text = clean(held + piece);
          const key = value();
          const kept = key.length < SECRET_CHARS ? 0 : startAtEnd(text, key);
          held = text.slice(text.length - kept);
          return text.slice(0, text.length - kept);
        },
        rest: () => {
          const text = held;
          held = '';
          return text;
        },
      };
    },
  };
};

/** How many characters at a text's end may be the key's beginning. */
const startAtEnd = (text: string, key: string): number => {
  for (let length = Math.min(key.length - 1, text.length); length > 0; length -= 1) {
    if (key.startsWith(text.slice(-length))) return length;
  }
  return 0;
};
