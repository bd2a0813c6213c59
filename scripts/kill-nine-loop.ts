/** Kills writing processes at random moments, with SIGKILL, and looks whether anything that they were promised is gone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type FsyncPolicy, type JournalRecord, payloadOf, readRecords, verifyChain } from '../src/journal/index.ts';
import { batchOf } from './kill-nine-batches.ts';

const WRITER = fileURLToPath(new URL('kill-nine-writer.ts', import.meta.url));
/** Kills fall evenly within this time after the first promise, or, one in four, after a writer has begun to open its journal. */
const WITHIN_MS = 200;
/** Kills of writers that go on with the same journal. */
const KILLS_A_JOURNAL = 10;

export interface KillCounts {
  kills: number;
  /** Batches that writers were told were safe. */
  promised: number;
  /** Of these, how many are not there as they were written. */
  lost: number;
  /** Sentences about everything else that is not as it should be. */
  wrong: string[];
  /** Kills before the writer had written anything: while it opened or recovered. */
  whileOpening: number;
  /** Openings that found an incomplete last line, and those that found an incomplete last batch. */
  torn: number;
  half: number;
  segments: number;
  blobs: number;
  records: number;
}

/** @param tell called after each journal, with how many kills there were so far */
export async function killLoop(kills: number, fsync: FsyncPolicy, tell = (_: number): void => {}): Promise<KillCounts> {
  const counts: KillCounts = {
    kills: 0,
    promised: 0,
    lost: 0,
    wrong: [],
    whileOpening: 0,
    torn: 0,
    half: 0,
    segments: 0,
    blobs: 0,
    records: 0,
  };
  while (counts.kills < kills) {
    const dir = mkdtempSync(join(tmpdir(), 'turingos-kill-nine-'));
    try {
      await oneJournal(dir, fsync, Math.min(KILLS_A_JOURNAL, kills - counts.kills), counts);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    tell(counts.kills);
  }
  return counts;
}

async function oneJournal(dir: string, fsync: FsyncPolicy, kills: number, counts: KillCounts): Promise<void> {
  let promised = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const said = await killOne(dir, fsync);
    counts.kills += 1;
    counts.torn += Number(said.includes('torn'));
    counts.half += Number(said.includes('half'));
    const told = said.flatMap((line) => (/^[ws] /.test(line) ? [Number(line.slice(2))] : []));
    counts.whileOpening += Number(told.length === 0);
    promised = Math.max(promised, ...told);
    await look(dir, promised, counts);
  }
  counts.promised += promised;
  counts.segments += readdirSync(join(dir, 'journal')).filter((name) => name.endsWith('.ndjson')).length;
}

/** What a writer said until it was killed. */
async function killOne(dir: string, fsync: FsyncPolicy): Promise<string[]> {
  const proc = spawn(process.execPath, [WRITER, dir, fsync], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(proc, 'exit');
  const said: string[] = [];
  const from = Math.random() < 0.25 ? /^opening$/ : /^w /;
  let due = false;
  for await (const line of createInterface({ input: proc.stdout })) {
    said.push(line);
    if (due || !from.test(line)) continue;
    due = true;
    setTimeout(() => proc.kill('SIGKILL'), Math.random() * WITHIN_MS);
  }
  const [code, signal] = await gone;
  if (signal !== 'SIGKILL') throw new Error(`a writer ended by itself (${code ?? signal})`);
  return said;
}

/** Reads what a kill left. All batches up to the promised one have to be there, whole; beyond it only the last may be torn. */
async function look(dir: string, promised: number, counts: KillCounts): Promise<void> {
  const { breaks, missing } = await verifyChain(dir);
  for (const { reason, segment, seq } of breaks) {
    if (reason !== 'torn_tail') counts.wrong.push(`${segment} has ${reason} at record ${seq}`);
  }
  if (missing.length > 0) counts.wrong.push(`${missing.length} blobs are missing`);
  const batches = new Batches();
  for await (const record of readRecords(dir, { check: true, hydrate: true })) batches.see(record);
  for (let n = 1; n <= batches.length; n += 1) {
    const got = batches.get(n);
    const { input, events } = batchOf(n);
    const want = JSON.stringify([input, ...events]);
    if (got === want) continue;
    if (n <= promised) counts.lost += 1;
    // A last batch is a beginning of what was to be written.
    else if (n < batches.length || !want.startsWith(got.slice(0, -1))) counts.wrong.push(`batch ${n} is not whole`);
  }
  counts.lost += Math.max(0, promised - batches.length);
  counts.records += batches.records;
  counts.blobs += batches.blobs;
}

/** Inputs with their events, as texts. */
class Batches {
  records = 0;
  blobs = 0;
  readonly #batches: unknown[][] = [];

  get length(): number {
    return this.#batches.length;
  }

  see(record: JournalRecord): void {
    this.records += 1;
    if (record.kind === 'long') this.blobs += 1;
    if (record.class === 'input') this.#batches.push([payloadOf(record)]);
    else if (record.class === 'event') this.#batches.at(-1)?.push(payloadOf(record));
  }

  get(n: number): string {
    return JSON.stringify(this.#batches[n - 1] ?? []);
  }
}
