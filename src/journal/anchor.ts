import { join } from 'node:path';
import { ChainCursor } from './chain.ts';
import { journalDir, LineFile, segmentName } from './segments.ts';

/** Where a record stands: its segment's number, and the byte in it at which its line begins. */
export interface Anchor {
  seq: number;
  hash: string;
  segment: number;
  byte: number;
}

/** The newest anchor of a record up to `seq`, as an index tells; undefined where it has none. */
export type Anchors = (seq: number) => Anchor | undefined;

/** One read finds most lines whole; longer ones are read in more. */
const CHUNK = 16 * 1024;

/** Asked before walking from the start instead: an index that is wrong so often is wrong altogether. */
const TRIES = 8;

/**
 * The newest anchor up to `seq` that fits: at its place is a record of its seq, whose SHA-256, computed anew, is its hash.
 * An index is only a hint, so anchors that do not fit are passed over.
 */
export async function checkedAnchor(runDir: string, anchors: Anchors, seq: number): Promise<Anchor | undefined> {
  let anchor = anchors(seq);
  for (let tries = 1; anchor !== undefined && tries <= TRIES; tries += 1) {
    if (await fits(runDir, anchor)) return anchor;
    // Farther back each time: what spoiled one anchor, say a journal cut short, often spoiled those before it.
    anchor = anchors(anchor.seq - 8 ** (tries - 1));
  }
  return undefined;
}

async function fits(runDir: string, { seq, hash, segment, byte }: Anchor): Promise<boolean> {
  const path = join(journalDir(runDir), segmentName(segment));
  const file = await LineFile.open(path, { from: byte, chunk: CHUNK }).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const line = (await file.next())[0];
    if (line === undefined) return false;
    const cursor = new ChainCursor({ seq: seq - 1, hash: undefined });
    return cursor.check(line.bytes) === undefined && cursor.hash === hash;
  } finally {
    await file.close();
  }
}
