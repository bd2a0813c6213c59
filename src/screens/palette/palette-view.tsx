/** The palette at the foot of a screen: the line that is typed, above it what is offered; or what a verb answered, over all of it. */
import { createContext, memo, useContext } from 'react';
import { useStore } from 'zustand';
import { cleanLines } from '../../components/inspect/lines-pane.ts';
import { Lines } from '../../components/lines.tsx';
import type { Look } from '../../components/look.ts';
import { block, fit, row, type Span, widthOf } from '../../components/text.ts';
import { title, windowAt } from '../../components/widgets.ts';
import { hintLine } from '../hints.ts';
import { useLook } from '../look-context.ts';
import { typedLine } from '../typed-line.ts';
import type { Offer } from './offers.ts';
import { createPalette, type Palette, type PaletteState } from './palette.ts';

/** One for all screens, so that what was typed before is remembered. */
export const PaletteContext = createContext<Palette>(
  createPalette({
    verbs: [],
    opened: async () => {},
    choices: () => [],
    perform: () => Promise.reject(new Error('There are no verbs here.')),
  }),
);

export const usePalette = (): Palette => useContext(PaletteContext);

/** Lines of offers at most, and of a screen's height. */
const OFFERS = 12;

interface Size {
  columns: number;
  rows: number;
}

export const PaletteView = memo(({ columns, rows }: Size) => {
  const look = useLook();
  const palette = usePalette();
  const state = useStore(palette.store);
  if (state.target === null) return null;
  const lines =
    state.page === null
      ? paletteLines(look, { columns, rows }, state, palette.offers())
      : pageLines(look, { columns, rows }, state.page, palette);
  return <Lines x={0} y={rows - lines.length} width={columns} lines={lines} />;
});

/** From its rule to the last line of the screen. */
export const paletteLines = (
  look: Look,
  { columns, rows }: Size,
  state: PaletteState,
  offers: readonly Offer[],
): string[] => {
  const room = Math.max(1, Math.min(OFFERS, rows - 6, Math.max(1, offers.length)));
  const from = windowAt(offers.length, room, Math.max(0, state.at));
  const shown = offers.slice(from, from + room);
  const names = Math.min(Math.floor(columns * 0.4), Math.max(12, ...shown.map(({ text }) => widthOf(text))));
  const keys = Math.min(Math.floor(columns * 0.2), Math.max(4, ...shown.map((offer) => widthOf(offer.keys))));
  const below = offers.length - from - room;
  const hidden = [from > 0 ? `${from} above` : '', below > 0 ? `${below} below` : ''].filter((text) => text !== '');
  const head = title(look, columns, {
    name: 'PALETTE',
    focused: true,
    rest: [['dim', state.target?.readOnly === true ? 'read-only: nothing here changes a run' : '! may change a run']],
    right: [['dim', hidden.join(', ')]],
  });
  const line = (offer: Offer, i: number): string => {
    const chosen = from + i === state.at;
    return row(look, columns, [
      [chosen ? 'select' : 'plain', chosen ? '>' : ' '],
      [offer.writes ? 'warn' : 'plain', offer.writes ? '!' : ' '],
      ['bold', fit(look, offer.text.trim(), names)],
      '  ',
      ['accent', fit(look, offer.keys, keys)],
      '  ',
      ['dim', offer.about],
    ]);
  };
  const body = shown.map(line);
  if (body.length === 0) body.push(row(look, columns, [['dim', emptyText(state.text)]]));
  return [head, ...block(body, columns, room), row(look, columns, typed(look, columns, state)), hints(look, columns)];
};

/** Behind a name anything may be typed. */
const emptyText = (text: string): string =>
  /\S\s/.test(text) ? '  Enter does it as it is typed' : '  nothing is called like that';

const typed = (look: Look, width: number, { text, problem, busy }: PaletteState): Span[] => {
  if (busy !== '') return [['bold', ': '], busy, ['dim', '  at work; Esc does not wait for it']];
  if (problem !== '') return typedLine(look, width, ': ', text, `! ${problem}`, 'error');
  return typedLine(look, width, ': ', text, text === '' ? 'a key, a pane, a verb; letters in order are enough' : '');
};

const hints = (look: Look, width: number): string => hintLine(look, width, 'palette', 0, false);

/** A verb's answer over the whole screen. */
const pageLines = (
  look: Look,
  { columns, rows }: Size,
  page: NonNullable<PaletteState['page']>,
  palette: Palette,
): string[] => {
  const lines = cleanLines(page.text, columns);
  const room = Math.max(1, rows - 2);
  palette.sized(lines.length, room);
  const from = Math.max(0, Math.min(page.scroll, lines.length - room));
  const below = lines.length - from - room;
  const hidden = [from > 0 ? `${from} above` : '', below > 0 ? `${below} below` : ''].filter((text) => text !== '');
  return [
    title(look, columns, { name: page.title, focused: true, right: [['dim', hidden.join(', ')]] }),
    ...block(
      lines.slice(from, from + room).map((text) => row(look, columns, [text])),
      columns,
      room,
    ),
    hintLine(look, columns, 'page', 0, false),
  ];
};
