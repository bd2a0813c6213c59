/** What a search in the panes of streams looks through: their lines as they are painted, however far they are scrolled away. */
import type { LiveState } from '../store/live-state.ts';
import { lastReply } from '../store/projections/streams.ts';
import type { Look } from './look.ts';
import { plannerBlocks, type StreamPaneProps } from './planner-pane.ts';
import { plainText, replyBody } from './reply-text.ts';
import { canTile, tileFoot, tileSizes, type WorkersPaneProps, workerSlots } from './workers-pane.ts';

/** Lines that are scrolled together. */
export interface StreamColumn {
  /** Whose they are: `P1`, `w5`. */
  who: string;
  /** Slot of a worker. */
  slot: number;
  /** Rows that they have. */
  room: number;
  lines: readonly { key: string; text: string }[];
}

const keyed = (lines: readonly string[], pid: number, req: number): StreamColumn['lines'] =>
  lines.map((line, i) => ({ key: `${pid} ${req} ${i}`, text: plainText(line) }));

export const plannerColumn = (look: Look, width: number, height: number, live: LiveState): StreamColumn[] => {
  const stream = live.streams.find(({ role }) => role === 'planner');
  if (stream === undefined) return [];
  const blocks = plannerBlocks(look, stream, width, Number.POSITIVE_INFINITY);
  const lines = blocks.flatMap(({ req, lines }) => keyed(lines, stream.pid, req));
  return [{ who: `P${stream.pid}`, slot: 0, room: height - 2, lines }];
};

export const workerColumns = (
  look: Look,
  width: number,
  height: number,
  props: Omit<WorkersPaneProps, keyof StreamPaneProps> & Pick<StreamPaneProps, 'live'>,
): StreamColumn[] => {
  const inner = width - (props.joint ? 1 : 0);
  const tiled = props.tiled && canTile(width, height);
  const { left, right, top, bottom } = tileSizes(inner, height - 1);
  return workerSlots(props.live, props.page).flatMap((stream, slot) => {
    const reply = stream === undefined ? undefined : lastReply(stream);
    if (stream === undefined || reply === undefined) return [];
    const [columns, rows] = tiled ? [slot % 2 === 0 ? left : right, slot < 2 ? top : bottom] : [inner, height - 1];
    const foot = tileFoot(look, props.live, stream, reply, columns).length;
    const lines = keyed(replyBody(look, reply, columns), stream.pid, reply.req);
    return [{ who: `w${stream.pid}`, slot, room: Math.max(1, rows - 1 - foot), lines }];
  });
};
