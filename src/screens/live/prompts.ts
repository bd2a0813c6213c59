/** The two lines that are typed: where to go, and what to note of a tick. */
import { parseGoto } from '../../store/goto.ts';
import { isEmptyTag, parseTag, tagText } from '../../store/tags.ts';
import type { Prompt, UiStore } from '../../store/ui-store.ts';
import type { Action, LiveContext } from './context.ts';
import { say } from './say.ts';
import { moveTo } from './travel.ts';

/** How long an answered prompt stays for a place that is not found at once. */
const PATIENCE_MS = 50;

/** Answered, but still drawn: it goes with the frame that it led to, which would else have to wait for one without it. */
const answered = new WeakSet<Prompt>();

/** The prompt that takes keys; null for none. */
export const openPrompt = (prompt: Prompt | null): Prompt | null =>
  prompt === null || answered.has(prompt) ? null : prompt;

export const askPlace: Action = ({ ui }) => ui.setState({ prompt: { kind: 'goto', text: '' }, message: null });

/** The selected trap's tick, else the view's; with its tag, where it has one. */
export const askTag: Action = ({ console, ui, tags }) => {
  if (tags === null) return say(ui, 'info', 'Tags are kept in the directory of a run: a single file has none.');
  const { view } = console.store.getState();
  const selected = view.traps.rows.find((row) => row.seq === ui.getState().trap);
  const { tick, seq } = selected ?? { tick: view.kernel.tick, seq: view.info.lastSeq };
  if (tick === 0) return say(ui, 'info', 'There is no tick yet that could be tagged.');
  const all = tags.read();
  const old = all.find((tag) => tag.tick === tick);
  // The blank is where one goes on.
  const text = old === undefined ? '' : `${tagText(old)} `;
  ui.setState({ tags: all, prompt: { kind: 'tag', tick, seq, text }, message: null });
};

export const typeInto = ({ ui }: LiveContext, key: string): boolean => {
  const prompt = openPrompt(ui.getState().prompt);
  if (prompt === null || [...key].length !== 1) return false;
  typedText(ui, prompt, prompt.text + key);
  return true;
};

/** Once it is changed nobody knows yet what is wrong with it. */
const typedText = (ui: UiStore, prompt: Prompt, text: string): void =>
  ui.setState({ prompt: { ...prompt, text, ...(prompt.kind === 'order' ? { problem: '' } : {}) } as Prompt });

export const erase: Action = ({ ui }) => {
  const { prompt } = ui.getState();
  if (prompt !== null) typedText(ui, prompt, [...prompt.text].slice(0, -1).join(''));
};

export const clear: Action = ({ ui }) => {
  const { prompt } = ui.getState();
  if (prompt !== null) typedText(ui, prompt, '');
};

const cancel: Action = ({ ui }) => ui.setState({ prompt: null });

const go: Action = (context) => {
  const { ui, player } = context;
  const { prompt } = ui.getState();
  const text = prompt?.text ?? '';
  const motion = text.trim() === '' ? '' : parseGoto(text);
  if (prompt === null || typeof motion === 'string') {
    ui.setState({ prompt: null });
    if (motion !== '') say(ui, 'error', String(motion));
    return;
  }
  answered.add(prompt);
  const close = (): void => {
    if (ui.getState().prompt === prompt) ui.setState({ prompt: null });
  };
  moveTo(context, motion);
  player.settled(close);
  setTimeout(close, PATIENCE_MS);
};

const keep: Action = ({ ui, tags }) => {
  const { prompt, tags: before } = ui.getState();
  ui.setState({ prompt: null });
  if (prompt?.kind !== 'tag' || tags === null) return;
  const { tick, seq, text } = prompt;
  const tag = { tick, seq, ...parseTag(text), by: 'operator', at: new Date().toISOString() } as const;
  const had = before.some((other) => other.tick === tick);
  if (isEmptyTag(tag) && !had) return;
  try {
    tags.write(tag);
    ui.setState({ tags: tags.read() });
    say(ui, 'good', isEmptyTag(tag) ? `t${tick} has no tag any more.` : `t${tick} is tagged.`);
  } catch (error) {
    say(ui, 'error', error instanceof Error ? error.message : String(error));
  }
};

export const GOTO: Readonly<Record<string, Action>> = { accept: go, cancel, erase, clear };
export const TAG: Readonly<Record<string, Action>> = { accept: keep, cancel, erase, clear };
