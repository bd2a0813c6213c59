/** The section `keys:` of a configuration: which keys the console's actions have instead of their own. */
import { isObject } from './lay-over.ts';
import { invalid, readSections } from './load.ts';

export interface KeyBinding {
  /** `next-trap`, or on one screen only `live.next-trap`. */
  id: string;
  keys: readonly string[];
  /** The sentence for what is wrong with it: file, line, what, and an example. */
  wrong(why: string): Error;
}

const MAX = 8;

/** What the names mean is for the console to say. @throws ConfigError */
export const readKeyBindings = (path: string): KeyBinding[] => {
  const file = readSections(path);
  const { keys: written = {} } = file.value;
  if (!isObject(written)) throw invalid(file, ['keys'], 'is no list of actions with their keys');
  return Object.entries(written).map(([id, value]) => {
    const wrong = (why: string): Error => invalid(file, ['keys', id], why, 'keys');
    const keys: unknown[] = Array.isArray(value) ? value : [value];
    // YAML takes a bare digit for a number.
    const names = keys.map((key) => (typeof key === 'number' ? String(key) : key));
    if (names.length === 0 || names.length > MAX || !names.every((name) => typeof name === 'string' && name !== '')) {
      throw wrong(`has to be a key or up to ${MAX} of them`);
    }
    return { id, keys: names as string[], wrong };
  });
};
