/** Terminal input as key names. One event may hold several characters: they were typed fast, or pasted. */
import type { Key } from 'ink';

const SPECIAL: readonly [keyof Key, string][] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageDown', 'pagedown'],
  ['pageUp', 'pageup'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

const CONTROL: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'ctrl+c',
};

/** Names of the keys in one event, in order: `j`, `K`, `escape`, `ctrl+c`. What has no name is left out. */
export const keyNames = (input: string, key: Key): string[] => {
  for (const [field, name] of SPECIAL) if (key[field] === true) return [name];
  if (key.ctrl) return [`ctrl+${input}`];
  if (key.meta) return [];
  return Array.from(input, (char) => CONTROL[char] ?? char).filter((name) => name.length > 1 || name >= ' ');
};
