/** The text of the `?` overlay, from the key table. */
import { clampScroll, dialogRoom } from '../components/dialog.ts';
import { type Span, wrap } from '../components/text.ts';
import { bindingsOf, keysText, type Scope } from './keys.ts';

/** Columns of the keys, before what they do. */
const KEYS = 14;
const SIGN = '  !';
export const HELP_WIDTH = 76;

/** @param columns of the terminal */
export const helpLines = (scope: Scope, readOnly: boolean, columns: number): Span[][] => {
  const room = Math.min(HELP_WIDTH, columns) - 4 - KEYS - SIGN.length;
  const closing = readOnly ? 'read-only: no key changes the run' : '! may change the run; a lower-case key never does';
  return [
    ...bindingsOf(scope, readOnly).flatMap(({ keys, help, writes }): Span[][] =>
      wrap(help, room).map((text, i): Span[] => [
        [writes === true ? 'warn' : 'bold', (i === 0 ? keysText(keys) : '').padEnd(KEYS)],
        text,
        writes === true && i === 0 ? (['warn', SIGN] as const) : '',
      ]),
    ),
    ...wrap(closing, room + KEYS).map((text): Span[] => [['dim', text]]),
  ];
};

/** Where the overlay's first line is after a step, on a screen of that size: never past its last one. */
export const scrolledHelp = (
  scope: Scope,
  readOnly: boolean,
  { columns, rows }: { columns: number; rows: number },
  scroll: number,
  by: number,
): number => {
  const count = helpLines(scope, readOnly, columns).length;
  return clampScroll(clampScroll(scroll, count, rows) + by, count, rows);
};

const TO_THE_END = 1_000_000;

/** The keys that scroll a box, each with the action that moves it by so many lines on a screen of so many rows. */
export const scrollKeys = <Action>(scroll: (by: (rows: number) => number) => Action): Record<string, Action> => ({
  down: scroll(() => 1),
  up: scroll(() => -1),
  'page-down': scroll(dialogRoom),
  'page-up': scroll((rows) => -dialogRoom(rows)),
  home: scroll(() => -TO_THE_END),
  end: scroll(() => TO_THE_END),
});
