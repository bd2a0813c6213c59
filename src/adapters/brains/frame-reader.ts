/** Reads a frame back into its sections: what a brain can know, no more. */

const HEADINGS = ['role', 'task', 'hold', 'stack', 'q', 'last', 'map', 'trap', 'notice', 'told', 'at'] as const;
type Heading = (typeof HEADINGS)[number];

export interface HeldRow {
  handle: string;
  rights: string;
  target: string;
}

/** Which page it is, and the view of the one after it. */
export interface ShownPage {
  n: number;
  of: number;
  next: string | undefined;
}

/** Sections that the frame leaves out are ''; `page` and `shown` are null where nothing is shown. */
export type ReadFrame = Record<Exclude<Heading, 'hold'>, string> & {
  hold: HeldRow[];
  page: string | null;
  shown: ShownPage | null;
};

const ROW = /^(\S+) (r|w|rw|x) (.+?)(?: …)?$/;
const PAGE = /^\[page (\d+)\/(\d+)\](?: next (\S+))?/;

/**
 * Sections come in a fixed order, so a line that looks like an earlier heading is text; everything after the page's heading is
 * the page.
 */
export const readFrame = (frame: string): ReadFrame => {
  const found: Partial<Record<Heading, string>> = {};
  let page: string | null = null;
  let shown: ShownPage | null = null;
  let open: Heading | undefined;
  let next = 0;
  let start = 0;
  while (start < frame.length) {
    const newline = frame.indexOf('\n', start);
    const end = newline === -1 ? frame.length : newline;
    const close = frame.charCodeAt(start) === 91 ? frame.indexOf(']', start) : -1;
    const name = close === -1 || close > end ? '' : frame.slice(start + 1, close);
    if (name.startsWith('page ')) {
      page = frame.slice(end + 1);
      if (page.endsWith('\n')) page = page.slice(0, -1);
      const [, n, of, after] = PAGE.exec(frame.slice(start, end)) ?? [];
      shown = { n: Number(n), of: Number(of), next: after };
      break;
    }
    const heading = HEADINGS.indexOf(name as Heading, next);
    if (heading !== -1) {
      open = HEADINGS[heading] as Heading;
      next = heading + 1;
      found[open] = frame.slice(close + 2, end);
    } else if (open !== undefined) {
      found[open] += `\n${frame.slice(start, end)}`;
    }
    start = end + 1;
  }
  const { hold = '', ...texts } = found;
  const sections = { role: '', task: '', stack: '', q: '', last: '', map: '', trap: '', notice: '', told: '', at: '' };
  return { ...sections, ...texts, hold: hold.split('\n').flatMap(heldRow), page, shown };
};

const heldRow = (line: string): HeldRow[] => {
  const match = ROW.exec(line);
  return match === null ? [] : [{ handle: match[1] as string, rights: match[2] as string, target: match[3] as string }];
};

/** The rows that a denial tells: `… You hold h1 r rows/, h2 rw ANSWER.txt.` */
export const heldIn = (trap: string): HeldRow[] =>
  (/ You hold (.*)\.$/s.exec(trap)?.[1] ?? '').split(', ').flatMap(heldRow);
