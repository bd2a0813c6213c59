/** Words to an order. */
import type { z } from 'zod';
import { FaultKind, FaultSpec, RATE_WORDS, STRUCK_BY, thousandths } from '../../kernel/chaos.ts';
import { OperatorCommand } from '../../kernel/records/index.ts';
import { procLabel, type State } from '../../kernel/state.ts';
import { FIELDS, fieldNamed, readValue } from './fields.ts';
import { FORMS, NoOrder, noOrder, type Verb } from './forms.ts';
import { pauseChanges, readPauses } from './pauses.ts';
import { splitWords, type Word } from './words.ts';

export interface OrderLine {
  order: OperatorCommand;
  /** Why, as the journal keeps it; '' where nobody said. */
  reason: string;
  /** Only to be told what would happen. */
  dryRun: boolean;
}

/** What the words may refer to; without a state nothing of it is checked. */
export interface OrderContext {
  state?: State;
  /** Names of profiles. */
  profiles?: readonly string[];
}

/** @throws NoOrder with one sentence and an example */
export const parseOrder = (line: string, context: OrderContext = {}): OrderLine => {
  const { words, open } = splitWords(line);
  if (open) throw new NoOrder('a quote is not closed', 'tell P1 "look at ANSWER.txt"');
  return orderOf(words, context, true);
};

/** As `parseOrder`, from words that were parted already, as a shell does. */
export const parseOrderWords = (words: readonly string[], context: OrderContext = {}): OrderLine =>
  orderOf(
    words.map((text) => ({ text, at: 0, quoted: text.includes(' ') })),
    context,
  );

/** @param line there is no shell: a reason without quotes goes on to the next option, or to the end */
const orderOf = (words: readonly Word[], context: OrderContext, line = false): OrderLine => {
  const [first, ...rest] = words;
  const form = FORMS.find(({ verb }) => verb === first?.text);
  if (form === undefined) {
    const verbs = FORMS.map(({ verb }) => verb).join(', ');
    const what = first === undefined ? 'an order begins with a verb' : `there is no order ${first.text}`;
    throw new NoOrder(`${what}; there are ${verbs}`, 'tell P1 "look at ANSWER.txt"');
  }
  const { args, options } = split(form.verb, line ? withWholeReason(form.verb, rest) : rest);
  const { reason = '', 'dry-run': dry, ...own } = options;
  const unknown = Object.keys(own).find((name) => form.verb !== 'inject' || !INJECT.includes(name));
  if (unknown !== undefined) throw noOrder(form.verb, `${form.verb} has no option --${unknown}`);
  const parsed = OperatorCommand.safeParse(READ[form.verb](args, context, own));
  if (parsed.success) {
    if (reason.length > REASON_MAX) throw noOrder(form.verb, `a reason has ${REASON_MAX} characters at most`);
    return { order: parsed.data, reason, dryRun: dry !== undefined };
  }
  throw noOrder(form.verb, sizeWords(parsed.error.issues[0]));
};

/** What is left to be wrong with an order that was put together here is too long, too large or too small. */
const sizeWords = (issue: z.core.$ZodIssue | undefined): string => {
  const name = String(issue?.path.findLast((key) => typeof key === 'string') ?? 'it');
  if (issue?.code === 'too_big') {
    const { origin, maximum } = issue;
    if (origin === 'string') return `${name} may have ${maximum} characters at most`;
    return origin === 'array' ? `${maximum} ${name} at once at most` : `${name} may be ${maximum} at most`;
  }
  if (issue?.code === 'too_small')
    return issue.origin === 'string' ? `${name} is empty` : `${name} has to be ${issue.minimum} or more`;
  return `${name} is not what it has to be`;
};

const REASON_MAX = 300;
const INJECT = ['target', 'times', 'rate', 'handle'];
const FLAGS = ['dry-run'];

const isOption = ({ text, quoted }: Word): boolean => !quoted && text.startsWith('--');

/** Without a shell that parts them, the words behind `--reason` are one reason, as far as the next option of the verb. */
const withWholeReason = (verb: Verb, words: readonly Word[]): Word[] => {
  const known = ['reason', ...FLAGS, ...(verb === 'inject' ? INJECT : [])];
  const ends = (word: Word): boolean => isOption(word) && known.includes(word.text.slice(2).split('=')[0] ?? '');
  const at = words.findIndex((word) => isOption(word) && /^--reason(=|$)/.test(word.text));
  const option = words[at];
  const first = option?.text.includes('=') === true ? at : at + 1;
  if (option === undefined || words[first] === undefined || words[first].quoted) return [...words];
  const length = words.slice(first + 1).findIndex(ends);
  const end = length === -1 ? words.length : first + 1 + length;
  const text = words
    .slice(first, end)
    .map((word) => word.text)
    .join(' ');
  return [...words.slice(0, first), { text, at: words[first].at, quoted: first !== at }, ...words.slice(end)];
};

