/** Other keys than those of the table, by choice of whoever uses the console. */
import { type Binding, KEYS, putInForce, type Scope } from './keys.ts';

export interface Rebinding {
  /** `next-trap` on every screen that has it, `live.next-trap` on one. */
  id: string;
  keys: readonly string[];
}

/** Screens; in questions and lines that are typed keys mean the same everywhere. */
const SCREENS: readonly Scope[] = ['live', 'runs', 'inspect'];
const SPECIAL = new Set([
  ...['up', 'down', 'left', 'right', 'pagedown', 'pageup', 'home', 'end'],
  ...['enter', 'escape', 'tab', 'backspace', 'delete'],
]);
/** What these do depends on which of their keys is pressed. */
const FIXED: ReadonlySet<string> = new Set(['pane']);

const NAMES: Readonly<Record<string, string>> = {
  space: ' ',
  esc: 'escape',
  pgdn: 'pagedown',
  pgup: 'pageup',
  return: 'enter',
};

/** As the table has it: `Space` is a blank, `Ctrl+d` is `ctrl+d`; a letter is itself. @returns undefined where it is no key */
export const keyNamed = (text: string): string | undefined => {
  if ([...text].length === 1) return text >= ' ' && text !== '\u007f' ? text : undefined;
  const lower = text.toLowerCase();
  const name = NAMES[lower] ?? lower;
  return SPECIAL.has(name) || name === ' ' || /^ctrl\+[a-z]$/.test(name) ? name : undefined;
};

export type Rebound = { ok: true; table: readonly Binding[] } | { ok: false; at: number; why: string };

/** The table with the changes, or which change is wrong and why. */
export const rebound = (table: readonly Binding[], changes: readonly Rebinding[]): Rebound => {
  let next = table;
  const touched: [number, Binding][] = [];
  for (const [at, { id, keys }] of changes.entries()) {
    const wrong = (why: string): Rebound => ({ ok: false, at, why });
    const [scope, name] = id.includes('.') ? [id.slice(0, id.indexOf('.')), id.slice(id.indexOf('.') + 1)] : ['', id];
    const meant = next.filter(
      (binding) => SCREENS.includes(binding.scope) && binding.id === name && (scope === '' || binding.scope === scope),
    );
    if (meant.length === 0)
      return wrong(`there is no such action; docs/keys.md names them, as in ${near(table, name)}`);
    if (FIXED.has(name)) return wrong('its keys are the numbers of the panes, and stay');
    const named: string[] = [];
    for (const text of keys) {
      const key = keyNamed(text);
      if (key === undefined) return wrong(`"${text}" is no key: give a character, Ctrl+letter, or a name like PgDn`);
      if (meant.some(({ writes }) => writes === true) && !/^[A-Z]$/.test(key))
        return wrong(`it may change a run, and only a capital may: "${text}" is none`);
      named.push(key);
    }
    next = next.map((binding) => (meant.includes(binding) ? withKeys(binding, named) : binding));
    for (const { scope: where, id: what } of meant) {
      const binding = next.find((other) => other.scope === where && other.id === what);
      if (binding !== undefined) touched.push([at, binding]);
    }
  }
  for (const [at, { scope, id, keys }] of touched) {
    const other = next.find(
      (binding) => binding.scope === scope && binding.id !== id && binding.keys.some((key) => keys.includes(key)),
    );
    const key = other?.keys.find((candidate) => keys.includes(candidate));
    if (other !== undefined)
      return { ok: false, at, why: `"${key}" is the key of ${scope}.${other.id} already; give that another one too` };
  }
  return { ok: true, table: next };
};

/** What a hint says of two actions at once is no longer true. */
const withKeys = ({ label: _, ...binding }: Binding, keys: readonly string[]): Binding => ({ ...binding, keys });

/** Puts changes in force. @returns which of them is wrong, and why; then none is */
export const rebind = (changes: readonly Rebinding[]): { at: number; why: string } | undefined => {
  const result = rebound(KEYS, changes);
  if (!result.ok) return result;
  putInForce(result.table);
  return undefined;
};

/** The action whose name is likest: it shares the longest beginning. */
const near = (table: readonly Binding[], name: string): string => {
  const shared = (id: string): number => {
    let n = 0;
    while (n < id.length && id[n] === name[n]) n += 1;
    return n;
  };
  const ids = table.filter(({ scope }) => SCREENS.includes(scope)).map(({ id }) => id);
  return ids.toSorted((a, b) => shared(b) - shared(a))[0] ?? 'next-trap';
};
