/** What the palette offers for what has been typed: names first, then the words that may stand behind one. Pure. */
import { completeOrder, formOf } from '../../store/order-text.ts';
import { type Entry, entriesOf, type OrderForm, type ScreenScope, type VerbInfo, type VerbOption } from './entries.ts';
import { matching } from './match.ts';

/** The screen that the palette lies over. */
export interface PaletteTarget {
  scope: ScreenScope;
  readOnly: boolean;
  /** The run that is meant where a verb needs one and none is named. */
  run: string | null;
  /** Presses one of the screen's keys. */
  press(key: string): void;
  say(tone: 'info' | 'error', text: string): void;
  /** Orders that the run takes; left out where nobody takes any. */
  orders?: Orders;
}

export interface Orders {
  forms: readonly OrderForm[];
  /** Resolves when all is known that may be completed. */
  found?: Promise<unknown>;
  /** What may come next in a line, and where the word begins that it stands for. */
  complete(line: string): { from: number; candidates: readonly { text: string; hint: string }[]; due: string };
  /** @returns what is wrong with the line; '' where it was given */
  give(line: string): string;
}

export interface Choice {
  text: string;
  about: string;
}

export interface OffersHost {
  verbs: readonly VerbInfo[];
  /** What may stand for an argument, or as the value of an option: runs, tasks, profiles. */
  choices(arg: string): readonly Choice[];
}

/** One line of what is offered. */
export interface Offer {
  /** What is in the line when it is taken. */
  text: string;
  keys: string;
  about: string;
  writes: boolean;
  /** Null for a word behind a name, and for what was typed before. */
  entry: Entry | null;
}

/** The entry whose whole name the line begins with; of several the longest, and of equal ones the key. */
export const namedBy = (line: string, target: PaletteTarget | null, verbs: readonly VerbInfo[]): Entry | undefined => {
  if (target === null) return undefined;
  const plain = line.trimStart().toLowerCase().replaceAll('-', ' ');
  const named = entriesOf(target.scope, target.readOnly, verbs, target.orders?.forms).filter(
    ({ name }) => plain.trimEnd() === name || plain.startsWith(`${name} `),
  );
  const longest = Math.max(...named.map(({ name }) => name.length));
  const best = named.filter(({ name }) => name.length === longest);
  // With something behind it that a key does not take, the verb is meant.
  const more = plain.length > longest;
  return best.find(({ args }) => !more || args.length > 0) ?? best[0];
};

export const unknown = (line: string, offers: readonly Offer[]): string => {
  const near = offers.slice(0, 3).map(({ text }) => text.trim());
  const hint = near.length === 0 ? 'Esc leaves, and ? lists the keys' : `there are ${near.join(', ')}`;
  return `"${line}" is nothing that can be done here: ${hint}.`;
};

const RUN_ARGS: readonly string[] = ['run', 'run|file', 'run[@place]'];

/** The run that is looked at stands for one that is not named. */
export const withRun = ({ args, does }: Entry, words: readonly string[], run: string | null): readonly string[] => {
  if (does.kind !== 'verb' || run === null || !RUN_ARGS.includes(args[0]?.name ?? '')) return words;
  const first = words[0];
  return first === undefined || first.startsWith('-') ? [run, ...words] : words;
};

/** Of what was typed before. */
const RECENT = 5;

export const offersOf = (
  { target, text }: { target: PaletteTarget | null; text: string },
  host: OffersHost,
  history: readonly string[],
): Offer[] => {
  if (target === null) return [];
  const entries = entriesOf(target.scope, target.readOnly, host.verbs, target.orders?.forms);
  const entry = namedBy(text, target, host.verbs);
  // Behind a whole name it goes on with what that takes.
  if (entry !== undefined && text.trimStart().length > entry.name.length) {
    return entry.does.kind === 'order' ? orderOffers(target, text) : wordOffers(entry, text, host);
  }
  const named = matching(entries, text).map(
    (found): Offer => ({
      text: found.name,
      keys: found.keys || usage(found),
      about: found.about,
      writes: found.writes,
      entry: found,
    }),
  );
  if (text.trim() !== '') return named;
  const before = history
    .filter((line) => namedBy(line, target, host.verbs) !== undefined)
    .slice(0, RECENT)
    .map((line): Offer => ({ text: line, keys: '', about: 'as before', writes: false, entry: null }));
  return [...before, ...named];
};