/** Options may stand anywhere behind the verb; a quoted word is none. */
const split = (verb: Verb, words: readonly Word[]): { args: string[]; options: Record<string, string> } => {
  const args: string[] = [];
  const options: Record<string, string> = {};
  let due: string | undefined;
  let behind = '';
  for (const word of words) {
    const { text } = word;
    if (due !== undefined) {
      options[due] = text;
      due = undefined;
    } else if (!isOption(word)) {
      // A text that goes on behind an option was hardly meant to.
      if (verb === 'tell' && args.length > 1 && behind !== '') throw leftOver(text, behind);
      args.push(text);
    } else {
      const [name = '', inline] = text.slice(2).split(/=(.*)/s);
      if (args.length > 1) behind = `--${name}`;
      if (FLAGS.includes(name)) options[name] = '';
      else if (inline === undefined) due = name;
      else options[name] = inline;
    }
  }
  if (due !== undefined) throw noOrder(verb, `--${due} needs a value`);
  return { args, options };
};

/** Words of a text that stand on both sides of an option. */
export const leftOver = (text: string, option: string): NoOrder =>
  new NoOrder(
    `\`${text}\` is left over behind ${option}, where the text has ended: put quotes around what has blanks`,
    'tell P1 "look at ANSWER.txt" --reason "it forgets"',
  );

type Reader = (args: string[], context: OrderContext, options: Record<string, string>) => unknown;

const none =
  (command: 'pause' | 'unpause' | 'step'): Reader =>
  (args) => {
    if (args.length > 0) throw noOrder(command, `${command} takes nothing more`);
    return { command };
  };

const READ: Record<Verb, Reader> = {
  pause: none('pause'),
  unpause: none('unpause'),
  step: none('step'),
  kill: ([who, ...more], context) => {
    if (more.length > 0) throw noOrder('kill', 'kill takes one process, or nothing for the run');
    return who === undefined ? { command: 'kill' } : { command: 'kill', pid: pidOf('kill', who, context) };
  },
  tell: ([who, ...text], context) => {
    if (who === undefined || text.length === 0) throw noOrder('tell', 'tell needs a process and a text');
    return { command: 'tell', pid: pidOf('tell', who, context), text: text.join(' ') };
  },
  grant: ([who, second, ...third], context) => {
    if (who === 'panic') {
      if (second === undefined || !/^\d+$/.test(second) || third.length > 0) {
        throw new NoOrder('grant panic needs a number of units', 'grant panic 2');
      }
      // What is no safe integer is told as what it is too: more than there may be.
      return { command: 'grant_panic', units: Math.min(Number(second), Number.MAX_SAFE_INTEGER) };
    }
    if (who === undefined || second === undefined || third.length !== 1) {
      throw noOrder('grant', 'grant needs a process, rights (r, w, rw or x) and a target');
    }
    if (!['r', 'w', 'rw', 'x'].includes(second)) throw noOrder('grant', `${second} are no rights: r, w, rw or x`);
    return { command: 'grant', pid: pidOf('grant', who, context), rights: second, target: third[0] };
  },
  revoke: ([who, handle, ...more], context) => {
    if (who === undefined || handle === undefined || more.length > 0) {
      throw noOrder('revoke', 'revoke needs a process and one of its handles');
    }
    const pid = pidOf('revoke', who, context);
    return { command: 'revoke', pid, handle: handleOf(handle, pid, context) };
  },
  set: (args) => {
    const wishes = pairs(args).flatMap(([name, value]) => wish(name, value));
    return { command: 'set', changes: wishes };
  },
  pardon: ([who, ...more], context) => {
    if (who === undefined || more.length > 0) throw noOrder('pardon', 'pardon needs one process');
    return { command: 'pardon', pid: pidOf('pardon', who, context) };
  },
  swap: ([role, profile, ...more], { profiles }) => {
    if ((role !== 'planner' && role !== 'worker') || profile === undefined || more.length > 0) {
      throw noOrder('swap', 'swap needs a role (planner or worker) and a profile');
    }
    if (profiles !== undefined && !profiles.includes(profile)) {
      throw noOrder('swap', `there is no profile ${profile}; there are ${profiles.join(', ')}`);
    }
    return { command: 'swap', role, profile };
  },
  disarm: ([fault, ...more], context) => {
    if (fault === undefined || !/^[1-9]\d{0,8}$/.test(fault) || more.length > 0) {
      throw noOrder('disarm', `disarm needs the number of a fault${armedText(context)}`);
    }
    return { command: 'disarm', fault: Number(fault) };
  },
  inject: ([fault, ...more], context, { target = 'any', times, rate, handle }) => {
    if (fault === undefined || more.length > 0) throw noOrder('inject', 'inject needs one fault');
    if (!FaultKind.safeParse(fault).success) {
      throw noOrder('inject', `there is no fault ${fault}; there are ${FaultKind.options.join(', ')}`);
    }
    if (times !== undefined && !/^\d+$/.test(times)) throw noOrder('inject', `--times ${times} is no number`);
    const share = rate === undefined || !/^\d*\.?\d+$/.test(rate) ? undefined : thousandths(Number(rate));
    if (rate !== undefined && share === undefined) throw noOrder('inject', `--rate ${rate}: ${RATE_WORDS}`);
    const who = ['planner', 'worker', 'any'].includes(target) ? target : pidOf('inject', target, context);
    // A rate strikes as long as the run lasts, unless it is told how often.
    const often = times === undefined && share !== undefined ? {} : { times: Number(times ?? 1) };
    const chance = share === undefined ? {} : { rate: share };
    const spec = { fault, target: who, ...often, ...chance, ...(handle === undefined ? {} : { handle }) };
    const parsed = FaultSpec.safeParse(spec);
    if (!parsed.success) {
      throw noOrder('inject', sizeWords(parsed.error.issues[0]));
    }
    if (handle !== undefined && STRUCK_BY[parsed.data.fault] !== 'handle') {
      throw noOrder('inject', `--handle goes with cap.revoked and cap.swapped, not with ${fault}`);
    }
    return { command: 'inject', fault: parsed.data };
  },
};

