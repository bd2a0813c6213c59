/** The planner's stream: its last replies, what the kernel made of them, and the one that is being written. */
import { type LiveState, shownProcs } from '../store/live-state.ts';
import { isMoving, lastReply, type ReplyView, type StreamView, tokenRate } from '../store/projections/streams.ts';
import { isOver, PAUSED_TEXT, turnText } from '../store/run-status.ts';
import { filterTitle, searchOf } from './filter.ts';
import type { Look, Style } from './look.ts';
import { replyBody, withPlaces } from './reply-text.ts';
import { block, row, type Span, wrap } from './text.ts';
import { title } from './widgets.ts';

export interface StreamPaneProps {
  live: LiveState;
  focused: boolean;
  /** Lines scrolled back from the end. */
  scroll: number;
  /** Places that fit it are marked (filter.ts); '' for none. */
  search: string;
  /** The kernel is gone: nothing here will move again. */
  gone: boolean;
  /** The other stream of the place that this pane shares, as its title names it. */
  other?: string;
}

export const plannerPane = (look: Look, width: number, height: number, props: StreamPaneProps): string[] => {
  const { live, focused, scroll, search, other = '' } = props;
  const stream = live.streams.find((candidate) => candidate.role === 'planner');
  const head = title(look, width, {
    name: `1 PLANNER ${stream === undefined ? '' : `P${stream.pid}`}`.trim(),
    focused,
    // Beside a search there is no room for both on a narrow screen.
    rest: [
      ...searchTitle(search),
      ...(search !== '' && width < 50 ? [] : plannerStatus(look, props, stream, width >= 50)),
    ],
    right: [
      ['warn', scroll > 0 ? `back ${scroll}` : ''],
      ['dim', other === '' ? '' : ` ${other}`],
    ],
  });
  const room = height - 2;
  const body =
    stream === undefined
      ? [row(look, width, [['dim', 'no planner yet']])]
      : plannerBlocks(look, stream, width, room + scroll).flatMap(({ lines }) => lines);
  const end = Math.max(Math.min(room, body.length), body.length - scroll);
  const shown = body.slice(Math.max(0, end - room), end).map((line) => withPlaces(look, width, line, search));
  return [head, ...block(shown, width, room), stackLine(look, width, live)];
};

/** Columns of `! t103 `: wide enough for the newest tick, so that all texts of the pane begin at one column. */
const gutterOf = (stream: StreamView): number => Math.max(6, String(lastReply(stream)?.tick ?? 0).length + 4);

/** First in a title: what is searched for; nothing while nothing is. */
export const searchTitle = (search: string): Span[] =>
  search === '' ? [] : [['warn', `${filterTitle(searchOf(search))} `]];

/** What the pane has of each reply, the oldest first. At most about `wanted` lines from the end: older replies are not even wrapped. */
export const plannerBlocks = (
  look: Look,
  stream: StreamView,
  width: number,
  wanted: number,
): { req: number; lines: string[] }[] => {
  const blocks: { req: number; lines: string[] }[] = [];
  let count = 0;
  const indent = width >= 50 ? gutterOf(stream) : 2;
  for (const reply of stream.replies.toReversed()) {
    if (count >= wanted) break;
    const lines = replyBlock(look, reply, width, indent);
    blocks.push({ req: reply.req, lines });
    count += lines.length;
  }
  return blocks.toReversed();
};

const SIGN: Record<ReplyView['verdict'], readonly [Style, string]> = {
  none: ['plain', '>'],
  accepted: ['plain', '>'],
  progress: ['good', '+'],
  idle: ['warn', '='],
  trap: ['error', '!'],
};

/** `+ t83 {…}` wrapped with a hanging indent; a trap and what it told follow under `!`. */
const replyBlock = (look: Look, reply: ReplyView, width: number, indent: number): string[] => {
  const [style, sign] = SIGN[reply.verdict];
  const label: Span[] =
    indent > 2
      ? [
          [style, sign],
          ['dim', ` t${reply.tick}`.padEnd(indent - 1)],
        ]
      : [[style, `${sign} `]];
  const lines = replyBody(look, reply, width - indent).map((line, i) =>
    i === 0 ? row(look, indent, label) + line : ' '.repeat(indent) + line,
  );
  if (reply.note === '') return lines;
  const failed = reply.verdict === 'trap' || reply.state !== 'complete';
  // What the brain was told names the code and the evidence itself.
  const text = reply.told === '' ? reply.note : `told: "${reply.told}"`;
  for (const [i, line] of wrap(text.replaceAll('\n', ' '), width - 2).entries()) {
    lines.push(
      row(look, width, [
        [failed ? 'error' : 'good', i === 0 ? (failed ? '! ' : '  ') : '  '],
        [failed ? 'error' : 'good', line],
      ]),
    );
  }
  return lines;
};

const plannerStatus = (
  look: Look,
  { live, gone }: StreamPaneProps,
  stream: StreamView | undefined,
  wide: boolean,
): Span[] => {
  const reply = stream === undefined ? undefined : lastReply(stream);
  if (stream === undefined || reply === undefined) return [];
  const tick: Span = ['dim', wide ? `  t${reply.tick}  ` : `t${reply.tick} `];
  // Where there is no room for both, why nothing comes any more matters more than which tick was the last.
  if (isOver(live, gone)) return [wide ? tick : '', ['dim', `idle: ${turnText(live, gone)}`]];
  if (isMoving(reply)) return [tick, ...movingStatus(look, reply, wide)];
  const proc = live.kernel.procs[stream.pid];
  // Of a paused run that is what the planner waits for first; its map comes after.
  if (proc?.wait != null && 'map' in proc.wait && turnText(live, gone) !== PAUSED_TEXT) {
    const steps = live.kernel.maps[proc.wait.map]?.steps ?? [];
    const settled = steps.filter((step) => step.settled).length;
    return [tick, ['dim', `${wide ? 'idle: waits for map' : 'idle: map'} ${proc.wait.map} ${settled}/${steps.length}`]];
  }
  return [tick, ['dim', `idle: ${turnText(live, gone)}`]];
};

/** `*38 tok/s   first token 410 ms` */
export const movingStatus = (look: Look, reply: ReplyView, wide: boolean): Span[] => {
  if (reply.state === 'waiting') return [['warn', wide ? 'waiting for the first token' : 'asked']];
  const first = reply.firstTokenMs === null || !wide ? '' : `   first token ${reply.firstTokenMs} ms`;
  const rate = tokenRate(reply);
  return [
    ['good', `${look.glyphs.moving}${rate === 0 ? 'streaming' : `${rate} tok/s`}`],
    ['dim', first],
  ];
};

/** `stack >verify ANSWER.txt   ~write ANSWER.txt`: the top of the call stack first. */
export const stackLine = (look: Look, width: number, live: LiveState): string => {
  const stack = shownProcs(live).find((proc) => proc.role === 'planner')?.stack ?? [];
  if (stack.length === 0)
    return row(look, width, [
      ['bold', 'stack'],
      ['dim', ' empty'],
    ]);
  const [top = '', ...rest] = stack;
  return row(look, width, [
    ['bold', 'stack'],
    ['accent', ` >${top}`],
    ['dim', rest.map((entry) => `   ~${entry}`).join('')],
  ]);
};
