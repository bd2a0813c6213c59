/** Golden runs: whole runs of earlier versions, which every later one must open, verify, replay and travel in. */
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openCastScreen } from '../../src/cli/cast-screen.tsx';
import { findAnomalies } from '../../src/evidence/anomalies/find.ts';
import { anomalyLines } from '../../src/evidence/anomalies/sentences.ts';
import { openJournal, RECORD_VERSION, readRecords, verifyChain } from '../../src/journal/index.ts';
import { withoutHistory } from '../../src/kernel/history.ts';
import { evolve, initialState, Outcome, type State, stateHash } from '../../src/kernel/index.ts';
import { openRun } from '../../src/replay/index.ts';
import { readManifest } from '../../src/runtime/manifest.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { emptyLive, foldLive } from '../../src/store/live-state.ts';
import { asRecs, type Rec } from '../../src/store/record.ts';
import { runWord } from '../../src/store/run-status.ts';
import { scratch } from '../runtime/rig.ts';
import { listFiles } from './files.ts';

const ROOT = dirname(fileURLToPath(import.meta.url));

interface Expected {
  outcome: string | null;
  reason: string;
  word: string;
  tick: number;
  records: number;
  head: string;
  worldHash: string;
  stateHash: string;
  incomplete: boolean;
}

const names = readdirSync(ROOT).filter((name) => /^v\d+-/.test(name));
const expected = (name: string): Expected => JSON.parse(readFileSync(join(ROOT, name, 'expected.json'), 'utf8'));

/** A copy, since looking makes indexes and opening makes locks. */
const copyOf = (name: string): string => {
  const dir = join(scratch(), name);
  cpSync(join(ROOT, name), dir, { recursive: true });
  return dir;
};

const recordsOf = async (dir: string): Promise<Rec[]> => {
  const records: Rec[] = [];
  for await (const record of readRecords(dir, { check: true, hydrate: true })) records.push(...asRecs([record]));
  return records;
};

/** The kernel's whole state, of which a console keeps less. */
const lasting = (records: readonly Rec[]): State =>
  records.reduce((state, rec) => (rec.class === 'event' ? evolve(state, rec) : state), initialState);

test('there is one for every outcome that this version’s runs can have, and for those that have none', () => {
  const made = names.filter((name) => name.startsWith(`v${RECORD_VERSION}-`));
  const outcomes = new Set(made.map((name) => expected(name).outcome));
  expect(outcomes).toEqual(new Set([...Outcome.options, null]));
  expect(made).toEqual(expect.arrayContaining([`v${RECORD_VERSION}-resumed`, `v${RECORD_VERSION}-forked`]));
});

describe.each(names)('%s', (name) => {
  const dir = join(ROOT, name);
  const want = expected(name);

  test('verifies: its chain, its shapes and every decision', async () => {
    const chain = await verifyChain(dir);
    expect(chain.breaks.filter(({ reason }) => reason !== 'torn_tail')).toEqual([]);
    expect([chain.missing, chain.head]).toEqual([[], { seq: want.records, hash: want.head }]);
    expect(await verifyDecisions(dir)).toMatchObject({
      ok: true,
      breaks: [],
      divergence: null,
      stopped: null,
      missing: [],
      ended: want.outcome !== null,
      incomplete: want.incomplete,
      stateHash: want.stateHash,
    });
  });

  test('replays: folded to its end it is the state that it was', async () => {
    const records = await recordsOf(dir);
    const live = records.reduce(foldLive, emptyLive);
    const { info, kernel } = live;
    const state = lasting(records);
    expect([info.outcome, info.reason, info.lastSeq]).toEqual([want.outcome, want.reason, want.records]);
    expect([state.tick, state.worldHash, stateHash(state)]).toEqual([want.tick, want.worldHash, want.stateHash]);
    expect(kernel).toEqual(withoutHistory(state));
    expect(runWord(live, want.outcome === null)).toBe(want.word);
    expect(readManifest(dir)).toMatchObject({ id: info.id, task: { name: info.task } });
  });

  test('is drawn: the live screen of its end has its run, its tick and what became of it', async () => {
    const screen = openCastScreen({ columns: 120, rows: 40 });
    const lines = await screen.show(await recordsOf(dir));
    screen.close();
    const top = (lines[0] ?? '').replaceAll(/\u001b\[[\d;]*m/g, '');
    expect(top).toContain(`${readManifest(dir)?.id} ${readManifest(dir)?.task.name} `);
    expect(top).toContain(` tick ${want.tick} `);
    if (want.outcome !== null) expect(top).toMatch(new RegExp(`ENDED +${want.word} *$`));
  });

  test('travels: its end, its first tick and its marks are found', async () => {
    const source = await openRun(copyOf(name));
    const { last } = await source.extent();
    expect([last.seq, last.tick]).toEqual([want.records, want.tick]);
    expect((await source.stateAt(last.seq)).kernel).toEqual(withoutHistory(lasting(await recordsOf(dir))));
    const end = await source.markFrom(last.seq + 1, -1, ['end']);
    expect(end === undefined).toBe(want.outcome === null);
    const tick = (await source.stateAt(Math.ceil(last.seq / 2))).kernel.tick;
    const [record] = await source.records((await source.seqOfTick(tick)) ?? 0, (await source.seqOfTick(tick)) ?? 0);
    expect(record).toMatchObject({ kind: 'route.dispatched', tick });
    await source.close();
  });

  test('has its anomalies told', async () => {
    const report = await findAnomalies(dir);
    expect(report).toMatchObject({ records: want.records, tick: want.tick, broken: null });
    expect(report.ended?.outcome ?? null).toBe(want.outcome);
    if (want.outcome !== null) expect(report.anomalies.open.count).toBe(0);
    expect(anomalyLines(report)[0]).toContain(`${want.records} records, t${want.tick}, `);
  });

  test('can be written on: a torn tail is cut off, everything else is kept', async () => {
    const copy = copyOf(name);
    const torn = (await verifyChain(copy)).breaks.length > 0;
    const journal = await openJournal(copy, { run: readManifest(dir)?.id ?? '', fsync: 'never' });
    expect([journal.head.seq, journal.recovered !== undefined]).toEqual([want.records, torn]);
    journal.appendNote({ kind: 'runtime.said', text: 'and on' });
    await journal.close();
    expect(await verifyChain(copy)).toMatchObject({ ok: true, head: { seq: want.records + 1 } });
  });

  test('names no machine, and no place on one', () => {
    expect(existsSync(join(dir, 'journal', 'lock'))).toBe(false);
    const local = /"\/(home|root|tmp|var|usr|opt|mnt|Users|private)\/|file:\/\//;
    expect(listFiles(dir).filter((path) => local.test(readFileSync(path, 'utf8')))).toEqual([]);
  });
});