/** What `disarm` may name. */
const armedText = ({ state }: OrderContext): string => {
  const armed = state?.faults.filter(({ disarmed }) => disarmed !== true) ?? [];
  if (state === undefined) return '';
  return armed.length === 0
    ? '; none is armed'
    : `; armed are ${armed.map(({ id, spec }) => `${id} ${spec.fault}`).join(', ')}`;
};

/** `P1`, `w4` or `4`. */
const pidOf = (verb: Verb, text: string, { state }: OrderContext): number => {
  const [, letter = '', digits] = /^([Pw]?)([1-9]\d{0,8})$/.exec(text) ?? [];
  if (digits === undefined) throw noOrder(verb, `${text === '' ? 'an empty word' : text} is no process`);
  const pid = Number(digits);
  const proc = state?.procs[pid];
  if (state === undefined || state.phase === 'ended') return pid;
  const there = Object.values(state.procs).map(procLabel).join(' ');
  if (there === '') throw noOrder(verb, 'there is no process yet: the run is only beginning');
  if (proc === undefined) throw noOrder(verb, `there is no process ${text} now; there are ${there}`);
  if (letter !== '' && procLabel(proc) !== text) throw noOrder(verb, `process ${digits} is ${procLabel(proc)}`);
  return pid;
};

/** A handle, or the URL that stands for it. */
const handleOf = (text: string, pid: number, { state }: OrderContext): string => {
  const caps = Object.values(state?.procs[pid]?.caps ?? {});
  return caps.find((cap) => cap.url === text)?.handle ?? text;
};

const FIELD_NAMES = ['pause-on', ...FIELDS.map((known) => known.name)].join(', ');

const pairs = (args: readonly string[]): [string, string][] => {
  if (args.length === 0) throw noOrder('set', `set needs a field and a value; there are ${FIELD_NAMES}`);
  if (args.length % 2 === 1) throw noOrder('set', 'set needs pairs of a field and a value');
  return args.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, args[i + 1] as string]] : []));
};

const wish = (name: string, text: string): { field: string; value: unknown }[] => {
  if (name === 'pause-on') {
    const pauses = readPauses(text);
    if (typeof pauses === 'string') throw new NoOrder(pauses, 'set pause-on thrash,panic=1');
    return pauseChanges(pauses);
  }
  const field = fieldNamed(name);
  if (field === undefined) {
    throw noOrder('set', `there is no field ${name}; there are ${FIELD_NAMES}`);
  }
  const value = readValue(field, text);
  if (value === undefined) throw new NoOrder(`${text} is no value of ${name}`, `set ${field.name} ${field.example}`);
  return [{ field: field.path, value }];
};
