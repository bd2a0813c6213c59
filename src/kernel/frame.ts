/**
 * The frame: the bounded text that a brain is shown.
 *
 * Sections come in a fixed order, each with a share of the limit. What exceeds its share is clipped at a whole code point, and
 * the section then names the view under which all of it can be read (K7). A frame never grows with the run's length.
 */
import { z } from 'zod';
import { clip } from './text.ts';

/** One page of what the process looks at, with the tokens of its neighbours. */
export const PageView = z.strictObject({
  n: z.int().min(1),
  of: z.int().min(1),
  text: z.string(),
  /** UTF-16 units of the whole that this is a page of. */
  chars: z.int().min(0),
  next: z.string().optional(),
  prev: z.string().optional(),
});
export type PageView = z.infer<typeof PageView>;

/** What the kernel hands to the composer: complete texts; an empty one leaves its section out. */
export const FrameView = z.strictObject({
  /** `planner`, or `worker of map m3, step 12 of 12`. */
  role: z.string(),
  task: z.string(),
  /** The process's table, a row a line: `h3 w ANSWER.txt`. */
  cap: z.string(),
  /** Call stack, top first, an entry a line. */
  callstack: z.string(),
  q: z.string(),
  /** Outcome of the last op: one line, and what it printed. */
  last: z.string(),
  /** Outcome of the last joined map. */
  map: z.string(),
  trap: z.string(),
  /** What could not be observed, or flooded. */
  notice: z.string(),
  /** What the operator told this process. */
  told: z.string(),
  /** Where the process looks: `sys://task`, `h1`, `h1 r05`, `sys://page/p7`. */
  at: z.string(),
  page: PageView.nullable(),
});
export type FrameView = z.infer<typeof FrameView>;

export interface Clipped {
  section: string;
  /** UTF-16 units left out. */
  chars: number;
}

export interface Frame {
  text: string;
  clipped: Clipped[];
}

/** Order, heading and share (thousandths of the limit, heading included) of each section. The page takes what is left. */
const SECTIONS = [
  ['role', '[role] ', 25],
  ['task', '[task] ', 130],
  ['cap', '[hold]\n', 110],
  ['callstack', '[stack] ', 50],
  ['q', '[q] ', 105],
  ['last', '[last] ', 75],
  ['map', '[map] ', 60],
  ['trap', '[trap] ', 80],
  ['notice', '[notice] ', 45],
  ['told', '[told] ', 35],
  ['at', '[at] ', 60],
] as const;

const PAGE_SHARE = 220;
const PAGE_HEADING = 70;

/** Page size in UTF-16 units under a frame limit. */
export const pageSize = (limit: number): number => Math.max(2, Math.floor((limit * PAGE_SHARE) / 1000) - PAGE_HEADING);

/** UTF-16 units that a section's text may have before it is clipped. */
export const sectionRoom = (section: (typeof SECTIONS)[number][0], limit: number): number => {
  const [, heading, share] = SECTIONS.find(([name]) => name === section) ?? SECTIONS[0];
  return roomFor(heading, share, limit);
};

const roomFor = (heading: string, share: number, limit: number): number =>
  Math.floor((limit * share) / 1000) - heading.length - 1;

/** @param limit UTF-16 units, at least 2,048; the result never exceeds it */
export const composeFrame = (view: FrameView, limit: number): Frame => {
  const clipped: Clipped[] = [];
  let text = '';
  for (const [name, heading, share] of SECTIONS) {
    const body = view[name];
    if (body === '') continue;
    const room = roomFor(heading, share, limit);
    if (body.length <= room) {
      text += `${heading}${body}\n`;
      continue;
    }
    const more = ` ~ more: sys://${name}`;
    const kept = clip(body, Math.max(0, room - more.length));
    clipped.push({ section: name, chars: body.length - kept.length });
    text += `${heading}${kept}${more}\n`;
  }
  if (view.page !== null) text += pageSection(view.page, pageSize(limit), clipped);
  return { text: clip(text, limit), clipped };
};

const pageSection = (page: PageView, size: number, clipped: Clipped[]): string => {
  const next = page.next === undefined ? '' : ` next sys://page/${page.next}`;
  const prev = page.prev === undefined ? '' : ` prev sys://page/${page.prev}`;
  const body = clip(page.text, size);
  if (body.length < page.chars) clipped.push({ section: 'page', chars: page.chars - body.length });
  return `[page ${page.n}/${page.of}]${next}${prev}\n${body}\n`;
};
