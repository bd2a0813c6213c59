/** The line above the hints: what just happened, what is wrong, or what to do about it. */

import { filterOf, searchOf } from '../../components/filter.ts';
import type { Look, Style } from '../../components/look.ts';
import { endedText } from '../../components/place-line.ts';
import { row, type Span, spansWidth, widthOf, wrap } from '../../components/text.ts';
import type { ConsoleView } from '../../store/console-store.ts';
import { GOTO_FORMS } from '../../store/goto.ts';
import type { LiveState } from '../../store/live-state.ts';
import { isOpen } from '../../store/projections/traps.ts';
import { killedBy, NOTHING_LEFT, type RunWord, runWord } from '../../store/run-status.ts';
import { speedText } from '../../store/speed.ts';
import { isOld, type Message, type Prompt, type UiState } from '../../store/ui-store.ts';
import { patternLine, typedLine } from '../typed-line.ts';
import { orderHelp } from './order-prompt.ts';
import { isStream } from './stream-search.ts';

const ORDER = 'order: ';

const TONES: Record<Message['tone'], Style> = { info: 'plain', good: 'good', error: 'error' };

/** More lines than that would hide the panes. */
const MOST = 3;

/** One line as a rule. What is wrong, and what came of an order, is told to its end: its lines stand above, over the panes. */
export const statusLines = (
  look: Look,
  width: number,
  console: ConsoleView,
  ui: UiState,
  readOnly: boolean,
): string[] => {
  const typed = typedSpans(look, width, ui, console.live);
  const spans = typed ?? statusSpans(console, ui, readOnly);
  const whole = [row(look, width, spans)];
  if (ui.prompt?.kind === 'order') {
    const { text, wrong } = orderHelp(ui.prompt, console.live);
    if (!wrong || widthOf(`${ORDER}${ui.prompt.text}   ${text}`) <= width) return whole;
    return [
      ...wrapped(look, width, 'error', text),
      row(look, width, typedLine(look, width, ORDER, ui.prompt.text, '')),
    ];
  }
  const told = isGone(console) || console.stalled !== null || shownMessage(console, ui) !== null;
  if (typed !== undefined || !told || spansWidth(spans) <= width) return whole;
  const [first = ''] = spans;
  const text = spans.map((span) => (typeof span === 'string' ? span : span[1])).join('');
  return wrapped(look, width, typeof first === 'string' ? 'plain' : first[0], text);
};

const wrapped = (look: Look, width: number, style: Style, text: string): string[] =>
  wrap(text, width)
    .slice(0, MOST)
    .map((line) => row(look, width, [[style, line]]));

const typedSpans = (look: Look, width: number, ui: UiState, live: LiveState): Span[] | undefined => {
  if (!ui.typing && ui.prompt === null) return undefined;
  if (ui.prompt?.kind === 'order') {
    const { text, wrong } = orderHelp(ui.prompt, live);
    return typedLine(look, width, ORDER, ui.prompt.text, text, wrong ? 'error' : 'dim');
  }
  if (!ui.typing) return typedLine(look, width, ...promptParts(ui.prompt));
  const text = ui.filter[ui.focus] ?? '';
  if (isStream(ui.focus)) {
    return patternLine(
      look,
      width,
      'search: ',
      searchOf(text),
      'a pattern; Enter finds the newest, n N go on, Esc clears',
    );
  }
  return ui.focus === 7
    ? typedLine(look, width, 'filter: ', text, 'kinds of marks; Enter keeps it, Esc clears it')
    : patternLine(
        look,
        width,
        'filter: ',
        filterOf(text),
        'patterns; !pattern leaves out; Enter keeps it, Esc clears it',
      );
};

const promptParts = (prompt: Prompt | null): [string, string, string] =>
  prompt?.kind === 'tag'
    ? [`tag t${prompt.tick}: `, prompt.text, 'text and #labels; Enter keeps it, Esc leaves it as it was']
    : ['go to: ', prompt?.text ?? '', GOTO_FORMS];

/** Where the view is, what the run has come to since, and the way on. */
const heldSpans = ({ live, view, travel, replay, gone }: ConsoleView, word: RunWord): Span[] => {
  const { tick } = view.kernel;
  const ended = endedText(live);
  const end: Span[] = ended === '' ? [] : [[word === 'DONE' ? 'good' : 'error', `   ${ended}`]];
  if (travel?.playing === true) {
    return [['good', `Playing ${speedText(travel.speed)} from t${tick}. `], 'space holds it.', ...end];
  }
  if (replay) return [['bold', `t${tick} of ${live.kernel.tick}. `], 'space plays, enter inspects.', ...end];
  const since =
    ended === '' && gone ? '; the kernel is gone since' : live.kernel.phase === 'active' ? '; the run goes on' : '';
  return [['warn', `Held at t${tick}${since}. `], 'l follows it again, space plays, enter inspects.', ...end];
};

/** Nobody goes on with it, and the view is at its end. */
const isGone = ({ live, gone, held }: ConsoleView): boolean => runWord(live, gone) === 'GONE' && !held;

const shownMessage = ({ live }: ConsoleView, { message }: UiState): Message | null =>
  message === null || isOld(message, live) ? null : message;

const statusSpans = (console: ConsoleView, ui: UiState, readOnly: boolean): Span[] => {
  const { live, held } = console;
  const word = runWord(live, console.gone);
  if (isGone(console)) {
    if (console.lost !== null) return [['error', `! ${console.lost}: `], NOTHING_LEFT];
    const killed = killedBy(live);
    const how = killed === null ? 'The kernel is gone' : `The kernel was killed by ${killed}`;
    return [['error', `! ${how}. `], `What it wrote is kept: turingos resume ${live.info.id} goes on`];
  }
  if (console.stalled !== null) return [['error', `! ${console.stalled}`]];
  const message = shownMessage(console, ui);
  if (message !== null) return [[TONES[message.tone], `${message.tone === 'error' ? '! ' : ''}${message.text}`]];
  if (held) return heldSpans(console, word);
  if (live.info.outcome !== null) {
    return [
      [word === 'DONE' ? 'good' : 'error', `${word === 'DONE' ? '' : '! '}${word}: ${live.info.reason}`],
      `   q leaves`,
    ];
  }
  if (live.kernel.phase === 'paused') {
    const { tick, pausedWhy } = live.kernel;
    const why = pausedWhy === undefined ? '' : ` by itself: ${pausedWhy}`;
    return [['warn', `Paused at t${tick}${why}. `], readOnly ? '' : 'S steps once, P lets it go on.'];
  }
  const open = live.traps.rows.findLast(isOpen);
  if (open !== undefined) return [['error', `! t${open.tick} ${open.code}: ${open.who} ${open.evidence}`]];
  const fault = live.faults.findLast((row) => row.recovered === null && (row.struck !== null || row.by !== 'plan'));
  if (fault !== undefined) {
    return [
      [
        'warn',
        `Fault ${fault.id} ${fault.fault} ${fault.struck === null ? `armed for ${fault.target}` : `struck ${fault.struck.who} at t${fault.struck.tick}, not recovered`}`,
      ],
    ];
  }
  const last = live.thrash.lastProgress;
  return [['dim', last === null ? live.info.goal : `t${last.tick} progress: ${last.what}`]];
};
