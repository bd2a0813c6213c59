import { describe, expect, test } from 'vitest';
import { makeLook, type Style } from '../../src/components/look.ts';
import { type Depth, foreground, THEMES, type ThemeName } from '../../src/components/theme.ts';
import { paletteColour } from '../e2e/harness/cells.ts';

const STYLES: Style[] = [
  ...(['plain', 'dim', 'rule', 'bold', 'error', 'warn', 'good', 'accent', 'focus'] as const),
  ...(['select', 'pill', 'pill-error', 'pill-warn', 'pill-good'] as const),
];
/** Of xterm, which most terminals take for the 16. */
const XTERM_16 = [
  ...['#000000', '#cd0000', '#00cd00', '#cdcd00', '#0000ee', '#cd00cd', '#00cdcd', '#e5e5e5'],
  ...['#7f7f7f', '#ff0000', '#00ff00', '#ffff00', '#5c5cff', '#ff00ff', '#00ffff', '#ffffff'],
];

const luminance = (rgb: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(rgb.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one: string, other: string): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

/** What an opening SGR sequence makes of the foreground; undefined for the terminal's own. */
const colourIn = (painted: string): string | undefined => {
  const codes = (/^\u001b\[([\d;]*)m/.exec(painted)?.[1] ?? '').split(';').map(Number);
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] as number;
    if (code === 38 && codes[i + 1] === 5) return paletteColour(codes[i + 2] as number);
    if (code === 38)
      return `#${codes
        .slice(i + 2, i + 5)
        .map((n) => n.toString(16).padStart(2, '0'))
        .join('')}`;
    if (code >= 30 && code <= 37) return XTERM_16[code - 30];
    if (code >= 90 && code <= 97) return XTERM_16[code - 82];
  }
  return undefined;
};

const OWN: Record<ThemeName, string> = { dark: '#d8d8d8', light: '#303030' };

describe.each(['dark', 'light'] as const)('the %s theme reaches WCAG AA', (theme) => {
  describe.each([4, 8, 24] as const)('at %s bits', (depth: Depth) => {
    const look = makeLook({ colours: true, unicode: true, depth, theme });
    // The 16 belong to the terminal's own palette, which is made for its own background.
    const backgrounds = depth === 4 ? [theme === 'dark' ? '#000000' : '#ffffff'] : THEMES[theme].backgrounds;
    test.each(STYLES)('%s', (style) => {
      const front = colourIn(look.paint(style, 'x')) ?? OWN[theme];
      for (const back of backgrounds) {
        // Reversed it is the same pair the other way round.
        expect(contrast(front, back), `${front} on ${back}`).toBeGreaterThanOrEqual(style === 'rule' ? 3 : 4.5);
      }
    });
  });
});

test('what is switched on is switched off again', () => {
  for (const theme of ['dark', 'light'] as const)
    for (const depth of [4, 8, 24] as const)
      for (const style of STYLES) {
        const painted = makeLook({ colours: true, unicode: true, depth, theme }).paint(style, 'x');
        const [open = '', close = ''] = painted.split('x').map((part) => part.replaceAll(/\u001b\[|m$/g, ''));
        const codes = open.split(';');
        expect(close.includes('27')).toBe(codes.includes('7'));
        expect(close.includes('22')).toBe(codes[0] === '1' || codes.includes('1') || open === '2');
        expect(close.includes('39')).toBe(colourIn(painted) !== undefined);
      }
});

test('without colours the signs and attributes are left, in either theme', () => {
  const bare = makeLook({ colours: false, unicode: true, theme: 'light', depth: 24 });
  for (const style of STYLES) expect(colourIn(bare.paint(style, 'x'))).toBeUndefined();
  expect(bare.paint('select', 'x')).toBe('\u001b[7mx\u001b[27m');
});

test('in 256 colours only those that are the same everywhere', () => {
  for (const { colours } of Object.values(THEMES))
    for (const colour of Object.values(colours)) {
      expect(colour.index).toBeGreaterThanOrEqual(16);
      expect(foreground(colour, 8)).toBe(`38;5;${colour.index}`);
    }
});
