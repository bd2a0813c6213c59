/** What lies over the panes of the live screen, as text. */
import { type DialogContent, type DialogPlace, dialog, dialogRoom } from '../../components/dialog.ts';
import type { Look } from '../../components/look.ts';
import { type Span, wrap } from '../../components/text.ts';
import type { ConsoleView } from '../../store/console-store.ts';
import type { LiveState } from '../../store/live-state.ts';
import { isMoving, lastReply } from '../../store/projections/streams.ts';
import type { Overlay } from '../../store/ui-store.ts';
import { HELP_WIDTH, helpLines } from '../help.ts';
import { bindingsOf, keysText, type Scope } from '../keys.ts';
import { FAULTS, handlesOf, type InjectState, OFTEN, takesHandle, targetsOf } from './inject.ts';

export const overlayLines = (
  look: Look,
  columns: number,
  rows: number,
  overlay: Overlay,
  console: ConsoleView,
  readOnly: boolean,
): DialogPlace => {
  const width = Math.min(HELP_WIDTH, columns);
  return dialog(look, columns, rows, width, {
    ...content(overlay, console, readOnly, { columns, rows, width: width - 4 }),
    keys: keysOf(overlay.kind, readOnly),
  });
};

const keysOf = (scope: Scope, readOnly: boolean): string =>
  bindingsOf(scope, readOnly)
    .filter((binding) => binding.hint !== undefined)
    .map((binding) => `${keysText(binding.keys.slice(0, 1))} ${binding.hint}`)
    .join('   ');

const content = (
  overlay: Overlay,
  console: ConsoleView,
  readOnly: boolean,
  { columns, rows, width }: { columns: number; rows: number; width: number },
): Omit<DialogContent, 'keys'> => {
  switch (overlay.kind) {
    case 'help':
      return { title: 'KEYS', lines: helpLines('live', readOnly, columns), scroll: overlay.scroll };
    case 'about':
      return aboutContent(overlay, dialogRoom(rows));
    case 'kill':
      return { title: 'KILL THE RUN?', lines: killLines(console.live, width) };
    case 'quit':
      return {
        title: 'QUIT',
        lines: [
          ['The run is alive. It goes on by itself when you detach;'],
          [`turingos attach ${console.live.info.id.slice(0, 4)} comes back to it.`],
        ],
      };
    case 'inject':
      return { title: 'INJECT A FAULT', lines: injectLines(overlay, console.live, dialogRoom(rows), width) };
  }
};

/** Follows its cursor; a row that leads somewhere says so. */
const aboutContent = (
  { title, rows, at }: Extract<Overlay, { kind: 'about' }>,
  room: number,
): Omit<DialogContent, 'keys'> => ({
  title,
  lines: rows.map(({ text, tick }, i): Span[] => [
    [i === at ? 'select' : 'plain', i === at ? '>' : ' '],
    [tick > 0 || text.startsWith(' ') ? 'plain' : 'bold', ` ${text}`],
    ['dim', tick > 0 && i === at ? `   Enter: t${tick}` : ''],
  ]),
  scroll: Math.max(0, at - room + 1),
});

const killLines = (live: LiveState, width: number): Span[][] => {
  const moving = live.streams.filter((stream) => stream.ended === null && isMoving(lastReply(stream)));
  const who = moving.map((stream) => `${stream.role === 'planner' ? 'P' : 'w'}${stream.pid}`).join(' ');
  const what =
    moving.length === 0
      ? 'Nothing is being written now.'
      : `${who} ${moving.length === 1 ? 'is' : 'are'} being written: stopped, the text so far is kept.`;
  return [
    [['bold', `${live.info.id} ${live.info.task}, tick ${live.kernel.tick}`]],
    ...wrap(what, width).map((line): Span[] => [line]),
    ['A killed run cannot go on.'],
  ];
};

/** The list takes the room that the rows below it leave, and follows the cursor; under it stands what the chosen fault does. */
const injectLines = (inject: InjectState, live: LiveState, room: number, width: number): Span[][] => {
  const most = width < WHOLE_ROW ? CHOICES_SHOWN - 2 : CHOICES_SHOWN;
  const targets = targetsOf(live.kernel);
  const mark = (on: boolean): string => (on ? '> ' : '  ');
  const choices = (row: InjectState['row'], name: string, labels: readonly string[], chosen: number): Span[] => {
    const from = firstShown(chosen, labels.length, most);
    return [
      ['bold', mark(inject.row === row)],
      `${name.padEnd(8)}`,
      ...labels.slice(from, from + most).flatMap((label, i): Span[] => {
        const on = i + from === chosen;
        return [[on ? 'select' : 'plain', `${i === 0 ? '' : ' '}${on ? '*' : ' '}${label}`]];
      }),
      ['dim', from + most < labels.length ? ' …' : ''],
    ];
  };
  const below = [
    choices(
      'target',
      'target',
      targets.map(({ label }) => label),
      inject.target,
    ),
    choices(
      'often',
      'often',
      OFTEN.map(({ label }) => label),
      inject.often,
    ),
  ];
  if (takesHandle(inject)) {
    const handles = handlesOf(live.kernel, targets[inject.target]).map((handle) => handle ?? 'used last');
    below.push(choices('handle', 'handle', handles, inject.handle));
  }
  // One row more for the line that says what is hidden, and one that the handle may need: the list must not jump.
  const shown = Math.max(1, Math.min(FAULTS.length, room - 5));
  const from = firstShown(inject.fault, FAULTS.length, shown);
  const list = FAULTS.slice(from, from + shown).map(({ fault, name }, i): Span[] => {
    const on = from + i === inject.fault;
    return [
      ['bold', mark(inject.row === 'fault' && on)],
      [on ? 'select' : 'plain', `${on ? '*' : ' '}${String(from + i + 1).padStart(2)} ${name.padEnd(19)}`],
      ['accent', ` ${fault}`],
    ];
  });
  const [above, after] = [from, FAULTS.length - from - shown];
  const hidden = [above > 0 ? `${above} above` : '', after > 0 ? `${after} below` : ''].filter((part) => part !== '');
  const what = `    ${FAULTS[inject.fault]?.what ?? ''}`;
  return [...list, [what, ['dim', hidden.length === 0 ? '' : `   ${hidden.join(', ')}`]], ...below];
};

/** Choices of a row that are drawn, the chosen one among them. */
const CHOICES_SHOWN = 9;

/** Columns that all rates and numbers of times take in one row. */
const WHOLE_ROW = 62;

/** Where a window of so many begins that shows the chosen one. */
const firstShown = (chosen: number, count: number, shown: number): number =>
  Math.max(0, Math.min(chosen - shown + 1, count - shown));
