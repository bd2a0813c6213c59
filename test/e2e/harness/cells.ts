// What a headless terminal shows, as plain data: lines of text, or cells with their colours and attributes.
import type { Terminal } from '@xterm/headless';

/** One column of one row. Colours are '#rrggbb', or undefined for the terminal's own foreground or background. */
export interface Cell {
  /** One grapheme; ' ' where nothing was written, '' in the second column of a wide one. */
  text: string;
  width: 0 | 1 | 2;
  fg: string | undefined;
  bg: string | undefined;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
  strike: boolean;
  hidden: boolean;
}

/** The visible rows as text, without the blanks at their ends. */
export function readLines(terminal: Terminal): string[] {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, row) => {
    return active.getLine(active.viewportY + row)?.translateToString(true) ?? '';
  });
}

/** The visible rows as cells, `rows` × `cols` of them. */
export function readCells(terminal: Terminal): Cell[][] {
  const { active } = terminal.buffer;
  const reused = active.getNullCell();
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.viewportY + row);
    return Array.from({ length: terminal.cols }, (_, column): Cell => {
      const cell = line?.getCell(column, reused) ?? active.getNullCell();
      const width = cell.getWidth() as Cell['width'];
      return {
        text: width === 0 ? '' : cell.getChars() || ' ',
        width,
        fg: colour(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor(), cell.isBold() !== 0),
        bg: colour(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor(), false),
        bold: cell.isBold() !== 0,
        dim: cell.isDim() !== 0,
        italic: cell.isItalic() !== 0,
        underline: cell.isUnderline() !== 0,
        inverse: cell.isInverse() !== 0,
        strike: cell.isStrikethrough() !== 0,
        hidden: cell.isInvisible() !== 0,
      };
    });
  });
}

const ANSI_16 = [
  ...['#1d1f21', '#d05f5f', '#7fb35f', '#d0a64f', '#5f93cf', '#b07fc8', '#55aab3', '#c5c8c6'],
  ...['#6b7078', '#f08080', '#a3d883', '#f0cd78', '#8ab8f0', '#d0a5e6', '#80d0d8', '#ffffff'],
];
const CUBE = [0, 95, 135, 175, 215, 255];

/** `bold` lightens the first eight colours, as most terminals do. */
function colour(rgb: boolean, palette: boolean, value: number, bold: boolean): string | undefined {
  if (rgb) return `#${value.toString(16).padStart(6, '0')}`;
  return palette ? paletteColour(bold && value < 8 ? value + 8 : value) : undefined;
}

/** The colour of an entry of the 256 colour palette. */
export function paletteColour(index: number): string {
  if (index < 16) return ANSI_16[index] as string;
  const grey = 8 + (index - 232) * 10;
  const steps = index - 16;
  const levels = [Math.floor(steps / 36), Math.floor(steps / 6) % 6, steps % 6].map((step) => CUBE[step]);
  const channels = index >= 232 ? [grey, grey, grey] : (levels as number[]);
  return `#${channels.map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}
