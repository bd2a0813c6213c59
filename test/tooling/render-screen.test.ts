import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renderPng, renderScene, renderSvg } from '../../scripts/render-screen.ts';
import type { Cell } from '../e2e/harness/cells.ts';

const blank: Cell = {
  text: ' ',
  width: 1,
  fg: undefined,
  bg: undefined,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
  hidden: false,
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turingos-screens-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Width and height from a PNG's header. */
function pngSize(png: Buffer): [number, number] {
  expect(png.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

test('text is drawn in its colour, escaped, and bold, dim and italic show', () => {
  const svg = renderSvg([[{ ...blank, text: '<', fg: '#ff0000', bold: true, dim: true, italic: true }]]);
  expect(svg).toContain('fill="#ff0000" fill-opacity="0.55" font-weight="bold" font-style="italic">&#60;</text>');
});

test('inverse swaps the two colours', () => {
  const svg = renderSvg([[{ ...blank, text: 'x', fg: '#111111', bg: '#222222', inverse: true }]]);
  expect(svg).toMatch(/<rect [^>]*height="19" fill="#111111"/);
  expect(svg).toMatch(/<text [^>]*fill="#222222"/);
});

test('neighbouring block elements leave no seam, and a sparkline rises', () => {
  const svg = renderSvg([[...'▁▄█'].map((text) => ({ ...blank, text }))]);
  const bars = [...svg.matchAll(/<rect x="(\d+)" y="([\d.]+)" width="10" height="([\d.]+)"/g)].map((m) =>
    m.slice(1).map(Number),
  );
  expect(bars).toEqual([
    [12, 28.625, 2.375],
    [22, 21.5, 9.5],
    [32, 12, 19],
  ]);
});

test('a picture of a glyph differs from one of another, so the font is there', () => {
  const png = (text: string) => renderPng(renderSvg([[{ ...blank, text }]]));
  const glyphs = ['A', '│', '╭', '●', '✓', ' '].map((text) => png(text).toString('base64'));
  expect(new Set(glyphs).size).toBe(6);
});

test('a scene is played, and its picture has the size of the screen', async () => {
  const path = await renderScene(
    {
      name: 'hello',
      theme: 'light',
      command: process.execPath,
      args: [
        '-e',
        `process.stdin.on('data', () => console.log('world')); console.log('hello'); setInterval(() => {}, 1000);`,
      ],
      cols: 80,
      rows: 24,
      steps: async (pty) => {
        await pty.waitFor('hello');
        pty.keys('\r');
        await pty.waitFor('world');
      },
    },
    dir,
  );
  expect(path).toBe(join(dir, 'hello-80x24-light'));
  expect(pngSize(readFileSync(`${path}.png`))).toEqual([824, 480]);
});
