/** Pane 2: the raw reply, the place where it went wrong, what could be read of it, and its like beside it. */
import type { TickView, Versus } from '../../store/tick-view.ts';
import { type Span, widthOf } from '../text.ts';
import { temperatureText } from '../widgets.ts';
import { rawLines, type TextOptions } from './frame-content.ts';
import { cleanLines, field, type PaneContent, type PaneLine, visible } from './lines-pane.ts';

export const replyContent = (view: TickView, options: TextOptions): PaneContent => {
  const { reply } = view;
  return {
    name: '2 REPLY',
    rest: stateSpans(view),
    right: [['dim', timesText(view)]],
    body: [...bodyOf(view, options)],
    foot: reply.state === 'none' ? [] : footOf(view, options.width),
  };
};

const stateSpans = ({ reply }: TickView): Span[] => {
  switch (reply.state) {
    case 'waiting':
      return [['warn', 'waiting for the first token']];
    case 'streaming':
      return [['good', `* streaming, ${reply.tokensOut} tok`]];
    case 'failed':
    case 'stopped':
      return [['error', `! ${reply.state}`], ` ${reply.tokensOut} tok`];
    case 'replied':
      return [`${reply.tokensOut} tok`];
    case 'none':
      return [];
  }
};

const timesText = ({ reply: { firstMs, totalMs } }: TickView): string =>
  [firstMs === null ? '' : `first ${firstMs} ms`, totalMs === null ? '' : `all ${totalMs} ms`]
    .filter((text) => text !== '')
    .join('  ');

const bodyOf = ({ reply, open }: TickView, options: TextOptions): PaneLine[] => {
  const { text, reasoning, mark, state } = reply;
  if (state === 'none') return [{ spans: [['dim', open ? 'nobody was asked yet' : 'nobody was asked']] }];
  const width = options.wrap ? options.width : 0;
  const thought =
    reasoning === '' ? [] : cleanLines(reasoning, width).map((line): PaneLine => ({ spans: [['dim', line]] }));
  if (text === '') return [...thought, { spans: [['dim', state === 'waiting' ? 'nothing yet' : 'no text']] }];
  const shown = options.raw ? rawLines(text, options) : cleanLines(text, width).map(highlighted);
  return [...thought, ...withMark(shown, mark, options)];
};

const highlighted = (line: string): PaneLine => ({
  spans: line.split(/(SYS_[A-Z_]+)/).map((part, i): Span => (i % 2 === 1 ? ['accent', part] : part)),
});

/** `^^^^` under the part that is meant, wherever the lines were broken, and what is wrong with it. */
const withMark = (
  lines: readonly PaneLine[],
  mark: TickView['reply']['mark'],
  { raw, width, wrap }: TextOptions,
): PaneLine[] => {
  if (mark === null) return [...lines];
  const needle = cleanLines(raw ? visible(mark.needle) : mark.needle, 0).join(' ');
  const texts = lines.map(({ spans }) => spans.map((span) => (typeof span === 'string' ? span : span[1])).join(''));
  // Where a line was broken a blank may have gone; it is looked for without any.
  const bare = (text: string): string => text.replaceAll(' ', '');
  const start = texts.map(bare).join('').indexOf(bare(needle));
  const out: PaneLine[] = [];
  const end = start + bare(needle).length;
  let at = 0;
  for (const [i, line] of lines.entries()) {
    const text = texts[i] ?? '';
    const next = at + bare(text).length;
    out.push(line);
    if (start >= 0 && at < end && next > start) {
      const from = columnOf(text, start - at);
      const to = columnOf(text, end - at);
      const sign = ' '.repeat(from) + '^'.repeat(Math.max(1, to - from));
      out.push(...underline(sign, end <= next ? mark.note : '', wrap ? width : 0));
    }
    at = next;
  }
  return start >= 0 ? out : [...out, { spans: [['error', `! ${mark.note}`]] }];
};

/** Column of the n-th character that is no blank; the text's width after the last. */
const columnOf = (text: string, n: number): number => {
  if (n <= 0) return text.length - text.trimStart().length;
  let seen = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] !== ' ') seen += 1;
    if (seen === n) return widthOf(text.slice(0, i + 1));
  }
  return widthOf(text);
};

/** Where lines are not wrapped the sign may be out of sight; what is wrong must not be. */
const underline = (sign: string, note: string, width: number): PaneLine[] => {
  if (note === '') return [{ spans: [['error', sign]] }];
  if (width > 0 && sign.length + 1 + widthOf(note) <= width) return [{ spans: [['error', `${sign} ${note}`]] }];
  return [
    { spans: [['error', sign]] },
    ...field(['error', '!'], note, width === 0 ? Number.POSITIVE_INFINITY : width, 2, 'error'),
  ];
};

const footOf = ({ reply, versus }: TickView, width: number): PaneLine[] => {
  const { finish, temperature, seed, model, asked, fault, ops, schema } = reply;
  const how = [finish === '' ? '' : `finish: ${finish}`, temperatureText(temperature), `seed ${seed}`];
  const who = [`model: ${model}`, asked > 1 ? `asked ${asked} times` : '', fault === 0 ? '' : `fault ${fault} applied`];
  const joined = (parts: string[]): string => parts.filter((part) => part !== '').join('   ');
  const lines: PaneLine[] = [
    { spans: [''] },
    ...cleanLines(joined(how), width).map((line): PaneLine => ({ spans: [line] })),
    ...cleanLines(joined(who), width).map((line): PaneLine => ({ spans: [line] })),
  ];
  if (ops !== null) {
    lines.push(...field(['bold', 'OPS'], ops.world, width, 8));
    for (const mind of ops.mind) lines.push(...field('', mind, width, 8));
  }
  if (schema !== null) {
    if (schema === 'valid')
      lines.push({
        spans: [
          ['bold', 'SCHEMA  '],
          ['good', 'valid'],
        ],
      });
    else lines.push(...field(['bold', 'SCHEMA'], `! ${schema.field}: ${schema.what}`, width, 8, 'error'));
  }
  for (const other of versus) lines.push(...field(['bold', 'VERSUS'], versusText(other), width, 8));
  return lines;
};

const versusText = ({ tick, who, relation, sameReply, op, result, temperature }: Versus): string => {
  const name = relation === 'same step' ? `${who} t${tick}, same step` : `t${tick}, same process`;
  const what = sameReply === true ? 'same reply' : op === '' ? '' : op;
  const warmth = temperature === null ? '' : temperatureText(temperature);
  return `${name}: ${[what, result, warmth].filter((text) => text !== '').join(', ')}`;
};