const usage = ({ args }: Entry): string =>
  args.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`)).join(' ');

const orderOffers = ({ orders }: PaletteTarget, text: string): Offer[] => {
  const { from, candidates, due } = orders?.complete(text) ?? { from: 0, candidates: [], due: '' };
  const before = text.slice(0, from);
  const offer = (line: string, about: string): Offer => ({
    ...{ text: line, keys: '', about, writes: true, entry: null },
  });
  return [
    ...(due === '' ? [] : [offer(text, `now ${due}`)]),
    ...candidates.map(({ text: word, hint }) => offer(before + word, hint)),
  ];
};

/** The option that a word is, where a value must follow it. */
const optionOf = ({ options }: Entry, word: string | undefined): VerbOption | undefined =>
  options.find(({ flag }) => flag.includes('<') && flag.split(' ')[0] === word);

/** Behind the run that an order is for it goes on as the order does; who is in that run is not known here. */
const orderWords = (
  { name, args }: Entry,
  plain: readonly string[],
  whole: readonly string[],
  host: OffersHost,
): Choice[] | undefined => {
  const [run] = plain;
  if (run === undefined || args[0]?.name !== 'run' || formOf(name) === undefined) return undefined;
  const profiles = host.choices('--profile <name>').map(({ text }) => text);
  const line = [name, ...whole.toSpliced(whole.indexOf(run), 1), ''].join(' ');
  return completeOrder(line, { profiles }).candidates.map(({ text, hint }) => ({ text, about: hint }));
};

/** What may be the word that is being typed behind a name. */
const wordOffers = (entry: Entry, text: string, host: OffersHost): Offer[] => {
  const behind = text.slice(text.toLowerCase().replaceAll('-', ' ').indexOf(entry.name) + entry.name.length);
  const words = behind.split(/\s+/).slice(1);
  const typed = (words.at(-1) ?? '').toLowerCase();
  const before = text.slice(0, text.length - typed.length);
  if (entry.does.kind === 'key' && entry.args[0] !== undefined) {
    return [{ text, keys: '', about: `${entry.args[0].name}; Enter does it`, writes: entry.writes, entry: null }];
  }
  const whole = words.slice(0, -1).filter((word) => word !== '');
  const due = optionOf(entry, whole.at(-1));
  const plain = whole.filter((word, i) => !word.startsWith('-') && optionOf(entry, whole[i - 1]) === undefined);
  const arg = entry.args[plain.length];
  const ordered = orderWords(entry, plain, whole, host);
  const choices: Choice[] =
    due !== undefined
      ? [...due.choices.map((choice) => ({ text: choice, about: due.about })), ...host.choices(due.flag)]
      : ordered !== undefined
        ? ordered
        : typed.startsWith('-')
          ? entry.options.map(({ flag, about }) => ({ text: flag.split(' ')[0] ?? flag, about: `${flag}: ${about}` }))
          : [
              ...(arg === undefined ? [] : arg.choices.map((choice) => ({ text: choice, about: arg.name }))),
              ...(arg === undefined ? [] : host.choices(arg.name)),
              ...(typed === ''
                ? entry.options.map(({ flag, about }) => ({
                    text: flag.split(' ')[0] ?? flag,
                    about: `${flag}: ${about}`,
                  }))
                : []),
            ];
  return choices
    .filter((choice) => choice.text.toLowerCase().startsWith(typed))
    .map((choice) => ({ text: before + choice.text, keys: '', about: choice.about, writes: false, entry: null }));
};
