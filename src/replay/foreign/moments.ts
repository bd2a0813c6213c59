/** Entries in the order in which they are played: with times, tuples parsed, and each route's dispatch at its own time. */
import { type Entry, entryText, jsonObject } from './entries.ts';
import { parseTuple, type Tuple } from './tuple.ts';

export interface Moment {
  entry: Entry;
  ms: number;
  tuple?: Tuple;
  /** A route, told when its reply was there. */
  route?: Route;
  /** Not the entry itself: the dispatch that it tells of. */
  sends: boolean;
}

export interface Route {
  pid: string;
  role: string;
  /** Thousandths. */
  temperature: number;
  /** The model behind it: `kimi:kimi-k2`. */
  brain: string;
  sentMs: number;
}

/** @param startMs the time of entries before the first one that has a time */
export const momentsOf = (entries: readonly Entry[], startMs: number): Moment[] => {
  const moments: Moment[] = [];
  let ms = startMs;
  for (const entry of entries) {
    const own = Date.parse(entry.ts ?? '');
    if (Number.isFinite(own)) ms = own;
    const tuple = entry.tag === 'REPLAY_TUPLE' ? parseTuple(entry.body) : undefined;
    const route = entry.tag === 'HYPERCORE_ROUTE' ? routeIn(entry.body, ms) : undefined;
    if (route !== undefined)
      moments.splice(dispatchAt(moments, route), 0, { entry, ms: route.sentMs, route, sends: true });
    moments.push({
      ...{ entry, ms, sends: false },
      ...(typeof tuple === 'object' ? { tuple } : {}),
      ...(route === undefined ? {} : { route }),
    });
  }
  return moments;
};

const routeIn = (body: string, ms: number): Route | undefined => {
  const route = jsonObject(body);
  if (typeof route?.pid !== 'string') return undefined;
  const sent = Date.parse(String(route.ts));
  return {
    pid: route.pid,
    role: String(route.role),
    temperature: Math.min(2000, Math.max(0, Math.round(Number(route.temperature) * 1000) || 0)),
    brain: String(route.laneLabel ?? '').replace(/^[A-Z]:/, ''),
    sentMs: Number.isFinite(sent) ? Math.min(sent, ms) : ms,
  };
};

/** After whatever was there by then, and after the last that was said of the same process. */
const dispatchAt = (moments: readonly Moment[], { pid, sentMs }: Route): number => {
  let at = moments.length;
  for (let before = moments[at - 1]; before !== undefined && before.ms > sentMs; before = moments[at - 1]) {
    if (entryText(before.entry).includes(pid)) break;
    at -= 1;
  }
  return at;
};
