/** What the terminal can show: colours by meaning, glyphs with an ASCII form. */
import { type Depth, foreground, THEMES, type ThemeName, type Tint } from './theme.ts';

/** Styles by meaning. A colour never says alone what a sign does not say too. */
export type Style =
  | 'plain'
  | 'dim'
  | 'rule'
  | 'bold'
  | 'error'
  | 'warn'
  | 'good'
  | 'accent'
  | 'focus'
  | 'select'
  | 'pill'
  | 'pill-error'
  | 'pill-warn'
  | 'pill-good';

export interface Glyphs {
  rule: string;
  heavy: string;
  bar: string;
  tee: string;
  cross: string;
  ramp: string;
  full: string;
  empty: string;
  more: string;
  moving: string;
}

export interface Look {
  /** Whether the terminal's locale has more than ASCII. */
  unicode: boolean;
  /** Whether characters of ambiguous width take two columns. */
  wide: boolean;
  paint(style: Style, text: string): string;
  glyphs: Glyphs;
}

const UNICODE: Glyphs = {
  rule: '─',
  heavy: '━',
  bar: '│',
  tee: '┬',
  cross: '┼',
  ramp: '▁▂▃▄▅▆▇',
  full: '█',
  // As unlike the full one as can be: where colours are off or alike, the glyph alone must tell.
  empty: '-',
  more: '…',
  moving: '*',
};

const ASCII: Glyphs = {
  rule: '-',
  heavy: '=',
  bar: '|',
  tee: '+',
  cross: '+',
  ramp: '.:-=+*#',
  full: '#',
  empty: '-',
  more: '~',
  moving: '*',
};

/** Attributes stay where colours are off. */
const STYLES: Record<Exclude<Style, 'plain'>, { attributes: string; tint?: Tint }> = {
  dim: { attributes: '', tint: 'dim' },
  rule: { attributes: '', tint: 'rule' },
  bold: { attributes: '1' },
  error: { attributes: '1', tint: 'error' },
  warn: { attributes: '', tint: 'warn' },
  good: { attributes: '', tint: 'good' },
  accent: { attributes: '', tint: 'accent' },
  focus: { attributes: '1', tint: 'accent' },
  select: { attributes: '7' },
  pill: { attributes: '7' },
  'pill-error': { attributes: '7;1', tint: 'error' },
  'pill-warn': { attributes: '7', tint: 'warn' },
  'pill-good': { attributes: '7', tint: 'good' },
};

const FAINT = '2';

const painter = (depth: Depth | 0, theme: ThemeName): Look['paint'] => {
  const pairs = new Map<Style, [string, string]>();
  for (const [style, { attributes, tint }] of Object.entries(STYLES)) {
    const colour = tint === undefined || depth === 0 ? '' : foreground(THEMES[theme].colours[tint], depth);
    // How faint faint is, is the terminal's business: it serves where no colour can.
    const faint = (style === 'dim' || style === 'rule') && colour === '' ? FAINT : '';
    const codes = [attributes, faint, colour].filter((part) => part !== '').join(';');
    const off = [
      /(^|;)1(;|$)/.test(attributes) || faint !== '' ? '22' : '',
      attributes.includes('7') ? '27' : '',
      colour === '' ? '' : '39',
    ];
    const closing = off.filter((part) => part !== '').join(';');
    pairs.set(style as Style, codes === '' ? ['', ''] : [`\u001b[${codes}m`, `\u001b[${closing}m`]);
  }
  return (style, text) => {
    const pair = pairs.get(style);
    return pair === undefined || text === '' ? text : pair[0] + text + pair[1];
  };
};

export interface LookOptions {
  colours: boolean;
  unicode: boolean;
  /** Default 4: the 16 colours, which every terminal has. */
  depth?: Depth;
  theme?: ThemeName;
  /** The terminal makes characters of ambiguous width two columns wide, as East Asian ones once did. */
  wide?: boolean;
}

export const makeLook = ({ colours, unicode, depth = 4, theme = 'dark', wide = false }: LookOptions): Look => ({
  unicode,
  wide,
  paint: painter(colours ? depth : 0, theme),
  glyphs: unicode && !wide ? UNICODE : ASCII,
});

/** `NO_COLOR` (set and not empty) and `TERM=dumb` switch colours off; a locale that is not UTF-8 asks for ASCII. */
export const lookFromEnvironment = (
  env: Readonly<Record<string, string | undefined>>,
  known: Pick<LookOptions, 'depth' | 'theme' | 'wide'> = {},
): Look => {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return makeLook({
    ...known,
    colours: (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    unicode: /utf-?8/i.test(locale),
  });
};
