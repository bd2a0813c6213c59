/**
 * The palette as a store: what has been typed, what is offered for it, what a verb answered. Every screen hands its keys here
 * first, so that keys which come faster than frames find the palette open.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { bindingFor } from '../keys.ts';
import { wordsOf } from './match.ts';
import { namedBy, type Offer, type OffersHost, offersOf, type PaletteTarget, unknown, withRun } from './offers.ts';

/** What a verb came to. */
export type Answer =
  /** Something to read. */
  | { kind: 'page'; title: string; text: string }
  /** A sentence; '' where what it did is seen. */
  | { kind: 'said'; tone: 'info' | 'error'; text: string };

/** What lies behind the palette; the application hands it in. */
export interface PaletteHost extends OffersHost {
  /** The palette opens: what it offers may be looked up anew. Resolves when that is done. */
  opened(): Promise<unknown>;
  /** Does what a verb says. @param signal the operator does not want to wait any more */
  perform(words: readonly string[], signal: AbortSignal): Promise<Answer>;
}

export interface PaletteState {
  /** Null while it is closed. */
  target: PaletteTarget | null;
  text: string;
  /** Index of the chosen offer; -1 for what is typed. */
  at: number;
  /** What is wrong with what was typed. */
  problem: string;
  /** The command that is at work; '' for none. */
  busy: string;
  page: { title: string; text: string; scroll: number } | null;
}

export interface Palette {
  store: StoreApi<PaletteState>;
  show(target: PaletteTarget, text?: string): void;
  /** Does a command at once, as if it had been typed. */
  run(target: PaletteTarget, line: string): void;
  /** @returns whether the palette is open, and so the key was its own */
  press(key: string): boolean;
  /** What is offered for what has been typed. */
  offers(): readonly Offer[];
  /** Lines that a page has, and room for them, as last drawn: how far a key scrolls. */
  sized(lines: number, room: number): void;
}

const CLOSED: PaletteState = { target: null, text: '', at: -1, problem: '', busy: '', page: null };
const HISTORY = 50;

