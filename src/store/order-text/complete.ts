/** What may be typed next in an order. */
import { FaultKind, type FaultSpec } from '../../kernel/chaos.ts';
import { policyValue } from '../../kernel/settable.ts';
import { procLabel, ROOT_PID, type State } from '../../kernel/state.ts';
import { FIELDS, fieldNamed, valueText } from './fields.ts';
import { FORMS } from './forms.ts';
import type { OrderContext } from './parse.ts';
import { PAUSES_EXAMPLE } from './pauses.ts';
import { quoteWord, splitWords } from './words.ts';

export interface Candidate {
  /** The word that takes the place of the one that is being typed, quoted where it must be. */
  text: string;
  /** What it is. */
  hint: string;
}

export interface Completion {
  /** Where the word that is being typed begins in the line. */
  from: number;
  candidates: Candidate[];
  /** What is due here and has no candidates, as a text has none; '' for nothing. */
  due: string;
}

/** @param line up to the cursor */
export const completeOrder = (line: string, context: OrderContext): Completion => {
  const { words, open } = splitWords(line);
  const between = words.length === 0 || (!open && /\s$/.test(line));
  const typed = between ? '' : (words.at(-1)?.text ?? '');
  const from = between ? line.length : (words.at(-1)?.at ?? 0);
  const before = (between ? words : words.slice(0, -1)).map(({ text }) => text);
  const fits = (text: string): boolean => text.toLowerCase().startsWith(typed.toLowerCase());
  const candidates = next(before, context).filter(({ text }) => fits(text.replace(/^"/, '')));
  return { from, candidates, due: typed === '' ? dueAfter(before) : '' };
};

const next = (before: readonly string[], context: OrderContext): Candidate[] => {
  const [verb, ...args] = before;
  if (verb === undefined) return FORMS.map(({ verb: text, help }) => ({ text, hint: help }));
  const last = args.at(-1) ?? '';
  if (last === '--target') return [...TARGETS, ...procs(context)];
  if (last === '--handle') return handlesOf(args[args.indexOf('--target') + 1], context);
  if (['--reason', '--times', '--rate'].includes(last)) return [];
  const plain = args.filter((word, i) => !word.startsWith('--') && !(args[i - 1] ?? '').startsWith('--'));
  return [...(NEXT[verb]?.(plain, context) ?? []), ...options(verb, args)];
};

const dueAfter = ([verb, ...args]: readonly string[]): string => {
  const last = args.at(-1) ?? '';
  if (last === '--reason') return 'why, to the end of the line';
  if (last === '--times') return 'a number';
  if (last === '--rate') return 'a number from 0.001 to 1';
  if (args.length !== 1) return '';
  if (verb === 'tell') return 'TEXT';
  return verb === 'grant' && last === 'panic' ? 'UNITS' : '';
};

const REASON: Candidate = { text: '--reason', hint: 'why, for the journal; behind all else' };
const DRY: Candidate = { text: '--dry-run', hint: 'only tell what would happen' };
const INJECT: readonly Candidate[] = [
  { text: '--target', hint: 'whom it strikes' },
  { text: '--times', hint: 'how often' },
  { text: '--rate', hint: 'of the occasions, 0.001 to 1' },
  { text: '--handle', hint: 'cap.revoked and cap.swapped: which' },
];
const TARGETS: readonly Candidate[] = [
  { text: 'any', hint: 'whoever comes next' },
  { text: 'planner', hint: 'the planner' },
  { text: 'worker', hint: 'any worker' },
];

const options = (verb: string, args: readonly string[]): Candidate[] =>
  [...(verb === 'inject' ? INJECT : []), REASON, DRY].filter(({ text }) => !args.includes(text));

const procs = ({ state }: OrderContext): Candidate[] =>
  Object.values(state?.procs ?? {}).map((proc) => ({
    text: procLabel(proc),
    hint: `${proc.state}: ${proc.task.slice(0, 40)}`,
  }));

const pid = (text: string | undefined): number => Number(text?.replace(/^[Pw]/, ''));

const handles = ({ state }: OrderContext, who: string | undefined): Candidate[] =>
  Object.values(state?.procs[pid(who)]?.caps ?? {})
    .filter((cap) => !cap.revoked)
    .map((cap) => ({ text: cap.handle, hint: `${cap.rights} ${cap.target}` }));

/** Of the process that is named, or of all: a target may be a role. */
const handlesOf = (who: string | undefined, context: OrderContext): Candidate[] => {
  if (context.state?.procs[pid(who)] !== undefined) return handles(context, who);
  const all = Object.keys(context.state?.procs ?? {}).flatMap((each) => handles(context, each));
  return all.filter(({ text }, i) => all.findIndex((other) => other.text === text) === i);
};

/** What the root may reach, and for `x` the task's commands. */
const targets = ({ state }: OrderContext, rights: string | undefined): Candidate[] => {
  const rows = rights === 'x' ? (state?.task.caps ?? []) : Object.values(state?.procs[ROOT_PID]?.caps ?? {});
  const names = rows.filter((cap) => (cap.rights === 'x') === (rights === 'x')).map((cap) => cap.target);
  return [...new Set(names)].map((target) => ({
    text: quoteWord(target),
    hint: rights === 'x' ? 'a command of the task' : '',
  }));
};

const RIGHTS: readonly Candidate[] = [
  { text: 'r', hint: 'read' },
  { text: 'w', hint: 'write' },
  { text: 'rw', hint: 'read and write' },
  { text: 'x', hint: 'run a command of the task' },
];

const fields = ({ state }: OrderContext): Candidate[] => [
  ...FIELDS.map(({ name, path }) => ({ text: name, hint: state === undefined ? path : `now ${now(state, path)}` })),
  { text: 'pause-on', hint: `troubles to pause at: ${PAUSES_EXAMPLE}, or off` },
];

const now = (state: State, path: (typeof FIELDS)[number]['path']): string =>
  valueText(path, policyValue(state.policy, path));

const values = ({ state }: OrderContext, name: string | undefined): Candidate[] => {
  if (name === 'pause-on') return [PAUSES_EXAMPLE, 'off'].map((text) => ({ text, hint: '' }));
  const field = fieldNamed(name ?? '');
  if (field === undefined) return [];
  const current = state === undefined ? [] : [{ text: now(state, field.path), hint: 'as it is' }];
  const example = { text: field.example, hint: 'for example' };
  return [...current, ...(current[0]?.text === example.text ? [] : [example])];
};

const faultHint = ({ fault, target, times, rate }: FaultSpec): string =>
  `${fault}, ${typeof target === 'number' ? `process ${target}` : target}${rate === undefined ? '' : `, rate ${rate / 1000}`}${times === undefined ? '' : `, x${times}`}`;

const NEXT: Record<string, (args: readonly string[], context: OrderContext) => readonly Candidate[]> = {
  kill: (args, context) => (args.length === 0 ? procs(context) : []),
  tell: (args, context) => (args.length === 0 ? procs(context) : []),
  pardon: (args, context) => (args.length === 0 ? procs(context) : []),
  revoke: (args, context) => [procs(context), handles(context, args[0])][args.length] ?? [],
  grant: ([who, rights, target], context) => {
    if (who === undefined) return [...procs(context), { text: 'panic', hint: 'units of the panic budget' }];
    if (who === 'panic') return [];
    if (rights === undefined) return RIGHTS;
    return target === undefined ? targets(context, rights) : [];
  },
  set: (args, context) => (args.length % 2 === 0 ? fields(context) : values(context, args.at(-1))),
  swap: ([role, profile], { profiles = [] }) => {
    if (role === undefined) return TARGETS.filter(({ text }) => text !== 'any');
    return profile === undefined ? profiles.map((text) => ({ text, hint: '' })) : [];
  },
  disarm: (args, { state }) =>
    args.length > 0
      ? []
      : (state?.faults ?? []).flatMap(({ id, spec, disarmed }) =>
          disarmed === true ? [] : [{ text: String(id), hint: faultHint(spec) }],
        ),
  inject: (args) => (args.length === 0 ? FaultKind.options.map((text) => ({ text, hint: 'a fault' })) : []),
};
