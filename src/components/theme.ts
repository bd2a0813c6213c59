/**
 * The colours of the two themes, by meaning, for terminals of 16 colours, of 256 and of all. They reach WCAG AA against the
 * backgrounds they are made for, reversed or not: text 4.5 : 1, lines 3 : 1. The terminal's own foreground stays its own.
 */

export type ThemeName = 'dark' | 'light';

/** Bits a colour. */
export type Depth = 4 | 8 | 24;

/** A meaning that has a colour. */
export type Tint = 'dim' | 'rule' | 'error' | 'warn' | 'good' | 'accent';

export interface Colour {
  /** SGR parameter among the 16 colours, whose real values the terminal chooses; '' for its own foreground. */
  basic: string;
  /** In the palette of 256, of the part that is the same everywhere. */
  index: number;
  /** `#rrggbb` */
  rgb: string;
}

export interface Theme {
  /** The backgrounds it is made for: from the one end to the other. */
  backgrounds: readonly [string, string];
  colours: Readonly<Record<Tint, Colour>>;
}

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  dark: {
    backgrounds: ['#000000', '#2e3440'],
    colours: {
      dim: { basic: '', index: 248, rgb: '#a6adb8' },
      rule: { basic: '', index: 244, rgb: '#7c8494' },
      error: { basic: '91', index: 210, rgb: '#ff8b85' },
      warn: { basic: '33', index: 221, rgb: '#f2cd70' },
      good: { basic: '32', index: 114, rgb: '#8fd694' },
      accent: { basic: '36', index: 80, rgb: '#6fd3e3' },
    },
  },
  light: {
    backgrounds: ['#ffffff', '#eee8d5'],
    colours: {
      dim: { basic: '', index: 241, rgb: '#5c6370' },
      rule: { basic: '', index: 243, rgb: '#7a818c' },
      error: { basic: '31', index: 124, rgb: '#b0001e' },
      // Yellow, green and cyan of the 16 are too light for any white; what they say, the signs say too.
      warn: { basic: '35', index: 94, rgb: '#7a5200' },
      good: { basic: '', index: 22, rgb: '#00662b' },
      accent: { basic: '34', index: 25, rgb: '#005a9e' },
    },
  },
};

/** SGR parameters of a foreground; '' for the terminal's own. */
export const foreground = ({ basic, index, rgb }: Colour, depth: Depth): string => {
  if (depth === 4) return basic;
  if (depth === 8) return `38;5;${index}`;
  return `38;2;${[1, 3, 5].map((at) => Number.parseInt(rgb.slice(at, at + 2), 16)).join(';')}`;
};
