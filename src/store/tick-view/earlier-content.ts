/**
 * What a file held before a write, from the writes before it. A journal keeps ops, not files: the content is found by walking
 * back over committed writes to the last one that replaced the whole, and by going forward again from there.
 */
import { applyPatch } from 'diff';
import { textOf } from '../record.ts';
import type { TimeSource } from '../time-source.ts';
import type { Of } from './gather.ts';

type Write = { mode: 'replace' | 'append' | 'patch'; content: string };

/** Commits that are walked back over at most. */
const MAX_COMMITS = 16;
/** Records from a tick's dispatch to its commit that are read to find its op. */
const MAX_TICK_RECORDS = 512;
/** Records that are looked through for commits without a mark, in all. */
const MAX_UNMARKED = 2048;
/** Records read at first: what undoes a write is often near. */
const CHUNK = 64;

/** `text` is null where the file was not there. */
export type Earlier = { known: true; text: string | null } | { known: false; why: string };

const unknown = (why: string): Earlier => ({ known: false, why });

/** @param op the write whose target is meant */
export const earlierContent = async (source: TimeSource, op: Of<'op.requested'>): Promise<Earlier> => {
  if (op.request.op !== 'SYS_WRITE') return unknown('no write');
  const { target } = op.request;
  const chain: Write[] = [];
  let [expected, seq, left] = [op.worldHash, op.seq, MAX_UNMARKED];
  for (let i = 0; i < MAX_COMMITS; i += 1) {
    const mark = await source.markFrom(seq, -1, ['commit']);
    let step = mark === undefined ? undefined : await commitAt(source, mark.seq);
    if (mark !== undefined && step === undefined) return unknown('an earlier op could not be found');
    // Marks are commits that were progress. One that led back to an earlier world was none, and has to be looked for.
    if (step?.after !== expected) {
      const found = await unmarked(source, mark?.seq ?? 0, seq, expected, left);
      left -= found.read;
      if (found.step === undefined && mark === undefined) return onto(await atStart(source, target, expected), chain);
      step = found.step;
    }
    if (step === undefined) return unknown('the world has changed too often since its last new state');
    const { request, worldHash } = step.op;
    if (request.op === 'SYS_WRITE' && request.target === target) {
      const write = { mode: request.mode, content: textOf(request.content).toWellFormed() };
      if (write.mode === 'replace') return onto({ known: true, text: write.content }, chain);
      chain.push(write);
    } else if (request.op === 'SYS_EXEC' && worldHash !== expected) {
      return unknown(`a command changed the world at t${step.op.tick}`);
    }
    expected = worldHash;
    seq = step.op.seq;
  }
  return unknown(`no whole write of it among the last ${MAX_COMMITS} commits`);
};

/** The content after the write itself; undefined where it cannot be told. */
export const contentAfter = (before: string | null, { mode, content }: Write): string | undefined => {
  if (mode === 'replace') return content.toWellFormed();
  if (mode === 'append') return (before ?? '') + content.toWellFormed();
  try {
    const patched = applyPatch(before ?? '', content, { fuzzFactor: 0, autoConvertLineEndings: false });
    return patched === false ? undefined : patched;
  } catch {
    return undefined;
  }
};

/** @param chain newest first */
const onto = (base: Earlier, chain: readonly Write[]): Earlier => {
  if (!base.known) return base;
  let { text } = base;
  for (const write of chain.toReversed()) {
    const next = contentAfter(text, write);
    if (next === undefined) return unknown('an earlier patch does not apply');
    text = next;
  }
  return { known: true, text };
};

/** What the run began with, where nothing has been changed since. */
const atStart = async (source: TimeSource, target: string, expected: string): Promise<Earlier> => {
  const { first } = await source.extent();
  const [started] = await source.records(first.seq, first.seq);
  if (started?.kind !== 'run.started') return unknown('the journal does not begin with the run');
  const { world } = started;
  if (world.hash !== expected) return unknown('the world changed unseen after the start');
  const text = Object.hasOwn(world.files, target) ? world.files[target] : undefined;
  if (text !== undefined) return { known: true, text: textOf(text) };
  // A memory world is told whole; a workspace may hold what the record does not list.
  return world.kind === 'memory' ? { known: true, text: null } : unknown('the workspace is not in the journal');
};

/** An op that was done, and the hash of the world after it. */
interface Step {
  op: Of<'op.requested'>;
  after: string;
}

/** The last op between two records that changed the world to the expected one. */
const unmarked = async (
  source: TimeSource,
  after: number,
  before: number,
  expected: string,
  most: number,
): Promise<{ step?: Step; read: number }> => {
  const dones = new Map<number, string>();
  let read = 0;
  let size = CHUNK;
  for (let end = before - 1; end > after && read < most; ) {
    const records = await source.records(Math.max(after + 1, end - size + 1), end);
    read += records.length;
    end -= size;
    size *= 2;
    for (const rec of records.toReversed()) {
      if (rec.kind === 'op.done') dones.set(rec.req, rec.worldHash);
      if (rec.kind !== 'op.requested' || dones.get(rec.req) !== expected) continue;
      if (rec.worldHash !== expected) return { step: { op: rec, after: expected }, read };
    }
  }
  return { read };
};

/** The op that a commit completed. */
const commitAt = async (source: TimeSource, seq: number): Promise<Step | undefined> => {
  const [commit] = await source.records(seq, seq);
  if (commit?.kind !== 'tick.committed') return undefined;
  // It is near, as a rule; else it is looked for from the dispatch on.
  for (const from of [seq - 16, Math.max((await source.seqOfTick(commit.tick)) ?? seq, seq - MAX_TICK_RECORDS)]) {
    const records = await source.records(Math.max(1, from), seq);
    const op = records.findLast(
      (rec) => rec.kind === 'op.requested' && rec.pid === commit.pid && rec.tick === commit.tick,
    );
    if (op?.kind === 'op.requested') return { op, after: commit.worldHash };
  }
  return undefined;
};
