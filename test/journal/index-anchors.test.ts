import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { follow, openJournal, readLineBatches, verifyChain } from '../../src/journal/index.ts';
import { ANCHORS, indexDir } from '../../src/journal/index-files.ts';
import { seqBeforeTick } from '../../src/journal/seek.ts';
import { readAll, scratchRun } from './scratch.ts';

/** Four batches with notes between and after them, over several segments; ends with a batch of nine and two notes. */
async function written(): Promise<string> {
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r', segmentBytes: 4000 });
  for (const events of [2, 0, 5, 8]) {
    const payloads = Array.from({ length: events }, (_, i) => ({ kind: 'route.dispatched', tick: events * 10 + i }));
    journal.appendBatch({ kind: 'in', events }, payloads);
    for (let n = 0; n < 2; n += 1) journal.appendNote({ kind: 'said', n });
    await journal.written();
  }
  await journal.close();
  return run;
}

interface Placed {
  seq: number;
  segment: number;
  byte: number;
  hash: string;
  tick: number;
}

async function places(run: string): Promise<Placed[]> {
  const found: Placed[] = [];
  let tick = 0;
  for await (const lines of readLineBatches(run)) {
    for (const { segment, byte, seq, text } of lines) {
      const record = JSON.parse(text) as { hash: string; tick?: number };
      tick = record.tick ?? tick;
      found.push({ seq, segment: Number.parseInt(segment, 10), byte, hash: record.hash, tick });
    }
  }
  return found;
}

function index(run: string, anchors: readonly Placed[]): void {
  mkdirSync(indexDir(run), { recursive: true });
  const lines = anchors.map((anchor) => ANCHORS.encode({ ...anchor, ms: 0, leastMs: 0 }));
  writeFileSync(join(indexDir(run), 'anchors'), lines.join(''));
}

async function opened(run: string) {
  const journal = await openJournal(run, { run: 'r' });
  const { head, lastBatch, recovered } = journal;
  await journal.close();
  return { head, lastBatch, recovered };
}

const path = (run: string, { segment }: Placed): string =>
  join(run, 'journal', `${String(segment).padStart(6, '0')}.ndjson`);

/** Changes one byte of a record's time. */
function damage(run: string, at: Placed): void {
  const bytes = readFileSync(path(run, at));
  const where = bytes.indexOf('"ts":"', at.byte) + 6;
  bytes[where] = bytes[where] === 0x32 ? 0x33 : 0x32;
  writeFileSync(path(run, at), bytes);
}

