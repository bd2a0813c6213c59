/** What the palette offers: every key of the screen, from the key table, and every verb of the command. */
import { type Binding, bindingsOf, keysText, type Scope } from '../keys.ts';

/** A verb of the command `turingos`, as its own help declares it. */
export interface VerbInfo {
  /** `journal stat`. */
  name: string;
  about: string;
  /** `run`, `run|file`; an optional one in brackets: `[place]`. */
  args: readonly VerbArg[];
  /** `--at <seq|tick>`. */
  options: readonly VerbOption[];
  /** It may change a run: not offered with `--read-only`. */
  writes: boolean;
}

export interface VerbArg {
  name: string;
  required: boolean;
  choices: readonly string[];
}

export interface VerbOption {
  flag: string;
  about: string;
  /** Of its value, where there are but these. */
  choices: readonly string[];
}

export interface Entry {
  name: string;
  about: string;
  /** For people; '' for none. */
  keys: string;
  writes: boolean;
  /** What may be typed behind its name. */
  args: readonly VerbArg[];
  options: readonly VerbOption[];
  does: { kind: 'key'; key: string; typed: boolean } | { kind: 'verb'; verb: string } | { kind: 'order' };
}

/** An order to the run that is looked at: `tell`, `PID TEXT`. */
export interface OrderForm {
  verb: string;
  form: string;
  about: string;
}

export type ScreenScope = 'live' | 'runs' | 'inspect';

/** Keys that open a line: what is typed behind their names in the palette is typed into it. */
const TYPED: Readonly<Record<string, VerbArg>> = {
  goto: { name: '50%, t84, #18231, 03:14', required: false, choices: [] },
  filter: { name: 'patterns', required: false, choices: [] },
  search: { name: 'pattern', required: false, choices: [] },
  tag: { name: 'text and #labels', required: false, choices: [] },
};

const PANES: Readonly<Partial<Record<Scope, readonly string[]>>> = {
  live: ['', 'planner', 'workers', 'processes', 'capabilities', 'votes', 'traps', 'timeline', 'stack'],
  inspect: ['ticks', 'frame', 'reply', 'decision', 'state', 'diff', 'what followed'],
};

const ofBinding = (scope: ScreenScope, binding: Binding): Entry[] => {
  const { id, keys, help, writes = false } = binding;
  // It is open already.
  if (id === 'palette') return [];
  if (id === 'pane') {
    return keys.map((key) => {
      const pane = PANES[scope]?.[Number(key)] ?? '';
      const name = `pane ${key}${pane === '' ? '' : ` ${pane}`}`;
      return entry(name, `Focus pane ${key}`, key, writes, { kind: 'key', key, typed: false });
    });
  }
  const arg = TYPED[id];
  const does = { kind: 'key', key: keys[0] ?? '', typed: arg !== undefined } as const;
  return [{ ...entry(nameOf(id), help, keysText(keys), writes, does), args: arg === undefined ? [] : [arg] }];
};

const entry = (name: string, about: string, keys: string, writes: boolean, does: Entry['does']): Entry => ({
  ...{ name, about, keys, writes, does },
  ...{ args: [], options: [] },
});

/** `next-trap` as it is typed: `next trap`. */
const nameOf = (id: string): string => id.replaceAll('-', ' ');

/**
 * The keys first: where a verb has the name of one, the key means this run, and asks where it should. Orders mean this run, too,
 * and take the place of the verbs that give them to another.
 */
export const entriesOf = (
  scope: ScreenScope,
  readOnly: boolean,
  verbs: readonly VerbInfo[],
  orders: readonly OrderForm[] = [],
): Entry[] => [
  ...bindingsOf(scope, readOnly).flatMap((binding) => ofBinding(scope, binding)),
  ...(readOnly ? [] : orders).map(
    ({ verb, form, about }): Entry => ({
      ...entry(verb, about, '', true, { kind: 'order' }),
      args: form === '' ? [] : [{ name: form, required: !form.startsWith('['), choices: [] }],
    }),
  ),
  ...verbs
    .filter(({ name, writes }) => (!readOnly || !writes) && (readOnly || !orders.some(({ verb }) => verb === name)))
    .map(
      (verb): Entry => ({
        ...entry(verb.name, verb.about, '', verb.writes, { kind: 'verb', verb: verb.name }),
        args: verb.args,
        options: verb.options,
      }),
    ),
];