export const createPalette = (host: PaletteHost): Palette => {
  const store = createStore<PaletteState>(() => CLOSED);
  const history: string[] = [];
  let abort = new AbortController();
  let size = { lines: 0, room: 1 };
  /** What Tab goes through while nothing else is typed: all that fitted before it completed. */
  let cycle: { texts: readonly string[]; at: number } = { texts: [], at: 0 };

  const offers = (): Offer[] => offersOf(store.getState(), host, history);

  /** Behind a name nothing is chosen until a key chooses it: what is typed is meant. */
  const firstOf = (text: string, target: PaletteTarget | null): number => {
    const named = namedBy(text, target, host.verbs);
    return text.trim() === '' || (named !== undefined && text.trimStart().length > named.name.length) ? -1 : 0;
  };

  const type = (text: string): void =>
    store.setState({ text, at: firstOf(text, store.getState().target), problem: '' });

  const remember = (text: string): void => {
    const at = history.indexOf(text);
    if (at !== -1) history.splice(at, 1);
    history.unshift(text);
    history.length = Math.min(history.length, HISTORY);
  };

  const accept = (): void => {
    const { text, at, target } = store.getState();
    const all = offers();
    const taken = at === -1 ? undefined : all[at];
    // A whole name with something behind it means what it says; else the chosen offer is meant.
    const line =
      taken === undefined || namedBy(text, target, host.verbs) !== undefined ? text.trim() : taken.text.trim();
    if (line === '') return close();
    const entry = namedBy(line, target, host.verbs);
    if (target === null || entry === undefined) return store.setState({ problem: unknown(line, all) });
    if (entry.does.kind === 'order') {
      const wrong = target.orders?.give(line) ?? 'Nobody takes orders here.';
      if (wrong !== '') return store.setState({ text: line, at: -1, problem: wrong });
      remember(line);
      return close();
    }
    const words = wordsOf(line.slice(entry.name.length));
    if (typeof words === 'string') return store.setState({ problem: words });
    const given = withRun(entry, words, target.run);
    const missing = entry.args.filter(({ required }) => required)[given.filter((word) => !word.startsWith('-')).length];
    if (missing !== undefined && !given.some((word) => word.startsWith('-'))) {
      store.setState({ text: `${line} `, at: -1, problem: `${entry.name} needs <${missing.name}>` });
      return;
    }
    remember(line);
    const { does } = entry;
    if (does.kind === 'verb') return perform(line, [...does.verb.split(' '), ...given]);
    close();
    target.press(does.key);
    const typed = line.slice(entry.name.length).trim();
    if (does.typed && typed !== '') for (const key of ['ctrl+u', ...typed, 'enter']) target.press(key);
  };

  const perform = (line: string, words: readonly string[]): void => {
    abort = new AbortController();
    const { signal } = abort;
    store.setState({ busy: line, problem: '' });
    host.perform(words, signal).then(
      (answer) => {
        const { target } = store.getState();
        if (signal.aborted || target === null) return;
        if (answer.kind === 'page') {
          store.setState({ busy: '', page: { title: answer.title, text: answer.text, scroll: 0 } });
          return;
        }
        close();
        if (answer.text !== '') target.say(answer.tone, answer.text);
      },
      (error: unknown) => {
        if (!signal.aborted)
          store.setState({ busy: '', problem: error instanceof Error ? error.message : String(error) });
      },
    );
  };

  /** More may be offered now for what has been typed. */
  const lookAgain = (target: PaletteTarget): void => {
    if (store.getState().target === target) store.setState({});
  };

  const close = (): void => store.setState(CLOSED);

  const complete = (): void => {
    const { text, at } = store.getState();
    const isCycling = cycle.texts.length > 1 && cycle.texts[cycle.at] === text;
    if (isCycling) {
      cycle = { ...cycle, at: (cycle.at + 1) % cycle.texts.length };
      return type(cycle.texts[cycle.at] ?? text);
    }
    const all = offers();
    const taken = all[Math.max(0, at)];
    if (taken === undefined) return;
    const isWhole = taken.entry !== null && taken.entry.args.length + taken.entry.options.length === 0;
    if (!isWhole) return type(`${taken.text} `);
    cycle = { texts: all.map((offer) => offer.text), at: Math.max(0, at) };
    type(taken.text);
  };

  const move = (by: number): void => {
    const { at } = store.getState();
    const last = offers().length - 1;
    store.setState({ at: Math.max(-1, Math.min(last, at + by)), problem: '' });
  };

  const actions: Readonly<Record<string, () => void>> = {
    accept,
    complete,
    cancel: close,
    next: () => move(1),
    previous: () => move(-1),
    'page-down': () => move(8),
    'page-up': () => move(-8),
    erase: () => {
      const { text } = store.getState();
      if (text === '') close();
      else type([...text].slice(0, -1).join(''));
    },
    'erase-word': () => type(store.getState().text.replace(/\S+\s*$/, '')),
    clear: () => type(''),
  };

  const scroll = (by: number): void => {
    const { page } = store.getState();
    if (page === null) return;
    const to = Math.max(0, Math.min(size.lines - size.room, page.scroll + by));
    store.setState({ page: { ...page, scroll: to } });
  };

  const reading: Readonly<Record<string, () => void>> = {
    down: () => scroll(1),
    up: () => scroll(-1),
    'half-down': () => scroll(Math.ceil(size.room / 2)),
    'half-up': () => scroll(-Math.ceil(size.room / 2)),
    'page-down': () => scroll(size.room),
    'page-up': () => scroll(-size.room),
    home: () => scroll(-size.lines),
    end: () => scroll(size.lines),
    close,
  };

  return {
    store,
    offers,
    run: (target, line) => {
      const words = wordsOf(line);
      const known = host.verbs.some(({ name }) => line === name || line.startsWith(`${name} `));
      if (!known || typeof words === 'string') return target.say('error', `There is no verb for that here: ${line}`);
      store.setState({ ...CLOSED, target, text: line });
      perform(line, words);
    },
    show: (target, text = '') => {
      store.setState({ ...CLOSED, target, text, at: firstOf(text, target) });
      for (const found of [host.opened(), target.orders?.found]) void found?.then(() => lookAgain(target));
    },
    sized: (lines, room) => {
      size = { lines, room };
    },
    press: (key) => {
      const { target, page, busy, text } = store.getState();
      if (target === null) return false;
      if (page !== null) reading[bindingFor('page', key, false)?.id ?? '']?.();
      else if (busy !== '') {
        if (bindingFor('palette', key, false)?.id !== 'cancel') return true;
        abort.abort();
        store.setState({ busy: '', problem: 'Not waited for any more.' });
      } else {
        const binding = bindingFor('palette', key, false);
        if (binding !== undefined) actions[binding.id]?.();
        else if ([...key].length === 1) type(text + key);
      }
      return true;
    },
  };
};
