/** The inspector's panes as text: what each shows, and how it is painted where it stands. */
import { frameContent, type TextOptions } from '../../components/inspect/frame-content.ts';
import { linesPane, type PaneContent } from '../../components/inspect/lines-pane.ts';
import { replyContent } from '../../components/inspect/reply-content.ts';
import { decisionContent, diffContent, stateContent, thenContent } from '../../components/inspect/small-contents.ts';
import { ticksPane } from '../../components/inspect/ticks-pane.ts';
import type { Look } from '../../components/look.ts';
import { row, type Span, spansWidth } from '../../components/text.ts';
import { timelinePane } from '../../components/timeline-pane.ts';
import type { Tag } from '../../store/tags.ts';
import type { TickView } from '../../store/tick-view.ts';
import type { FocusPane, InspectLayout, PlacedPane } from './inspect-layout.ts';
import type { InspectState } from './inspect-state.ts';
import type { Loaded } from './tick-loader.ts';

/** A reply may have 64 KiB: its lines are made once, not for every key. */
const made = new WeakMap<TickView, Map<string, PaneContent>>();

/** What one of the panes 1 to 6 shows, where it stands. */
export const contentOf = ({ pane, x, width }: PlacedPane, view: TickView, { raw, wrap }: InspectState): PaneContent => {
  const options: TextOptions = { width: width - (x > 0 ? 2 : 1), raw, wrap };
  const key = `${pane} ${options.width} ${raw} ${wrap}`;
  const known = made.get(view) ?? new Map<string, PaneContent>();
  made.set(view, known);
  const content = known.get(key) ?? makeContent(pane as FocusPane, view, options);
  known.set(key, content);
  return content;
};

const makeContent = (pane: FocusPane, view: TickView, options: TextOptions): PaneContent => {
  const { width, wrap } = options;
  switch (pane) {
    case 1:
      return frameContent(view, options);
    case 2:
      return replyContent(view, options);
    case 3:
      return decisionContent(view, width);
    case 4:
      return stateContent(view, width);
    case 5:
      return diffContent(view, width, wrap);
    default:
      return thenContent(view, width);
  }
};

/** What is copied of a pane: frame and reply as they came, of the others what they show; '' where there is nothing. */
export const copyOf = (placed: PlacedPane, view: TickView, state: InspectState): string => {
  if (placed.pane === 0 || placed.pane === 7) return '';
  if (placed.pane === 1) return view.frame?.text ?? '';
  if (placed.pane === 2) return view.reply.text;
  const { body, foot = [] } = contentOf(placed, view, state);
  const lines = [...body, ...foot].map(({ spans }) => spans.map((span) => (typeof span === 'string' ? span : span[1])));
  return lines.map((parts) => parts.join('').trimEnd()).join('\n');
};

export const paneText = (
  look: Look,
  placed: PlacedPane,
  loaded: Loaded & { view: TickView },
  state: InspectState,
  tags: readonly Tag[],
): string[] => {
  const { pane, x, width, height } = placed;
  const { view, rows } = loaded;
  const focused = state.focus === pane;
  if (pane === 0) {
    const { tickFilter: filter } = state;
    const only = filter === '' || loaded.found === null ? null : loaded.found.rows.map(({ tick }) => tick);
    const more = loaded.found?.more === true;
    return ticksPane(look, width, height, { rows, tick: view.tick, last: view.of.tick, focused, filter, only, more });
  }
  if (pane === 7) return timeline(look, placed, view, tags);
  const content = contentOf(placed, view, state);
  return linesPane(
    look,
    width,
    height,
    {
      ...{ focused, joint: x > 0, scroll: state.scroll[pane] ?? 0 },
      side: focused && !state.wrap ? state.side : 0,
      search: focused ? state.search : '',
      ...(pane === 3 && focused ? selection(view, state) : {}),
    },
    content,
  );
};

/** Seq of the record under the cursor. */
const selection = (view: TickView, { selected }: InspectState): { selected: number } | object => {
  const line = view.decision[Math.min(selected, view.decision.length - 1)];
  return line === undefined ? {} : { selected: line.seq };
};

/** The newest time line, where it still has the tick; else the one of the tick's own time. */
const timeline = (look: Look, { width, height }: PlacedPane, view: TickView, tags: readonly Tag[]): string[] => {
  const newest = view.last.timeline;
  const shown = newest.first <= view.tick ? newest : view.after.timeline;
  return timelinePane(look, width, height, {
    ...{ timeline: shown, focused: false, back: 0, at: view.tick, held: true },
    ...{ cursor: view.tick, ticks: view.of.tick, tags },
  });
};

const TABS: readonly (readonly [FocusPane, string])[] = [
  [0, '0 ticks'],
  [1, '1 frame'],
  [2, '2 reply'],
  [3, '3 decision'],
  [4, '4 state'],
  [5, '5 diff'],
  [6, '6 then'],
];

/** `w5 [1 frame] 2 reply 3 decision …`; where that does not fit, without who, then without names. */
export const tabLine = (look: Look, layout: InspectLayout, who: string, { focus, tab }: InspectState): string => {
  const edge: Span = ['rule', (layout.tabs?.x ?? 0) > 0 ? look.glyphs.bar : ''];
  const width = layout.tabs?.width ?? 0;
  const shown = layout.kind === 'small' ? focus : tab;
  const tabs = TABS.filter(([pane]) => pane > 0 || layout.kind === 'small');
  const spans = (short: boolean): Span[] =>
    tabs.map(([pane, name]): Span => {
      const text = short && pane !== shown ? name.slice(0, 1) : name;
      return pane === shown ? ['focus', ` [${text}]`] : ['dim', ` ${text}`];
    });
  const whose: Span = ['bold', ` ${who}`];
  const variants = [
    [edge, whose, ...spans(false)],
    [edge, ...spans(false)],
  ];
  return row(look, width, variants.find((line) => spansWidth(line) <= width) ?? [edge, whose, ...spans(true)]);
};
