import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/journal/index.ts';
import { begin, beginOnTerminal, lastJson, turingos } from './harness.ts';
import { endedRun, legacyMerkle } from './journals.ts';

let run: Awaited<ReturnType<typeof endedRun>>;
beforeAll(async () => {
  run = await endedRun();
  return run.end;
});

const journal = (verb: string, ...args: string[]) => turingos('journal', verb, ...args);
const fileOf = (dir: string): string => join(dir, 'journal', '000001.ndjson');
const records = (stdout: string): JournalRecord[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalRecord);

describe('journal tip', () => {
  test('is the head, in the form in which it is compared', async () => {
    const last = run.records.at(-1) as JournalRecord;
    const { code, stdout } = await journal('tip', run.id, '--home', run.home);
    expect([code, stdout]).toEqual([0, `${last.seq}:${last.hash}  ${last.ts}\n`]);
    expect(lastJson(await journal('tip', run.id, '--json', '--home', run.home))).toEqual({
      id: run.id,
      seq: last.seq,
      hash: last.hash,
      ts: last.ts,
    });
  });

  test('a noted one is still there, also when the journal went on since', async () => {
    const { seq, hash } = run.records[40] as JournalRecord;
    const kept = await journal('tip', run.id, '--check', `${seq}:${hash}`, '--json', '--home', run.home);
    expect(kept.code).toBe(0);
    expect(lastJson(kept)).toMatchObject({ seq: run.records.length, check: { seq, ok: true, found: hash } });
  });

  test('a journal that was cut short or written anew is told by what was noted', async () => {
    const { dir, home } = run.copy();
    const last = run.records.at(-1) as JournalRecord;
    const bytes = readFileSync(fileOf(dir));
    truncateSync(fileOf(dir), bytes.lastIndexOf('\n', bytes.length - 2) + 1);
    const short = await journal('tip', run.id, '--check', `${last.seq}:${last.hash}`, '--home', home);
    expect(short).toMatchObject({ code: 3, stdout: '' });
    expect(short.stderr).toContain(
      `has no record ${last.seq} any more, its tip is ${last.seq - 1}: the journal was cut short`,
    );
    const other = await journal('tip', run.id, '--check', `7:${last.hash}`, '--json', '--home', run.home);
    expect(other.code).toBe(3);
    expect(lastJson(other)).toMatchObject({ check: { seq: 7, ok: false, found: run.records[6]?.hash } });
  });

  test('is not given for a head that does not have its hash, nor for a file', async () => {
    const { dir, home } = run.copy();
    writeFileSync(fileOf(dir), readFileSync(fileOf(dir), 'utf8').replace('"kind":"run.ended"', '"kind":"run.mended"'));
    expect((await journal('tip', run.id, '--home', home)).code).toBe(3);
    expect(await journal('tip', fileOf(dir))).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('name the run'),
    });
    expect((await journal('tip', run.id, '--check', '7', '--home', home)).code).toBe(2);
  });
});