describe('opening with an index', () => {
  it('finds the same as without, whichever record the anchor is, a torn tail included', async () => {
    const run = await written();
    const all = await places(run);
    expect(all).toHaveLength(27);
    expect(all.at(-1)?.segment).toBeGreaterThan(1);
    const plain = await opened(run);
    expect(plain).toMatchObject({ head: { seq: 27 }, lastBatch: { input: { seq: 17 }, events: { length: 8 } } });
    for (const anchor of all) {
      index(run, [anchor]);
      expect(await opened(run)).toEqual(plain);
    }
    const last = all.at(-1) as Placed;
    const whole = readFileSync(path(run, last));
    for (const anchor of all) {
      writeFileSync(path(run, last), whole.subarray(0, -5));
      index(run, [anchor]);
      expect(await opened(run)).toMatchObject({
        head: { seq: 26 },
        lastBatch: plain.lastBatch,
        recovered: { cutFromSeq: 27 },
      });
    }
  });

  it('goes back from an anchor within the last batch to one before it', async () => {
    const run = await written();
    const all = await places(run);
    index(run, [all[9] as Placed, all[20] as Placed]);
    // Whoever walked the whole chain would stumble here.
    damage(run, all[3] as Placed);
    expect(await opened(run)).toMatchObject({
      head: { seq: 27 },
      lastBatch: { input: { seq: 17 }, events: { length: 8 } },
    });
  });

  it('does not look at what lies before the anchor, chains nothing anew, and verify names the damage', async () => {
    const run = await written();
    const all = await places(run);
    const at = all[5] as Placed;
    damage(run, at);
    const before = readFileSync(path(run, at));
    await expect(opened(run)).rejects.toMatchObject({ code: 'broken', at: { seq: 6 } });
    index(run, [all[10] as Placed]);
    const journal = await openJournal(run, { run: 'r' });
    expect(journal.appendNote({ kind: 'more' })).toBe(28);
    await journal.close();
    expect(readFileSync(path(run, at)).subarray(0, before.length)).toEqual(before);
    expect((await verifyChain(run)).breaks).toMatchObject([{ seq: 6, reason: 'hash_mismatch' }]);
  });

  it('names damage after the anchor, and of the anchor’s own record', async () => {
    for (const broken of [12, 15, 27]) {
      const run = await written();
      const all = await places(run);
      index(run, [all[4] as Placed, all[11] as Placed]);
      damage(run, all[broken - 1] as Placed);
      await expect(opened(run)).rejects.toMatchObject({ code: 'broken', at: { seq: broken } });
    }
  });

  it.each<[string, (anchor: Placed, all: Placed[]) => Placed]>([
    ['another hash', (anchor) => ({ ...anchor, hash: 'f'.repeat(64) })],
    ['another seq', (anchor) => ({ ...anchor, seq: anchor.seq + 1 })],
    ['another record’s place', (anchor, all) => ({ ...anchor, byte: (all[1] as Placed).byte, segment: 1 })],
    ['a place within a line', (anchor) => ({ ...anchor, byte: anchor.byte + 1 })],
    ['a place after the end', (anchor) => ({ ...anchor, byte: 1e9 })],
    ['a segment that is not there', (anchor) => ({ ...anchor, segment: 99 })],
  ])('walks the whole chain where the anchor has %s', async (_, change) => {
    const run = await written();
    const all = await places(run);
    const plain = await opened(run);
    index(run, [change(all[18] as Placed, all)]);
    expect(await opened(run)).toEqual(plain);
    damage(run, all[2] as Placed);
    await expect(opened(run)).rejects.toMatchObject({ code: 'broken', at: { seq: 3 } });
  });

  it('takes a journal that was cut short since for what it is now', async () => {
    const run = await written();
    const all = await places(run);
    const [kept, cut] = [all[16] as Placed, all[17] as Placed];
    index(run, [all[8] as Placed, all[25] as Placed]);
    for (const { segment } of all) if (segment > cut.segment) writeFileSync(path(run, { ...cut, segment }), '');
    truncateSync(path(run, cut), cut.byte);
    expect(await opened(run)).toMatchObject({ head: { seq: 17, hash: kept.hash }, lastBatch: { input: { seq: 17 } } });
  });

  it('refuses the journal of another run all the same', async () => {
    const run = await written();
    index(run, [(await places(run))[20] as Placed]);
    await expect(openJournal(run, { run: 'other' })).rejects.toMatchObject({ code: 'wrong_run' });
  });

  it('is not misled by an index that is garbage', async () => {
    const run = await written();
    const plain = await opened(run);
    mkdirSync(indexDir(run), { recursive: true });
    writeFileSync(join(indexDir(run), 'anchors'), 'x'.repeat(5000));
    expect(await opened(run)).toEqual(plain);
  });
});

describe('reading with an index', () => {
  it('delivers the same from every record on, checked or not', async () => {
    const run = await written();
    const all = await places(run);
    index(
      run,
      all.filter(({ seq }) => seq % 5 === 0),
    );
    for (const { seq } of all) {
      for (const check of [false, true]) {
        const seqs = (await readAll(run, { fromSeq: seq, check })).map((record) => record.seq);
        expect(seqs).toEqual(all.slice(seq - 1).map((one) => one.seq));
      }
    }
  });

  it('starts at the nearest anchor: what lies before is not read', async () => {
    const run = await written();
    const all = await places(run);
    damage(run, all[24] as Placed);
    expect(all[24]?.segment).toBe(all[26]?.segment);
    await expect(readAll(run, { fromSeq: 27, check: true })).rejects.toMatchObject({ code: 'broken' });
    index(run, [all[10] as Placed, all[25] as Placed]);
    expect(await readAll(run, { fromSeq: 27, check: true })).toHaveLength(1);
  });

  it('follows from the nearest anchor, and on', async () => {
    const run = await written();
    const all = await places(run);
    const journal = await openJournal(run, { run: 'r' });
    damage(run, all[24] as Placed);
    index(run, [all[10] as Placed, all[25] as Placed]);
    const seqs: number[] = [];
    for await (const records of follow(run, { fromSeq: 27 })) {
      seqs.push(...records.map(({ seq }) => seq));
      if (seqs.length === 1) journal.appendNote({ kind: 'more' });
      else break;
    }
    expect(seqs).toEqual([27, 28]);
    await journal.close();
  });

  it('knows a record before a tick', async () => {
    const run = await written();
    const all = await places(run);
    expect(await seqBeforeTick(run, 84)).toBe(1);
    index(
      run,
      all.filter(({ seq }) => seq % 4 === 0),
    );
    const dispatch = all.find(({ tick }) => tick === 84) as Placed;
    const before = await seqBeforeTick(run, 84);
    expect(before).toBeLessThan(dispatch.seq);
    expect(before).toBeGreaterThan(dispatch.seq - 5);
  });
});
