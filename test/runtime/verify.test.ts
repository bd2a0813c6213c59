import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LineEncoder } from '../../src/journal/encode.ts';
import { openJournal, verifyChain } from '../../src/journal/index.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { allRecords, rig, scratch } from './rig.ts';

const finished = async (): Promise<string> => {
  const { engine, started, journal, dir } = await rig();
  await engine.start(started);
  await engine.ended;
  await journal.close();
  return dir;
};

/** Writes a journal anew with its payloads changed: its chain is sound, what it says is not. */
const rewritten = async (
  dir: string,
  change: (record: Record<string, unknown>, n: number) => Record<string, unknown> | undefined,
): Promise<string> => {
  const to = scratch();
  const journal = await openJournal(to, { run: '00c0ffee', fsync: 'never' });
  let cause = 0;
  for (const [n, record] of (await allRecords(dir)).entries()) {
    const { v: _v, seq: _s, ts: _t, run: _r, class: cls, cause: _c, prev: _p, hash: _h, ...rest } = record;
    const payload = change(rest, n) as { kind: string } | undefined;
    if (payload === undefined) continue;
    if (cls === 'event') journal.appendEvents([payload], cause);
    else if (cls === 'note') journal.appendNote(payload);
    else cause = journal.appendBatch(payload, []);
  }
  await journal.close();
  cpSync(join(dir, 'blobs'), join(to, 'blobs'), { recursive: true });
  return to;
};

describe('decisions', () => {
  test('the first event that the kernel would not have decided is named, with both sides', async () => {
    const dir = await finished();
    const records = await allRecords(dir);
    const at = records.findIndex(({ kind }) => kind === 'tick.committed');
    const forged = await rewritten(dir, (record, n) => (n === at ? { ...record, last: 'forged' } : record));
    expect((await verifyChain(forged)).ok).toBe(true);
    const report = await verifyDecisions(forged);
    expect(report).toMatchObject({ ok: false, divergence: { seq: at + 1, cause: records[at]?.cause } });
    expect(report.divergence?.recorded).toContain('forged');
    expect(report.divergence?.decided).not.toContain('forged');
  });

  test('an input of the wrong shape in a sound chain is a break with a place, not a crash', async () => {
    const dir = await finished();
    const at = (await allRecords(dir)).findIndex(({ kind }) => kind === 'world.observed');
    const forged = await rewritten(dir, (record, n) => (n === at ? { ...record, found: 7 } : record));
    expect(await verifyDecisions(forged)).toMatchObject({
      ok: false,
      divergence: null,
      stopped: { reason: 'schema', seq: at + 1, segment: '000001.ndjson' },
    });
  });

  test('an event that is missing in the middle is a divergence', async () => {
    const dir = await finished();
    const at = (await allRecords(dir)).findIndex(({ kind }) => kind === 'frame.composed');
    const forged = await rewritten(dir, (record, n) => (n === at ? undefined : record));
    expect((await verifyDecisions(forged)).divergence?.decided).toContain('frame.composed');
  });

  test('a last batch that misses events is incomplete, which is no divergence', async () => {
    const dir = await finished();
    const last = (await allRecords(dir)).findIndex(({ kind }) => kind === 'run.ended');
    const short = await rewritten(dir, (record, n) => (n >= last ? undefined : record));
    expect(await verifyDecisions(short)).toMatchObject({
      ok: true,
      divergence: null,
      incomplete: true,
      ended: false,
    });
    expect((await verifyDecisions(dir)).ended).toBe(true);
  });

  test('a text that was looked at and is gone is named, though no decision needs it', async () => {
    const dir = await finished();
    const looked = (await allRecords(dir)).find(({ kind, found }) => kind === 'world.observed' && found !== null);
    const { sha256 } = (looked as unknown as { found: { sha256: string } }).found;
    rmSync(join(dir, 'blobs', sha256.slice(0, 2), sha256));
    expect(await verifyDecisions(dir)).toMatchObject({
      ok: false,
      divergence: null,
      missing: [{ code: 'blob_missing', sha256, why: 'absent' }],
    });
  });

  test('a blob that is gone stops the verification where it is needed, and is no divergence', async () => {
    const { engine, started, journal, dir } = await rig();
    const long = 'x'.repeat(5000);
    await engine.start({ ...started, world: { ...started.world, files: { ...started.world.files, long } } });
    await engine.ended;
    await journal.close();
    for (const name of readdirSync(join(dir, 'blobs'), { recursive: true, encoding: 'utf8' })) {
      const path = join(dir, 'blobs', name);
      if (name.length > 10 && readFileSync(path, 'utf8') === long) rmSync(path);
    }
    expect(await verifyDecisions(dir)).toMatchObject({
      ok: false,
      divergence: null,
      stopped: { code: 'blob_missing', why: 'absent' },
    });
  });

  test('a broken chain stops it too', async () => {
    const dir = await finished();
    const path = join(dir, 'journal', '000001.ndjson');
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[20] = '{"not":"a record"}';
    writeFileSync(path, lines.join('\n'));
    expect(await verifyDecisions(dir)).toMatchObject({ ok: false, stopped: { segment: '000001.ndjson' } });
    expect((await verifyChain(dir)).ok).toBe(false);
  });

  test('a line that is being written is no fault of the decisions', async () => {
    const dir = await finished();
    appendFileSync(join(dir, 'journal', '000001.ndjson'), '{"v":1,"seq":99');
    expect(await verifyDecisions(dir)).toMatchObject({ ok: true });
  });
});

describe('shapes', () => {
  test('every record is held against the schema of its kind, and all that fail are named', async () => {
    const dir = await finished();
    const records = await allRecords(dir);
    const odd = await rewritten(dir, (record) => {
      if (record.kind === 'run.ended') return { ...record, ticks: -1 };
      return record.kind === 'tick.committed' ? { ...record, tick: 'one' } : record;
    });
    const wrong = records.filter(({ kind }) => kind === 'run.ended' || kind === 'tick.committed');
    expect(await verifyChain(odd)).toMatchObject({ ok: true, records: records.length });
    const { ok, breaks, stopped } = await verifyDecisions(odd);
    expect(ok).toBe(false);
    expect(breaks.map(({ seq }) => seq)).toEqual(wrong.map(({ seq }) => seq));
    expect(breaks.every(({ reason }) => reason === 'schema')).toBe(true);
    expect(breaks.at(-1)?.detail).toContain('run.ended: ticks');
    expect(stopped).toEqual(breaks[0]);
  });

  test('a note of the wrong shape is named, and keeps no decision from being taken again', async () => {
    const { engine, started, journal, dir } = await rig();
    journal.appendNote({ kind: 'runtime.said', words: 7 } as { kind: string });
    await engine.start(started);
    await engine.ended;
    await journal.close();
    expect(await verifyDecisions(dir)).toMatchObject({
      ok: false,
      breaks: [{ seq: 1, reason: 'schema' }],
      divergence: null,
      stopped: null,
      ended: true,
    });
  });

  test('a line whose hash is right and whose envelope is not is named by this level', async () => {
    const dir = await finished();
    const { head } = await verifyChain(dir);
    const encoder = new LineEncoder('00c0ffee', head);
    appendFileSync(join(dir, 'journal', '000001.ndjson'), encoder.line('event', '{"kind":"vote.cast"}', 0, 0));
    expect(await verifyChain(dir)).toMatchObject({ ok: true });
    expect((await verifyDecisions(dir)).breaks).toMatchObject([{ seq: head.seq + 1, reason: 'schema' }]);
  });
});
