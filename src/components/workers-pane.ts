/** The workers' streams: one at a time behind tabs, or up to four as tiles. A slot belongs to a pid's remainder, so nothing moves. */
import { ROOT_PID } from '../store/kernel-view.ts';
import type { LiveState } from '../store/live-state.ts';
import { isMoving, lastReply, type ReplyView, type StreamView, tokenRate } from '../store/projections/streams.ts';
import { shortTurn, turnText } from '../store/run-status.ts';
import type { Look, Style } from './look.ts';
import { movingStatus, type StreamPaneProps, searchTitle } from './planner-pane.ts';
import { replyBody, withPlaces } from './reply-text.ts';
import { block, row, type Span, spansWidth, wrap } from './text.ts';
import { temperatureText, title } from './widgets.ts';

export const TILES = 4;

export interface WorkersPaneProps extends StreamPaneProps {
  tiled: boolean;
  /** Slot whose tab is open. */
  tab: number;
  /** How many fours back from the newest. */
  page: number;
  joint: boolean;
}

/** The four streams of a page, by slot. */
export const workerSlots = (live: LiveState, page: number): (StreamView | undefined)[] => {
  const workers = live.streams.filter((stream) => stream.role === 'worker');
  const end = workers.length - page * TILES;
  const slots: (StreamView | undefined)[] = [undefined, undefined, undefined, undefined];
  for (const stream of workers.slice(Math.max(0, end - TILES), Math.max(0, end))) slots[stream.pid % TILES] = stream;
  return slots;
};

export const canTile = (width: number, height: number): boolean => width >= 48 && height >= 9;

export const workersPane = (look: Look, width: number, height: number, props: WorkersPaneProps): string[] => {
  const { live, focused, joint } = props;
  const bar = joint ? look.paint('rule', look.glyphs.bar) : '';
  const inner = width - (joint ? 1 : 0);
  const tiled = props.tiled && canTile(width, height);
  const slots = workerSlots(live, props.page);
  const rest = [...searchTitle(props.search), ...(tiled ? counted(props) : tabs(slots, props.tab))];
  const head = title(look, width, {
    name: '2 WORKERS',
    focused,
    ...(joint ? { joint: look.glyphs.tee } : {}),
    rest,
    right: titleRight(props, width - FIXED - spansWidth(rest), canTile(width, height) ? tiled : null),
  });
  const body = tiled
    ? tiles(look, inner, height - 1, slots, props)
    : single(look, inner, height - 1, live, slots[props.tab], props);
  return [head, ...body.map((line) => bar + line)];
};

const alive = (live: LiveState): StreamView[] =>
  live.streams.filter((stream) => stream.role === 'worker' && stream.ended === null);

const counted = ({ live, gone }: WorkersPaneProps): Span[] => {
  // The oldest streams are forgotten; pids count up from the root's, which is 1.
  const all = Math.max(ROOT_PID, ...live.streams.map((stream) => stream.pid)) - ROOT_PID;
  return [['dim', `${gone ? 0 : alive(live).length} alive of ${all}`]];
};

const tabs = (slots: readonly (StreamView | undefined)[], tab: number): Span[] =>
  slots.flatMap((stream, slot): Span[] => {
    const name = stream === undefined ? '-' : `w${stream.pid}`;
    const moving = stream !== undefined && isMoving(lastReply(stream)) && stream.ended === null;
    const text = slot === tab ? `[${name}]` : name;
    return [[slot === tab ? 'bold' : moving ? 'good' : 'dim', moving ? `${text}*` : text], slot < TILES - 1 ? ' ' : ''];
  });

/** Why nothing moves here, when nothing does. */
const quietTexts = ({ live, gone }: WorkersPaneProps): string[] => {
  if (alive(live).some((stream) => isMoving(lastReply(stream)))) return [''];
  const why = turnText(live, gone);
  return [`idle: ${why}`, `idle: ${shortTurn(why)}`, shortTurn(why), ''];
};

/** Columns of the pane's title that are always taken: joint, rules, name, blanks. */
const FIXED = 16;

/**
 * The most that leaves the tabs and counts whole: why it is quiet, then how to change between tabs and tiles; but who shares
 * its place is named first, since nothing else says that it is there.
 *
 * @param tiled null where there is no room for tiles
 */
const titleRight = (props: WorkersPaneProps, room: number, tiled: boolean | null): Span[] => {
  const { other = tiled === null ? '' : tiled ? '[v] tiled' : '[v] tabs' } = props;
  const joined = (quiet: string, key: string): string => [quiet, key].filter((part) => part !== '').join('  ');
  const quiets = quietTexts(props);
  const texts =
    props.other === undefined
      ? quiets.flatMap((quiet) => [joined(quiet, other), quiet])
      : quiets.map((quiet) => joined(quiet, other));
  const text = texts.find((candidate) => candidate.length <= room) ?? '';
  return text === '' ? [] : [['dim', text]];
};

