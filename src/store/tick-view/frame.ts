/** The frame that a brain saw, what was clipped from it, and what it never was shown. */
import type { Cap } from '../../kernel/records/index.ts';
import { ROOT_PID } from '../../kernel/state.ts';
import { liveCaps, shownHandle } from '../../kernel/views.ts';
import { placeText } from '../../kernel/words.ts';
import type { LiveState } from '../live-state.ts';
import { textOf } from '../record.ts';
import type { TimeSource } from '../time-source.ts';
import { lastOf, type TickRecords } from './gather.ts';

export interface FrameSection {
  /** `role`, `task` … `page`; '' for what comes before the first heading. */
  name: string;
  /** `[page 1/3]`. */
  heading: string;
  text: string;
}

/** A row of a capability table. */
export type HeldRow = Pick<Cap, 'handle' | 'url' | 'rights' | 'target'>;

export interface TickFrame {
  text: string;
  /** UTF-16 units. */
  size: number;
  limit: number;
  sections: readonly FrameSection[];
  /** `view` is where all of a section could have been read; '' where that is not one place. */
  clipped: readonly { section: string; chars: number; view: string }[];
  /** Tokens of pages named in it, with the page's number. */
  pages: readonly { token: string; n: number }[];
  handles: readonly string[];
  /** Held by the process, but in none of its frames up to this one that were looked at. */
  neverShown: readonly HeldRow[];
  /** Held by whoever forked it, not by itself. */
  notHeld: readonly HeldRow[];
  /** The handle behind each URL, where the policy shows URLs. */
  names: Readonly<Record<string, string>>;
  /** Where the process looked. */
  at: string;
  /** Why that could not be shown, '' where it could. */
  notice: string;
}

/** @returns null where none was composed */
export const tickFrame = async (
  source: TimeSource,
  found: TickRecords,
  before: LiveState,
): Promise<TickFrame | null> => {
  const request = lastOf(found, 'brain.requested');
  if (request === undefined) return null;
  const composed = lastOf(found, 'frame.composed');
  const text = textOf(request.frame);
  const proc = before.kernel.procs[found.pid];
  const held = proc === undefined ? [] : liveCaps(proc);
  const url = before.kernel.policy.handleStyle === 'url';
  const shown = (cap: Cap): string => shownHandle(before.kernel, cap);
  const unseen = held.filter((cap) => !shows(text, shown(cap), cap.rights));
  const at = lastOf(found, 'route.dispatched')?.at;
  const notices = found.batches.flatMap(({ events }) => events).filter((rec) => rec.kind === 'notice.given');
  return {
    text,
    size: composed?.size ?? text.length,
    limit: composed?.limit ?? before.kernel.policy.frame.limit,
    sections: sectionsOf(text),
    clipped: (composed?.clipped ?? []).map(({ section, chars }) => ({
      ...{ section, chars },
      view: section === 'page' ? pageView(text) : `sys://${section}`,
    })),
    pages: (composed?.pages ?? []).map(({ token, n }) => ({ token, n })),
    handles: composed?.handles ?? [],
    neverShown: unseen.length === 0 ? [] : await neverSeen(source, found, unseen, shown),
    notHeld: notHeldBy(found, before, held),
    names: url ? Object.fromEntries(held.map((cap) => [cap.url, cap.handle])) : {},
    at: at === undefined ? '' : placeText(at),
    notice: notices.at(-1)?.text ?? '',
  };
};

const NAMES = ['role', 'task', 'hold', 'stack', 'q', 'last', 'map', 'trap', 'notice', 'told', 'at', 'page'];

/** Headings come in one order: a text that looks like an earlier one is none. */
const sectionsOf = (text: string): FrameSection[] => {
  const sections: FrameSection[] = [];
  let reached = -1;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const [, name = ''] = /^\[([a-z]+)(?: \d+\/\d+)?\]/.exec(line) ?? [];
    const at = NAMES.indexOf(name);
    const last = sections.at(-1);
    if (at > reached) {
      reached = at;
      const end = name === 'page' ? line.length : line.indexOf(']') + 1;
      sections.push({ name, heading: line.slice(0, end), text: line.slice(end).replace(/^ /, '') });
    } else if (last === undefined) sections.push({ name: '', heading: '', text: line });
    else last.text += last.text === '' && last.heading !== '' ? line : `\n${line}`;
  }
  return sections;
};

/** The page after the one shown is where the rest begins. */
const pageView = (text: string): string => /^\[page [^\n]* next (\S+)/m.exec(text)?.[1] ?? '';

const shows = (frame: string, handle: string, rights: string): boolean => frame.includes(`${handle} ${rights} `);

/** Records before the tick in which earlier frames are looked for. */
const BACK_RECORDS = 1024;

const neverSeen = async (
  source: TimeSource,
  { pid, seq }: TickRecords,
  unseen: readonly Cap[],
  shown: (cap: Cap) => string,
): Promise<readonly HeldRow[]> => {
  const earlier = await source.records(seq - BACK_RECORDS, seq - 1);
  const frames = earlier.filter((rec) => rec.kind === 'brain.requested' && rec.pid === pid);
  return unseen.filter(
    (cap) => !frames.some((rec) => 'frame' in rec && shows(textOf(rec.frame), shown(cap), cap.rights)),
  );
};

const notHeldBy = ({ pid }: TickRecords, { kernel }: LiveState, held: readonly Cap[]): HeldRow[] => {
  if (pid === ROOT_PID) return [];
  const parent = kernel.procs[kernel.procs[pid]?.ppid ?? 0];
  const targets = new Set(held.map(({ target }) => target));
  return parent === undefined ? [] : liveCaps(parent).filter(({ target }) => !targets.has(target));
};
