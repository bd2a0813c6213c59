/** What the terminal can show: colours by meaning, glyphs with an ASCII form. Only the 16 basic colours are used. */

/** Styles by meaning. A colour never says alone what a sign does not say too. */
export type Style =
  | 'plain'
  | 'dim'
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

/** Opening and closing SGR parameters; attributes first, so that they stay where colours are off. */
const SGR: Record<Exclude<Style, 'plain'>, { attributes: string; colour: string }> = {
  dim: { attributes: '2', colour: '' },
  bold: { attributes: '1', colour: '' },
  error: { attributes: '1', colour: '31' },
  warn: { attributes: '', colour: '33' },
  good: { attributes: '', colour: '32' },
  accent: { attributes: '', colour: '36' },
  focus: { attributes: '1', colour: '36' },
  select: { attributes: '7', colour: '' },
  pill: { attributes: '7', colour: '' },
  'pill-error': { attributes: '7;1', colour: '31' },
  'pill-warn': { attributes: '7', colour: '33' },
  'pill-good': { attributes: '7', colour: '32' },
};

const painter = (colours: boolean): Look['paint'] => {
  const pairs = new Map<Style, [string, string]>();
  for (const [style, { attributes, colour }] of Object.entries(SGR)) {
    const codes = [attributes, colours ? colour : ''].filter((part) => part !== '').join(';');
    const off = [
      /(^|;)[12](;|$)/.test(attributes) ? '22' : '',
      attributes.includes('7') ? '27' : '',
      colours && colour !== '' ? '39' : '',
    ];
    const closing = off.filter((part) => part !== '').join(';');
    pairs.set(style as Style, codes === '' ? ['', ''] : [`\u001b[${codes}m`, `\u001b[${closing}m`]);
  }
  return (style, text) => {
    const pair = pairs.get(style);
    return pair === undefined || text === '' ? text : pair[0] + text + pair[1];
  };
};

export const makeLook = (options: { colours: boolean; unicode: boolean }): Look => ({
  unicode: options.unicode,
  paint: painter(options.colours),
  glyphs: options.unicode ? UNICODE : ASCII,
});

/** `NO_COLOR` (set and not empty) and `TERM=dumb` switch colours off; a locale that is not UTF-8 asks for ASCII. */
export const lookFromEnvironment = (env: Readonly<Record<string, string | undefined>>): Look => {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return makeLook({
    colours: (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    unicode: /utf-?8/i.test(locale),
  });
};
