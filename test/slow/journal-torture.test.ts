/**
 * Recovery, tried at every byte: a run's journal is cut at each byte of its last three records, and each byte of a record in its
 * middle is changed. A complete record is never lost, none is invented, a broken middle is left as it is.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  follow,
  JournalError,
  type JournalRecord,
  openJournal,
  readRecords,
  verifyChain,
} from '../../src/journal/index.ts';
import { scratchRun } from '../journal/scratch.ts';
import { rig } from '../runtime/rig.ts';

const SEGMENT = '000001.ndjson';

/** The journal of a run. */
interface Sample {
  bytes: Buffer;
  lines: string[];
  /** Where each line begins. */
  starts: number[];
  hashes: string[];
  blobs: string;
  id: string;
}

/** One of the simulated pair. */
async function sample(): Promise<Sample> {
  const { dir, engine, journal, started } = await rig({ seed: 5 });
  await engine.start(started);
  await engine.ended;
  await journal.close();
  const bytes = readFileSync(join(dir, 'journal', SEGMENT));
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  const records = lines.map((line) => JSON.parse(line) as JournalRecord);
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; at = bytes.indexOf(10, at) + 1) starts.push(at);
  return { bytes, lines, starts, hashes: hashes(records), blobs: join(dir, 'blobs'), id: records[0]?.run ?? '' };
}

/** A run's directory with that journal. */
function runWith(content: Buffer, blobs: string): { run: string; file: string } {
  const run = scratchRun();
  mkdirSync(join(run, 'journal'));
  if (existsSync(blobs)) cpSync(blobs, join(run, 'blobs'), { recursive: true });
  const file = join(run, 'journal', SEGMENT);
  writeFileSync(file, content);
  return { run, file };
}

/** What a reader gives that checks as it goes, and where it stops. */
async function collect(source: AsyncIterable<JournalRecord[]>, enough: number): Promise<[JournalRecord[], unknown]> {
  const records: JournalRecord[] = [];
  try {
    for await (const some of source) {
      records.push(...some);
      if (records.length >= enough) break;
    }
  } catch (error) {
    return [records, error];
  }
  return [records, undefined];
}

async function* read(run: string): AsyncGenerator<JournalRecord[]> {
  for await (const record of readRecords(run, { check: true })) yield [record];
}

const hashes = (records: readonly JournalRecord[]): string[] => records.map(({ hash }) => hash);

it('cut at every byte of the last three records', async () => {
  const { bytes, lines, starts, hashes: all, blobs, id } = await sample();
  const from = starts.at(-3) as number;
  let torn = 0;
  for (let cut = from; cut <= bytes.length; cut += 1) {
    const prefix = bytes.subarray(0, cut);
    const complete = starts.filter((start) => start > 0 && start <= cut).length + Number(cut === bytes.length);
    const end = complete === lines.length ? bytes.length : (starts[complete] as number);
    const whole = all.slice(0, complete);
    const { run, file } = runWith(prefix, blobs);
    torn += Number(end < cut);

    const [records, error] = await collect(read(run), Number.POSITIVE_INFINITY);
    expect([hashes(records), error], `read, cut at ${cut}`).toEqual([whole, undefined]);
    const report = await verifyChain(run);
    const breaks = end < cut ? [{ segment: SEGMENT, seq: complete + 1, byte: end, reason: 'torn_tail' }] : [];
    expect(report, `verify, cut at ${cut}`).toMatchObject({ records: complete, breaks, missing: [] });
    expect(report.head).toEqual({ seq: complete, hash: whole.at(-1) });

    // One that follows from before the recovery until after it.
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const followed = collect(follow(run, { signal: abort.signal }), complete + 1);
    const journal = await openJournal(run, { run: id, fsync: 'never' });
    expect(journal.recovered, `open, cut at ${cut}`).toEqual(
      end < cut ? { cutBytes: cut - end, cutFromSeq: complete + 1 } : undefined,
    );
    expect(journal.head).toEqual({ seq: complete, hash: whole.at(-1) });
    expect(readFileSync(file).equals(bytes.subarray(0, end))).toBe(true);
    journal.appendNote({ kind: 'journal.recovered', cutBytes: cut - end, fromSeq: complete + 1 });
    const { hash } = journal.head;
    await journal.close();
    expect((await verifyChain(run)).ok).toBe(true);
    const [seen, failure] = await followed;
    expect([hashes(seen), failure], `follow, cut at ${cut}`).toEqual([[...whole, hash], undefined]);
  }
  console.log(`${bytes.length - from + 1} cuts in the last 3 of ${lines.length} records, ${torn} of them torn tails`);
});

describe('a changed byte of a record in the middle', () => {
  it.each<[string, (byte: number) => number]>([
    ['xor 0x01', (byte) => byte ^ 0x01],
    ['xor 0x20', (byte) => byte ^ 0x20],
    ['xor 0x80', (byte) => byte ^ 0x80],
    ['xor 0xff', (byte) => byte ^ 0xff],
    ['a newline', () => 10],
  ])('%s, every byte', async (name, change) => {
    const { bytes, lines, starts, hashes: all, blobs, id } = await sample();
    const seq = Math.floor(lines.length / 2);
    const [from, to] = [starts[seq - 1] as number, starts[seq] as number];
    const before = all.slice(0, seq - 1);
    let count = 0;
    for (let at = from; at < to; at += 1) {
      const broken = Buffer.from(bytes);
      broken[at] = change(broken[at] as number);
      if (broken.equals(bytes)) continue;
      count += 1;
      const { run, file } = runWith(broken, blobs);
      const place = { segment: SEGMENT, seq, byte: from };
      const expectBroken = (error: unknown, who: string): void => {
        expect(error, `${who}, byte ${at}`).toBeInstanceOf(JournalError);
        expect(error).toMatchObject({ code: 'broken', at: place });
        expect((error as Error).message).toContain(`segment ${SEGMENT} is broken at record ${seq}, byte ${from}:`);
      };
      expectBroken(await openJournal(run, { run: id }).catch((error: unknown) => error), 'open');
      expect(readFileSync(file).equals(broken)).toBe(true);
      for (const [who, source] of [
        ['read', read(run)],
        ['follow', follow(run)],
      ] as const) {
        const [records, error] = await collect(source, Number.POSITIVE_INFINITY);
        expectBroken(error, who);
        expect(hashes(records)).toEqual(before);
      }
      const report = await verifyChain(run);
      expect(report.ok).toBe(false);
      expect(report.breaks[0]).toMatchObject(place);
      expect(report.head).toEqual({ seq: seq - 1, hash: before.at(-1) });
    }
    console.log(`${count} of ${to - from} bytes of record ${seq} of ${lines.length}: ${name}`);
  });
});
