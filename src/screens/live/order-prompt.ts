/** Orders that are typed: `T` tells a process, `V` grants or revokes. The line takes any order; Tab completes it. */

import { ROOT_PID } from '../../store/kernel-view.ts';
import type { LiveState } from '../../store/live-state.ts';
import { pidText } from '../../store/op-text.ts';
import { completeOrder, formOf, NoOrder, orderWords, outcomeText, parseOrder } from '../../store/order-text.ts';
import { momentOf, type Prompt } from '../../store/ui-store.ts';
import type { Action, LiveContext } from './context.ts';
import { clear, erase } from './prompts.ts';
import { say } from './say.ts';

type OrderPrompt = Extract<Prompt, { kind: 'order' }>;

/** Candidates that the line has room to name. */
const NAMED = 8;

/** Why, as the journal keeps it, where nobody said; who is said beside it. */
export const REASON = 'by key';

const ask = ({ ui, console, control }: LiveContext, text: string, verbs: readonly string[]): void => {
  if (console.latest().info.outcome !== null)
    return say(ui, 'info', 'The run has ended: nothing can be changed any more.');
  if (control === null) return say(ui, 'error', 'No kernel answers here: the run can only be looked at.');
  ui.setState({ prompt: { kind: 'order', text, verbs, profiles: [], problem: '' }, message: null });
  void control.profiles().then((profiles) => {
    const { prompt } = ui.getState();
    if (prompt?.kind === 'order') ui.setState({ prompt: { ...prompt, profiles } });
  });
};

export const askTell: Action = (context) =>
  ask(context, `tell ${pidText(context.console.latest().kernel, ROOT_PID)} `, ['tell']);

export const askCaps: Action = (context) => ask(context, '', ['grant', 'revoke']);

const candidates = ({ text, verbs, profiles }: OrderPrompt, live: LiveState) => {
  const { from, candidates: all, due } = completeOrder(text, { state: live.kernel, profiles });
  const first = text.trim() === '' || from === text.length - text.trimStart().length;
  return { from, offered: first ? all.filter((candidate) => verbs.includes(candidate.text)) : all, due };
};

/** What stands behind the line: what is wrong, else what may come next, else what the order is. */
export const orderHelp = (prompt: OrderPrompt, live: LiveState): { text: string; wrong: boolean } => {
  if (prompt.problem !== '') return { text: `! ${prompt.problem}`, wrong: true };
  const { offered, due } = candidates(prompt, live);
  if (offered.length > 0 || due !== '') {
    const named = offered.slice(0, NAMED).map(({ text }) => text);
    const tab = offered.length === 0 ? '' : `Tab: ${named.join('  ')}${offered.length > NAMED ? '  …' : ''}`;
    return { text: [due, tab].filter((part) => part !== '').join(', then '), wrong: false };
  }
  const form = formOf(prompt.text.trim().split(' ')[0] ?? '');
  return {
    text: `${form === undefined ? '' : `${form.verb} ${form.form}; `}Enter gives the order, Esc does not`,
    wrong: false,
  };
};

/** As far as all candidates agree; where that is no further, the first of them. */
const complete: Action = ({ ui, console }) => {
  const { prompt } = ui.getState();
  if (prompt?.kind !== 'order') return;
  const { from, offered } = candidates(prompt, console.latest());
  const [first, ...others] = offered.map(({ text }) => text);
  if (first === undefined) return;
  let shared = first;
  while (!others.every((other) => other.startsWith(shared))) shared = shared.slice(0, -1);
  const typed = prompt.text.slice(from);
  const word = others.length === 0 || shared.length <= typed.length ? `${first} ` : shared;
  ui.setState({ prompt: { ...prompt, text: prompt.text.slice(0, from) + word, problem: '' } });
};

/** A line that is no order stays, with what is wrong with it. */
const give: Action = (context) => {
  const { ui, console } = context;
  const { prompt } = ui.getState();
  if (prompt?.kind !== 'order') return;
  if (prompt.text.trim() === '') return ui.setState({ prompt: null });
  try {
    const line = parseOrder(prompt.text, { state: console.latest().kernel });
    ui.setState({ prompt: null });
    send(context, line.order, line.reason === '' ? REASON : line.reason, line.dryRun);
  } catch (error) {
    if (!(error instanceof NoOrder)) throw error;
    ui.setState({ prompt: { ...prompt, problem: error.message } });
  }
};

type Order = Parameters<typeof orderWords>[0];

/** Gives an order, and says what came of it. @param done what to say of its success, where the order itself says too little */
export const send = (
  { ui, control, console }: LiveContext,
  order: Order,
  reason: string,
  dryRun = false,
  done?: string,
): void => {
  if (console.latest().info.outcome !== null)
    return say(ui, 'info', 'The run has ended: nothing can be changed any more.');
  if (control === null) return say(ui, 'error', 'No kernel answers here: the run can only be looked at.');
  // Of before the command: what it brings about may be on the screen sooner than the answer.
  const before = console.latest();
  const answer = dryRun ? control.command(order, reason, true) : control.command(order, reason);
  answer.then(
    ({ events, already }) => {
      const outcome = outcomeText(order, events as Parameters<typeof outcomeText>[1], before.kernel);
      const ignored = events.some((event) => event.kind === 'input.ignored');
      if (already === true) say(ui, 'info', `Nothing to do: ${outcome}.`);
      else if (ignored) say(ui, 'error', `${orderWords(order, before.kernel)}: nothing done: ${outcome}`);
      else if (dryRun) say(ui, 'info', `Dry run, nothing is done: ${outcome}.`);
      else say(ui, 'good', done ?? `${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}.`, momentOf(before));
    },
    (error: unknown) => say(ui, 'error', error instanceof Error ? error.message : String(error)),
  );
};

const cancel: Action = ({ ui }) => ui.setState({ prompt: null });

export const ORDER: Readonly<Record<string, Action>> = { accept: give, complete, cancel, erase, clear };
