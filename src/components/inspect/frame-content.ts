/** Pane 1: the frame that the brain saw, what was clipped from it, and which handles it was never shown. */
import type { TickView } from '../../store/tick-view.ts';
import type { Span } from '../text.ts';
import { cleanLines, field, type PaneContent, type PaneLine, visible } from './lines-pane.ts';

export interface TextOptions {
  /** Columns of a line. */
  width: number;
  /** The text as it came, with escapes made visible. */
  raw: boolean;
  wrap: boolean;
}

type Frame = NonNullable<TickView['frame']>;

const count = (n: number): string => n.toLocaleString('en-US');

export const frameContent = (view: TickView, options: TextOptions): PaneContent => {
  const { frame, who } = view;
  if (frame === null) {
    const why = view.open ? 'no frame yet: what it looks at is being read' : 'no frame was composed';
    return { name: '1 FRAME', rest: [['dim', who]], body: [{ spans: [['dim', why]] }] };
  }
  const clips = frame.clipped.length;
  return {
    name: '1 FRAME',
    rest: [
      `${who} saw ${count(frame.size)} of ${count(frame.limit)}`,
      clips === 0 ? '' : ['warn', `, ${clips} ${clips === 1 ? 'clip' : 'clips'}`],
    ],
    body: options.raw ? rawLines(frame.text, options) : frame.sections.flatMap((part) => section(frame, part, options)),
    foot: footOf(frame, who, options.width),
  };
};

export const rawLines = (text: string, { width, wrap }: TextOptions): PaneLine[] =>
  cleanLines(visible(text), wrap ? width : 0).map((line) => ({ spans: [line] }));

/** Sections whose text stands below their heading. */
const BELOW = ['hold', 'page'];
const INDENT = '  ';

const section = (frame: Frame, part: Frame['sections'][number], { width, wrap }: TextOptions): PaneLine[] => {
  const { name, heading } = part;
  const room = wrap ? Math.max(8, width - INDENT.length) : 0;
  const style = name === 'trap' || name === 'notice' ? 'warn' : 'plain';
  const text = part.text.replace(/\n$/, '');
  const lines: PaneLine[] = BELOW.includes(name)
    ? [{ spans: [['accent', heading]] }, ...rowsOf(frame, text, room)]
    : cleanLines(heading === '' ? text : `${heading} ${text}`, room).map((line, i) =>
        i === 0
          ? { spans: [['accent', line.slice(0, heading.length)], ...marked(line.slice(heading.length), style)] }
          : { spans: [INDENT, ...marked(line, style)] },
      );
  const clip = name === 'page' ? frame.clipped.find((clipped) => clipped.section === 'page') : undefined;
  if (clip !== undefined) {
    const where = clip.view === '' ? '' : `, ${clip.view}`;
    lines.push({ spans: [INDENT, ['warn', `~~ clipped ${count(clip.chars)} chars${where} ~~`]] });
  }
  return lines;
};

/** Rows of the capability table; the handle behind each URL at its side. */
const rowsOf = ({ names }: Frame, text: string, room: number): PaneLine[] =>
  cleanLines(text, room).map((line) => {
    const handle = names[line.split(' ')[0] ?? ''];
    return { spans: [INDENT, ...marked(line, 'plain'), handle === undefined ? '' : ['accent', `  <- ${handle}`]] };
  });

/** ` ~ more: sys://cap` is where the composer clipped. */
const marked = (line: string, style: 'plain' | 'warn'): Span[] => {
  const at = line.search(/~ more: sys:\/\//);
  return at === -1
    ? [[style, line]]
    : [
        [style, line.slice(0, at)],
        ['warn', line.slice(at)],
      ];
};

type Row = Frame['neverShown'][number];
const rowText = ({ handle, rights, target }: Row): string => `${handle} ${rights} ${target}`;

/** Rows that are named; of the others there is the number. */
const NAMED = 4;
const listed = (rows: readonly Row[]): string =>
  rows.slice(0, NAMED).map(rowText).join(', ') + (rows.length > NAMED ? ` and ${rows.length - NAMED} more` : '');

const footOf = (frame: Frame, who: string, width: number): PaneLine[] => {
  const lines: PaneLine[] = [];
  if (frame.clipped.length > 0) {
    const parts = frame.clipped.map(
      ({ section: name, chars, view }) => `${name} ${count(chars)} chars${view === '' ? '' : ` (${view})`}`,
    );
    lines.push(...field(['warn', 'CLIPPED'], parts.join(', '), width, 9));
  }
  if (frame.neverShown.length > 0) lines.push(...labelled(`NEVER SHOWN TO ${who}`, frame.neverShown, width));
  if (frame.notHeld.length > 0) lines.push(...labelled(`NOT HELD BY ${who}`, frame.notHeld, width));
  return lines.length === 0 ? [] : [{ spans: [''] }, ...lines];
};

const labelled = (label: string, rows: readonly Row[], width: number): PaneLine[] =>
  cleanLines(`${label}  ${listed(rows)}`, width).map((line, i) => ({
    spans: i === 0 ? [['warn', line.slice(0, label.length)], line.slice(label.length)] : [line],
  }));
