/** The time line: one column a tick, the worst mark wins, a row below for how far each tick was from progress. */
import { isMark, type Timeline } from '../store/projections/timeline.ts';
import { type Tag, tagSummary } from '../store/tags.ts';
import type { Look, Style } from './look.ts';
import { row, type Span } from './text.ts';
import { sparkline, title } from './widgets.ts';

export interface TimelineProps {
  timeline: Timeline;
  focused: boolean;
  /** Ticks that the window is moved back. */
  back: number;
  /** A tick to point at; null for none. */
  at: number | null;
  held: boolean;
  /** Tick that the held view is at, in the middle of the window; null while it follows. */
  cursor?: number | null;
  /** The run's newest tick. */
  ticks?: number;
  tags?: readonly Tag[];
  /** Kinds of marks that are jumped to, as they were typed; '' for all. */
  kinds?: string;
}

const LABEL = 7;
const SCALE = 10;

export const timelinePane = (look: Look, width: number, height: number, props: TimelineProps): string[] => {
  const { timeline, cursor = null, tags = [], kinds = '' } = props;
  const at = props.at ?? cursor;
  const label = width >= 100 ? LABEL : 6;
  const columns = Math.max(1, width - label - 1);
  const count = timeline.marks.length;
  const end = windowEnd(props, columns);
  const from = Math.max(0, end - columns);
  const marks = withTags(timeline.marks.slice(from, end), timeline.first + from, tags);
  const levels = timeline.levels.slice(from, end);
  const firstTick = timeline.first + from;
  const range = count === 0 ? 'no tick yet' : `t${firstTick}-t${timeline.first + end - 1}`;
  const follow = cursor !== null ? `of ${props.ticks}` : end >= count && !props.held ? 'following' : 'held';
  const legend =
    width >= 100
      ? '  T trap  P panic  F fault  R recovered  M map  O you  # tag'
      : ` T trap P panic F fault R recov M map O you${width >= 84 ? ' # tag' : ''}`;
  const head = title(look, width, {
    name: '7 TIMELINE',
    focused: props.focused,
    rest: kinds !== '' ? [['warn', `/${kinds}`]] : width >= 64 ? [['dim', legend]] : [],
    right: [
      ['dim', `${range}${cursor === null ? ',' : ''} `],
      [follow === 'held' ? 'warn' : 'dim', follow],
    ],
  });
  const lines = [
    head,
    row(look, width, [
      ['dim', (width >= 100 ? ' marks' : ' mark').padEnd(label)],
      ...pointedMarks(
        marks,
        [at, cursor].flatMap((tick) => (tick === null ? [] : [tick - firstTick])),
      ),
    ]),
    row(look, width, [
      ['dim', (width >= 100 ? ' stall' : ' stal').padEnd(label)],
      ['accent', sparkline(look, levels, levels.length)],
    ]),
    row(look, width, [['dim', ' '.repeat(label) + scale(firstTick, marks.length, at)]]),
    row(look, width, tagSpans(tags, at)),
  ];
  // Where there is no room for both, a tag says more than the scale.
  if (height === 4 && tags.length > 0) lines.splice(3, 1);
  return lines.slice(0, height);
};

/** A tag shows where no mark does. */
const withTags = (marks: string, first: number, tags: readonly Tag[]): string => {
  const chars = marks.split('');
  for (const { tick } of tags) if (chars[tick - first] === ' ') chars[tick - first] = '#';
  return chars.join('');
};

/** The tag of the tick that is pointed at, else which ones there are. */
const tagSpans = (tags: readonly Tag[], at: number | null): Span[] => {
  const tag = tags.find(({ tick }) => tick === at);
  if (tag === undefined) return tags.length === 0 ? [] : [['dim', ` tags  ${tagSummary(tags)}`]];
  return [
    ['bold', ` tag t${tag.tick}: `],
    tag.text === '' ? '' : `"${tag.text}"  `,
    ['accent', tag.labels.map((label) => `#${label}`).join(' ')],
    ['dim', `  (you, ${tag.at.slice(0, 16).replace('T', ' ')})`],
  ];
};

/** Index after the last column shown: the end, moved back, or so that the pointed-at tick is seen. */
const windowEnd = ({ timeline, at, back, cursor = null }: TimelineProps, columns: number): number => {
  const count = timeline.marks.length;
  if (cursor !== null) {
    const middle = (at ?? cursor) - timeline.first - back;
    return Math.max(Math.min(columns, count), Math.min(count, middle + Math.ceil(columns / 2)));
  }
  const wanted = count - back;
  if (at === null) return Math.max(Math.min(columns, count), wanted);
  const index = at - timeline.first;
  if (index < 0) return Math.min(columns, count);
  return index >= wanted - columns && index < wanted ? wanted : Math.min(count, index + Math.ceil(columns / 2));
};

const MARK_STYLE: Record<string, Style> = {
  P: 'error',
  T: 'warn',
  F: 'error',
  R: 'good',
  M: 'accent',
  O: 'bold',
  '#': 'accent',
};

const paintMarks = (marks: string): Span[] =>
  (marks.match(/ +|[^ ]/g) ?? []).map((part) =>
    isMark(part) || part === '#' ? [MARK_STYLE[part] ?? 'plain', part] : part,
  );

/** The marks, those that are pointed at reversed: where the pane is low, there is no scale to point from. */
const pointedMarks = (marks: string, indexes: readonly number[]): Span[] => {
  const spans: Span[] = [];
  let from = 0;
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    const mark = marks[index];
    if (mark === undefined) continue;
    spans.push(...paintMarks(marks.slice(from, index)), ['select', mark]);
    from = index + 1;
  }
  return [...spans, ...paintMarks(marks.slice(from))];
};

/** `t10       t20`, with `^` under the tick that is pointed at. */
const scale = (first: number, count: number, at: number | null): string => {
  const chars = Array.from({ length: count }, () => ' ');
  for (let tick = Math.ceil(first / SCALE) * SCALE; tick < first + count; tick += SCALE) {
    const text = `t${tick}`;
    const start = tick - first;
    if (start + text.length <= count) for (let i = 0; i < text.length; i += 1) chars[start + i] = text[i] as string;
  }
  if (at !== null && at >= first && at < first + count) chars[at - first] = '^';
  return chars.join('');
};