const single = (
  look: Look,
  width: number,
  height: number,
  live: LiveState,
  stream: StreamView | undefined,
  props: WorkersPaneProps,
) =>
  stream === undefined
    ? block([row(look, width, [['dim', `no worker here: ${turnText(live, props.gone)}`]])], width, height)
    : tile(look, width, height, stream, props);

/** Columns and rows of the tiles, between the rules. */
export const tileSizes = (width: number, height: number) => {
  const left = Math.floor((width - 1) / 2);
  const top = Math.ceil((height - 1) / 2);
  return { left, right: width - 1 - left, top, bottom: height - 1 - top };
};

const tiles = (
  look: Look,
  width: number,
  height: number,
  slots: readonly (StreamView | undefined)[],
  props: WorkersPaneProps,
): string[] => {
  const { left, right, top, bottom } = tileSizes(width, height);
  const bar = look.paint('rule', look.glyphs.bar);
  const pair = (a: number, lines: number): string[] => {
    const one = tileOrBlank(look, left, lines, slots[a], props);
    const other = tileOrBlank(look, right, lines, slots[a + 1], props);
    return one.map((line, i) => line + bar + (other[i] ?? ''));
  };
  const rule = look.paint('rule', look.glyphs.rule.repeat(left) + look.glyphs.cross + look.glyphs.rule.repeat(right));
  return [...pair(0, top), rule, ...pair(2, bottom)];
};

const tileOrBlank = (
  look: Look,
  width: number,
  height: number,
  stream: StreamView | undefined,
  props: WorkersPaneProps,
) =>
  stream === undefined
    ? block([], width, height)
    : tile(look, width, height, stream, props.focused ? props : { ...props, scroll: 0 });

/** Head, the end of the text, and what came of it in the last lines. */
const tile = (
  look: Look,
  width: number,
  height: number,
  stream: StreamView,
  { live, scroll, search }: WorkersPaneProps,
): string[] => {
  const reply = lastReply(stream);
  const right = tileRight(look, live, stream, reply, width);
  const head = row(look, width, tileHead(look, stream, reply, width - spansWidth(right) - 1), right);
  const foot = tileFoot(look, live, stream, reply, width).slice(0, Math.max(0, height - 2));
  const room = Math.max(0, height - 1 - foot.length);
  const text = reply === undefined ? [] : replyBody(look, reply, width);
  const end = Math.max(Math.min(room, text.length), text.length - scroll);
  const shown = text.slice(Math.max(0, end - room), end).map((line) => withPlaces(look, width, line, search));
  return block([head, ...shown, ...foot], width, height);
};

/** Within `room` columns: the temperature is left out before anything is cut. */
const tileHead = (look: Look, stream: StreamView, reply: ReplyView | undefined, room: number): Span[] => {
  const step = stream.step === null ? '' : ` ${stream.step.map}.${stream.step.n}/${stream.step.of}`;
  const sign: Span = isMoving(reply) && stream.ended === null ? ['good', look.glyphs.moving] : ' ';
  const head: Span[] = [
    ['bold', `w${stream.pid}`],
    sign,
    sign === ' ' ? '' : ' ',
    ['dim', `${reply === undefined ? '' : `t${reply.tick}`}${step}`],
  ];
  const temperature = ` ${temperatureText(stream.temperature)}`;
  return spansWidth(head) + temperature.length <= room ? [...head, ['dim', temperature]] : head;
};

const tileRight = (
  look: Look,
  live: LiveState,
  stream: StreamView,
  reply: ReplyView | undefined,
  width: number,
): Span[] => {
  if (reply === undefined) return [];
  if (isMoving(reply) && stream.ended === null && live.info.outcome === null) {
    const rate = tokenRate(reply);
    if (width >= 34) return movingStatus(look, reply, false);
    return rate === 0 ? [] : [['good', `${rate}/s`]];
  }
  return reply.totalMs === null ? [] : [['dim', `${reply.totalMs} ms`]];
};

export const tileFoot = (
  look: Look,
  live: LiveState,
  stream: StreamView,
  reply: ReplyView | undefined,
  width: number,
): string[] => {
  const lines: string[] = [];
  const say = (style: Style, text: string): void => {
    for (const line of wrap(text.replaceAll('\n', ' '), width).slice(0, 3))
      lines.push(row(look, width, [[style, line]]));
  };
  if (reply?.verdict === 'trap') {
    say('error', `! ${reply.note}`);
    const denied = Object.values(live.denied.shapes).findLast((shape) => shape.pids.includes(stream.pid));
    if (denied !== undefined && reply.note.startsWith('EACCES') && denied.nearest !== '') {
      say('warn', `  ${denied.shown ? 'in frame' : 'not in frame'}: ${denied.nearest}`);
    }
  } else if (reply !== undefined && reply.note !== '') {
    say(reply.state === 'failed' || reply.state === 'aborted' ? 'error' : 'good', reply.note);
  }
  const { ended } = stream;
  if (ended !== null && ended.as !== 'done') say('warn', `${ended.as} t${ended.tick}: ${ended.why}`);
  else if (ended !== null && !(reply?.note ?? '').startsWith('vote')) say('good', `done t${ended.tick}`);
  return lines;
};
