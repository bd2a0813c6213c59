// Turns what a terminal shows into a picture: cells to SVG, SVG to PNG, always the same for the same cells.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import type { Cell } from '../test/e2e/harness/cells.ts';
import { type Pty, spawnPty } from '../test/e2e/harness/pty.ts';

/** The terminal's own colours, as a dark and a light one have them. */
const OWN = {
  dark: { foreground: '#d8dadd', background: '#16181b' },
  light: { foreground: '#24292f', background: '#ffffff' },
} as const;
export type PictureTheme = keyof typeof OWN;
const CELL_WIDTH = 10;
/** The font's own line height at this size, so that box-drawing characters of two rows touch. */
const CELL_HEIGHT = 19;
const FONT_SIZE = CELL_WIDTH / 0.60205;
const BASELINE = 15;
const MARGIN = 12;

/** What part of a cell a block element fills: [x, y, width, height] in eighths, and how solidly. Fonts leave seams. */
const BLOCKS: Record<string, [number, number, number, number, number?]> = {
  '▀': [0, 0, 8, 4],
  '▐': [4, 0, 4, 8],
  '░': [0, 0, 8, 8, 0.25],
  '▒': [0, 0, 8, 8, 0.5],
  '▓': [0, 0, 8, 8, 0.75],
  ...Object.fromEntries([...'▁▂▃▄▅▆▇█'].map((block, i) => [block, [0, 7 - i, 8, i + 1]])),
  ...Object.fromEntries([...'▉▊▋▌▍▎▏'].map((block, i) => [block, [0, 0, 7 - i, 8]])),
};

/** An SVG of rows × cols cells in DejaVu Sans Mono. */
export function renderSvg(cells: Cell[][], theme: PictureTheme = 'dark'): string {
  const own: Own = OWN[theme];
  const width = (cells[0]?.length ?? 0) * CELL_WIDTH + 2 * MARGIN;
  const height = cells.length * CELL_HEIGHT + 2 * MARGIN;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${own.background}"/>`,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT_SIZE.toFixed(3)}" xml:space="preserve">`,
  ];
  const each = (draw: (run: Run, x: number, y: number) => string): void => {
    cells.forEach((row, r) => {
      for (const run of runsOf(row)) parts.push(draw(run, MARGIN + run.column * CELL_WIDTH, MARGIN + r * CELL_HEIGHT));
    });
  };
  // All backgrounds come first, or they would cut what reaches over from the cell above.
  each((run, x, y) => drawBackground(run, x, y, own));
  each((run, x, y) => drawForeground(run, x, y, own));
  return [...parts, '</g></svg>'].filter(Boolean).join('\n');
}

interface Own {
  foreground: string;
  background: string;
}

/** Cells side by side that look alike, as one: `width` is that of all of them. */
interface Run extends Omit<Cell, 'width'> {
  column: number;
  width: number;
}

const LOOKS = ['fg', 'bg', 'bold', 'dim', 'italic', 'underline', 'inverse', 'strike', 'hidden'] as const;

/** Only ASCII is put together: of other characters no font can be trusted with the width. */
function runsOf(row: Cell[]): Run[] {
  const runs: Run[] = [];
  row.forEach((cell, column) => {
    if (cell.width === 0) return;
    const last = runs.at(-1);
    const alike = last !== undefined && LOOKS.every((look) => last[look] === cell[look]);
    if (alike && /^[ -~]+$/.test(last.text) && /^[ -~]$/.test(cell.text)) {
      last.text += cell.text;
      last.width += 1;
    } else runs.push({ ...cell, column });
  });
  return runs;
}

function colours(cell: Run, { foreground, background }: Own): { front: string; back: string } {
  const front = cell.fg ?? foreground;
  const back = cell.bg ?? background;
  return cell.inverse ? { front: back, back: front } : { front, back };
}

function drawBackground(cell: Run, x: number, y: number, own: Own): string {
  const { back } = colours(cell, own);
  return back === own.background ? '' : rect(x, y, cell.width * CELL_WIDTH, CELL_HEIGHT, back);
}

function drawForeground(cell: Run, x: number, y: number, own: Own): string {
  const { front } = colours(cell, own);
  const opacity = cell.dim ? 0.55 : 1;
  const width = cell.width * CELL_WIDTH;
  const lines = [
    cell.underline ? rect(x, y + BASELINE + 2, width, 1, front, opacity) : '',
    cell.strike ? rect(x, y + BASELINE - 5, width, 1, front, opacity) : '',
  ].join('');
  if (cell.text.trim() === '' || cell.hidden) return lines;
  const block = BLOCKS[cell.text];
  if (block) {
    const [left, top, w, h, solid = 1] = block;
    const [dx, dy] = [CELL_WIDTH / 8, CELL_HEIGHT / 8];
    return lines + rect(x + left * dx, y + top * dy, w * dx, h * dy, front, opacity * solid);
  }
  const style = [
    `fill="${front}"`,
    opacity < 1 ? `fill-opacity="${opacity}"` : '',
    cell.bold ? 'font-weight="bold"' : '',
    cell.italic ? 'font-style="italic"' : '',
  ];
  // Blanks at the ends are nothing to draw, and some renderers drop those at the start.
  const text = cell.text.trimEnd();
  const start = x + (text.length - text.trimStart().length) * CELL_WIDTH;
  return `${lines}<text x="${start}" y="${y + BASELINE}" ${style.filter(Boolean).join(' ')}>${escapeXml(text.trimStart())}</text>`;
}

function rect(x: number, y: number, width: number, height: number, fill: string, opacity = 1): string {
  const see = opacity < 1 ? ` fill-opacity="${opacity}"` : '';
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"${see}/>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

const FONTS = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
const FONT_FILES = ['Mono', 'Mono-Bold', 'Mono-Oblique', 'Mono-BoldOblique', ''].map((face) => {
  return join(FONTS, `DejaVuSans${face}.ttf`);
});

/** A PNG of such an SVG, one pixel a unit. The fonts come from a package: pictures look the same on every machine. */
export function renderPng(svg: string): Buffer {
  const font = { loadSystemFonts: false, fontFiles: FONT_FILES, defaultFontFamily: 'DejaVu Sans Mono' };
  return new Resvg(svg, { font }).render().asPng();
}

export interface Scene {
  /** Also the picture's file name, with the size appended. */
  name: string;
  command: string;
  args?: string[];
  cwd?: string;
  env?: Record<string, string | undefined>;
  cols: number;
  rows: number;
  theme: PictureTheme;
  /** Brings the program to the moment to show: waits for text, presses keys. The picture is taken when it resolves. */
  steps: (pty: Pty) => Promise<unknown>;
}

/**
 * Runs the scene in a pty, writes `<dir>/<name>-<cols>x<rows>[-light].svg` and `.png`, and resolves with their common path. Kills
 * the program.
 */
export async function renderScene(scene: Scene, dir = 'docs/screens'): Promise<string> {
  const pty = spawnPty(scene);
  try {
    await scene.steps(pty);
    await pty.quiet(40, 1000);
    const path = join(dir, `${scene.name}-${scene.cols}x${scene.rows}${scene.theme === 'light' ? '-light' : ''}`);
    mkdirSync(dir, { recursive: true });
    const svg = renderSvg(pty.cells(), scene.theme);
    writeFileSync(`${path}.svg`, `${svg}\n`);
    writeFileSync(`${path}.png`, renderPng(svg));
    return path;
  } finally {
    await pty.close();
  }
}