describe('journal cat', () => {
  test('is the bytes on the disk, of a run and of a file', async () => {
    const text = readFileSync(fileOf(run.dir), 'utf8');
    expect((await journal('cat', run.id, '--home', run.home)).stdout).toBe(text);
    expect((await journal('cat', fileOf(run.dir))).stdout).toBe(text);
  });

  test('from a record to another, and only some kinds', async () => {
    const some = await journal('cat', run.id, '--from', '5', '--to', '#9', '--home', run.home);
    expect(records(some.stdout)).toEqual(run.records.slice(4, 9));
    const kinds = ['tick.committed', 'run.ended'];
    const chosen = await journal('cat', run.id, ...kinds.flatMap((kind) => ['--kind', kind]), '--home', run.home);
    expect(records(chosen.stdout)).toEqual(run.records.filter(({ kind }) => kinds.includes(kind)));
  });

  test('does not take a kind that there is none of, nor a run without a journal', async () => {
    const odd = await journal('cat', run.id, '--kind', 'run.end', '--home', run.home);
    expect(odd).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('no kind of record "run.end"') });
    const { dir, home } = run.copy();
    rmSync(fileOf(dir));
    expect((await journal('cat', run.id, '--home', home)).code).toBe(66);
    expect((await journal('stat', run.id, '--home', home)).code).toBe(66);
    expect((await journal('tip', run.id, '--home', home)).code).toBe(66);
    expect((await journal('index', run.id, '--home', home)).code).toBe(66);
  });

  test('from a tick’s dispatch to the dispatch that follows another, with the index and without', async () => {
    const dispatch = (tick: number): number =>
      run.records.findIndex((record) => record.kind === 'route.dispatched' && record.tick === tick);
    const wanted = run.records.slice(dispatch(5), dispatch(9));
    expect(wanted.length).toBeGreaterThan(4);
    const { home } = run.copy();
    for (const index of [false, true]) {
      if (index) await journal('index', run.id, '--home', home);
      const cat = await journal('cat', run.id, '--from', 't5', '--to', 't8', '--home', home);
      expect(records(cat.stdout)).toEqual(wanted);
    }
  });

  test('on a terminal is a line for people', async () => {
    const { stdout } = await beginOnTerminal('journal', 'cat', run.id, '--to', '12', '--home', run.home).ended;
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(12);
    expect(lines[3]).toMatch(/^ {7}4 {2}\d\d:\d\d:\d\d\.\d{3} {2}event {2}route\.dispatched +p1 t1 at=/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(170);
    const raw = await beginOnTerminal('journal', 'cat', run.id, '--to', '3', '--json', '--home', run.home).ended;
    expect(records(raw.stdout)).toEqual(run.records.slice(0, 3));
  });

  test('ends quietly when its reader has had enough', async () => {
    const { proc, ended } = begin('journal', 'cat', run.id, '--home', run.home);
    proc.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('of the earlier system’s file is its entries, by line and tag', async () => {
    const file = legacyMerkle(['[Tick] one', '[TRAP_FRAME] two', '[Tick] three']);
    expect((await journal('cat', file, '--kind', 'Tick', '--from', '2')).stdout).toMatch(
      /^ +3 {2}2026-\S+ {2}\[Tick\] three\n$/,
    );
    const all = await journal('cat', file, '--json');
    expect(records(all.stdout)).toMatchObject([{ record: 1, tag: 'Tick' }, { tag: 'TRAP_FRAME' }, { record: 3 }]);
    expect((await journal('cat', file, '--from', 't3')).code).toBe(2);
  });
});

describe('journal stat', () => {
  test('counts what is in a run', async () => {
    const stat = lastJson(await journal('stat', run.id, '--json', '--home', run.home));
    const of = (kind: string): number => run.records.filter((record) => record.kind === kind).length;
    expect(stat).toMatchObject({
      format: 'turingos',
      entries: run.records.length,
      first: run.records[0]?.ts,
      last: run.records.at(-1)?.ts,
      tuples: { count: of('route.dispatched'), ok: true, discontinuities: 0 },
      segments: 1,
      bytes: readFileSync(fileOf(run.dir)).length,
    });
    const { tags, tuples, bytesByKind, blobs } = stat as {
      tags: Record<string, number>;
      tuples: { ops: Record<string, number> };
      bytesByKind: Record<string, number>;
      blobs: { count: number };
    };
    expect(tags['tick.committed']).toBe(of('tick.committed'));
    expect(tuples.ops.SYS_WRITE).toBeGreaterThan(0);
    expect(Object.values(bytesByKind).reduce((sum, bytes) => sum + bytes, 0)).toBe(stat.bytes);
    expect(blobs.count).toBeGreaterThan(0);
    expect((await journal('stat', run.id, '--home', run.home)).stdout).toContain('chain unbroken');
  });

  test('counts traps by code, and says that a chain is broken', async () => {
    const { dir } = run.copy();
    const lines = readFileSync(fileOf(dir), 'utf8').split('\n');
    const trap =
      '{"v":1,"seq":1,"ts":"2026-01-01T00:00:00.000Z","run":"r","class":"event","kind":"trap.raised","code":"EACCES"';
    lines.splice(5, 1, `${trap},"cause":1,"prev":"${'0'.repeat(64)}","hash":"${'0'.repeat(64)}"}`);
    lines.splice(2, 0, 'garbage');
    writeFileSync(fileOf(dir), lines.join('\n'));
    expect(lastJson(await journal('stat', dir, '--json'))).toMatchObject({
      entries: run.records.length,
      unparsableLines: [3],
      trapFrames: { EACCES: 1 },
      tuples: { ok: false },
    });
    expect((await journal('stat', fileOf(dir))).stdout).toContain('chain broken (`turingos verify` says where)');
  });

  test('counts the earlier system’s files in the same form', async () => {
    const stat = lastJson(await journal('stat', legacyMerkle(['[Tick] one', '[Tick] two']), '--json'));
    expect(stat).toMatchObject({ format: 'legacy-merkle', entries: 2, tags: { Tick: 2 }, tuples: { count: 0 } });
  });

  test('does not call the chain of an earlier journal whole without having followed it', async () => {
    const file = legacyMerkle(['[Tick] one', '[Tick] two']);
    writeFileSync(file, readFileSync(file, 'utf8').replace('[Tick] two', '[Tick] too'));
    const { stdout } = await journal('stat', file);
    expect(stdout).not.toContain('unbroken');
    expect(stdout).toContain('tuples none; `turingos verify` checks the chain of the lines');
  });
});

describe('journal index', () => {
  test('is made, told, deleted and made again', async () => {
    const { dir, home } = run.copy();
    const made = lastJson(await journal('index', run.id, '--json', '--home', home));
    expect(made).toMatchObject({ id: run.id, records: run.records.length, anchors: expect.any(Number) });
    expect(existsSync(join(dir, 'index', 'anchors'))).toBe(true);
    expect((await journal('index', run.id, '--drop', '--home', home)).code).toBe(0);
    expect(existsSync(join(dir, 'index', 'anchors'))).toBe(false);
    const again = await journal('index', run.id, '--home', home);
    expect(again.stdout).toBe(
      `${run.id} index: ${run.records.length} records, ${made.anchors} anchors, ${made.snapshots} snapshots, ${made.bytes} bytes\n`,
    );
  });

  test('that cannot be made is told in a sentence', async () => {
    const { dir, home } = run.copy();
    writeFileSync(join(dir, 'index'), 'in the way');
    for (const drop of [[], ['--drop']]) {
      const ended = await journal('index', run.id, ...drop, '--home', home);
      expect(ended).toMatchObject({ code: 69, stdout: '' });
      expect(ended.stderr).toMatch(/the index of run \w+ cannot be \w+ \(E\w+: .*the run can be read without an index/);
    }
  });

  test('of a broken journal holds what comes before the break, and says where that is', async () => {
    const { dir, home } = run.copy();
    writeFileSync(fileOf(dir), readFileSync(fileOf(dir), 'utf8').replace('"kind":"run.ended"', '"kind":"run.mended"'));
    const ended = await journal('index', run.id, '--home', home);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('only what comes before the break is indexed');
  });
});
