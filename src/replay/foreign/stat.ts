/** What a journal of another format holds, counted in one pass. */
import { GENESIS, tupleBreaks } from './chain.ts';
import { type ForeignFormat, foreignFormat } from './detect.ts';
import { type Entry, entriesOf, jsonObject } from './entries.ts';
import { parseTuple } from './tuple.ts';

/** Milliseconds from a route's dispatch to its reply; percentile p is the sorted value at floor(n × p). */
export interface Latency {
  n: number;
  avg: number;
  p50: number;
  p95: number;
  max: number;
}

export interface ForeignStat {
  format: ForeignFormat;
  entries: number;
  /** Lines that continue an entry, blank ones not counted. */
  continuationLines: number;
  tags: Record<string, number>;
  /** Trap frames by kind of trap. */
  trapFrames: Record<string, number>;
  /** ISO 8601; null where the file has no times. */
  first: string | null;
  last: string | null;
  /** Only where there were any. */
  routeLatencyMs?: Latency;
  /** Rejected halts by guard; only where there were any. */
  haltGuards?: Record<string, number>;
  tuples: {
    count: number;
    /** Whether the chain over the tuples holds. */
    ok: boolean;
    firstBadTick: number | null;
    /** `vliw` has mind and world ops apart; null without tuples. */
    format: 'legacy' | 'vliw' | null;
    /** Tuples that do not begin with the registers that the one before left. */
    discontinuities: number;
    lastMerkleRoot: string | null;
    ops: Record<string, number>;
  };
  /** 1-based lines that are no record; only where there are any. */
  unparsableLines?: number[];
}

/** @throws ForeignError where the file cannot be read, or is of none of the formats */
export const statForeign = async (path: string): Promise<ForeignStat> => {
  const format = await foreignFormat(path);
  const stat: ForeignStat = {
    ...{ format, entries: 0, continuationLines: 0, tags: {}, trapFrames: {}, first: null, last: null },
    tuples: { count: 0, ok: true, firstBadTick: null, format: null, discontinuities: 0, lastMerkleRoot: null, ops: {} },
  };
  const latencies: number[] = [];
  const guards: Record<string, number> = {};
  const unparsable: number[] = [];
  const tuple = tupleCounter(stat.tuples);
  for await (const entry of entriesOf(path, format)) {
    if (entry.bad !== undefined || (entry.tag === 'REPLAY_TUPLE' && !tuple(entry))) unparsable.push(entry.line);
    // A trace's lines are tuples and nothing else; a log's line is an entry whatever its body is.
    if (entry.bad !== undefined || (format === 'legacy-trace' && unparsable.at(-1) === entry.line)) continue;
    stat.entries += 1;
    stat.continuationLines += entry.more.filter((line) => line.trim() !== '').length;
    stat.first ??= entry.ts ?? null;
    stat.last = entry.ts ?? stat.last;
    if (entry.tag !== '' && format !== 'legacy-trace') count(stat.tags, entry.tag);
    if (entry.tag === 'TRAP_FRAME') countTrap(entry, stat.trapFrames, guards);
    if (entry.tag === 'HYPERCORE_ROUTE') {
      const sent = Date.parse(String(jsonObject(entry.body)?.ts));
      const ms = Date.parse(entry.ts ?? '') - sent;
      if (Number.isFinite(ms)) latencies.push(ms);
    }
  }
  if (latencies.length > 0) stat.routeLatencyMs = latency(latencies);
  if (Object.keys(guards).length > 0) stat.haltGuards = guards;
  if (unparsable.length > 0) stat.unparsableLines = unparsable;
  return stat;
};

/** @returns whether the entry was a tuple */
const tupleCounter = (tuples: ForeignStat['tuples']): ((entry: Entry) => boolean) => {
  let left: { q: string; d: string } | undefined;
  return (entry) => {
    const tuple = parseTuple(entry.body);
    if (typeof tuple === 'string') return false;
    if (tupleBreaks(tuple, tuples.lastMerkleRoot ?? GENESIS).length > 0) {
      if (tuples.ok) tuples.firstBadTick = tuple.seq;
      tuples.ok = false;
    }
    if (left !== undefined && (left.q !== tuple.q || left.d !== tuple.d)) tuples.discontinuities += 1;
    left = { q: tuple.qNext, d: tuple.dNext };
    tuples.count += 1;
    tuples.format ??= tuple.format;
    tuples.lastMerkleRoot = tuple.root;
    count(tuples.ops, tuple.action.op);
    return true;
  };
};

const countTrap = (entry: Entry, frames: Record<string, number>, guards: Record<string, number>): void => {
  const frame = jsonObject(entry.body);
  if (typeof frame?.trap_base === 'string') count(frames, frame.trap_base);
  const guard = (frame?.metadata as { guard?: unknown } | undefined)?.guard;
  if (typeof guard === 'string') count(guards, guard);
};

const count = (counts: Record<string, number>, key: string): void => {
  counts[key] = (Object.hasOwn(counts, key) ? (counts[key] ?? 0) : 0) + 1;
};

const latency = (all: number[]): Latency => {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (p: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;
  const avg = Math.round(sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length);
  return { n: sorted.length, avg, p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? 0 };
};
