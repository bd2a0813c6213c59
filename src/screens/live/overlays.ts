/** What lies over the panes of the live screen, as text. */
import { type DialogContent, type DialogPlace, dialog } from '../../components/dialog.ts';
import type { Look } from '../../components/look.ts';
import { type Span, wrap } from '../../components/text.ts';
import type { ConsoleView } from '../../store/console-store.ts';
import type { LiveState } from '../../store/live-state.ts';
import { isMoving, lastReply } from '../../store/projections/streams.ts';
import type { Overlay } from '../../store/ui-store.ts';
import { HELP_WIDTH, helpLines } from '../help.ts';
import { bindingsOf, keysText, type Scope } from '../keys.ts';
import { FAULTS, handlesOf, type InjectState, targetsOf } from './inject.ts';

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
    ...content(overlay, console, readOnly, columns, width - 4),
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
  columns: number,
  width: number,
): Omit<DialogContent, 'keys'> => {
  switch (overlay.kind) {
    case 'help':
      return { title: 'KEYS', lines: helpLines('live', readOnly, columns), scroll: overlay.scroll };
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
      return { title: 'INJECT A FAULT', lines: injectLines(overlay, console.live) };
  }
};

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

const injectLines = (inject: InjectState, live: LiveState): Span[][] => {
  const targets = targetsOf(live.kernel);
  const handles = handlesOf(live.kernel, targets[inject.target]);
  const mark = (on: boolean): string => (on ? '> ' : '  ');
  const lines: Span[][] = FAULTS.map(({ name, what }, i): Span[] => [
    ['bold', mark(inject.row === 'fault' && i === inject.fault)],
    [i === inject.fault ? 'select' : 'plain', `${i === inject.fault ? '*' : ' '}${i + 1} ${name} `],
    ['dim', `  ${what}`],
  ]);
  const choices = (row: InjectState['row'], name: string, labels: readonly string[], chosen: number): Span[] => [
    ['bold', mark(inject.row === row)],
    `${name.padEnd(8)}`,
    ...labels.flatMap((label, i): Span[] => [
      [i === chosen ? 'select' : 'plain', `${i === chosen ? '*' : ' '}${label} `],
    ]),
  ];
  lines.push(
    [],
    choices(
      'target',
      'target',
      targets.map(({ label }) => label),
      inject.target,
    ),
  );
  if (FAULTS[inject.fault]?.fault === 'cap.revoked') {
    lines.push(
      choices(
        'handle',
        'handle',
        handles.map((handle) => handle ?? 'used last'),
        inject.handle,
      ),
    );
  }
  return lines;
};
