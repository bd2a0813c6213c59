/** A key out of the environment. It is read when it is needed, sent in one header, and part of nothing that is said. */
import { BrainError } from '../../../runtime/ports.ts';

export interface Key {
  /** The value of the Authorization header, or null where no key is needed. @throws BrainError `unauthorized` */
  header(): string | null;
  /** The text without the key: servers repeat it in their errors. */
  clean(text: string): string;
}

/** What is shorter is no secret, and would be found in ordinary words. */
const SECRET_CHARS = 6;

/** @param name of the environment variable; null where no key is needed */
export const keyFrom = (name: string | null, env: NodeJS.ProcessEnv = process.env): Key => {
  const value = (): string => (name === null ? '' : (env[name] ?? '').trim());
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
    clean: (text) => {
      const key = value();
      return key.length < SECRET_CHARS ? text : text.replaceAll(key, `<${name}>`);
    },
  };
};
