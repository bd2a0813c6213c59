/** A disk without room, simulated to the byte; full-disk.test.ts fills real ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FsyncPolicy, type Journal, openJournal, verifyChain } from '../../src/journal/index.ts';
import { PATIENT, RUNS, readAll, scratchRun } from './scratch.ts';

const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY, code: 'ENOSPC', newFiles: true }));

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof import('node:fs')>();
  const refusal = (): Error => Object.assign(new Error(`${disk.code}: refused`), { code: disk.code });
  const writeSync = (fd: number, bytes: Buffer, from: number): number => {
    const count = Math.min(bytes.length - from, disk.room);
    if (count === 0) throw refusal();
    disk.room -= count;
    return actual.writeSync(fd, bytes, from, count);
  };
  const writeFileSync = (path: string, bytes: Buffer): void => {
    actual.writeFileSync(path, bytes.subarray(0, Math.min(bytes.length, disk.room)));
    if (bytes.length > disk.room) throw refusal();
    disk.room -= bytes.length;
  };
  const openSync = (path: string, flags: string): number => {
    if (flags === 'a' && !disk.newFiles) throw refusal();
    return actual.openSync(path, flags);
  };
  const writes = (path: string, data: Buffer | string): void => writeFileSync(path, Buffer.from(data as string));
  return { ...actual, writeSync, writeFileSync: writes, openSync };
});

beforeEach(() => {
  Object.assign(disk, { room: Number.POSITIVE_INFINITY, code: 'ENOSPC', newFiles: true });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
});

const content = (run: string, segment = 1): string =>
  readFileSync(join(run, 'journal', `00000${segment}.ndjson`), 'utf8');

interface Stalling {
  run: string;
  journal: Journal;
  told: (string | null)[];
}

async function open(fsync: FsyncPolicy = 'never', segmentBytes?: number, run = scratchRun()): Promise<Stalling> {
  const told: (string | null)[] = [];
  const onStall = (why: string | null): void => void told.push(why);
  const journal = await openJournal(run, { run: 'r', fsync, onStall, ...(segmentBytes && { segmentBytes }) });
  onTestFinished(() => journal.close().catch(() => {}));
  return { run, journal, told };
}

function append(journal: Journal): void {
  journal.appendBatch({ kind: 'in', text: 'é'.repeat(20) }, [{ kind: 'out', text: 'x'.repeat(30) }, { kind: 'out' }]);
  journal.appendNote({ kind: 'note', text: '🦆' });
}

/** Room is back, and it is the time to look for it. */
function makeRoom(): void {
  disk.room = Number.POSITIVE_INFINITY;
  disk.newFiles = true;
  vi.advanceTimersByTime(500);
}

async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('a disk that becomes full', () => {
  it('wherever it does, leaves whole lines only, and everything is there when room is back', async () => {
    const whole = await open();
    append(whole.journal);
    whole.journal.flush();
    const size = Buffer.byteLength(content(whole.run));
    for (let room = 0; room < size; room += 7) {
      const { run, journal, told } = await open();
      append(journal);
      disk.room = room;
      const written = journal.written();
      const kept = content(run);
      expect(kept === '' || kept.endsWith('\n'), `${room} bytes of room`).toBe(true);
      expect(told).toEqual([expect.stringMatching(/^The disk is full \(ENOSPC\) at .*journal: the run waits/)]);
      makeRoom();
      await written;
      expect(told.slice(1)).toEqual([null]);
      expect(content(run).startsWith(kept)).toBe(true);
      await journal.close();
      expect((await readAll(run, { check: true })).map(({ kind }) => kind)).toEqual([
        'in',
        'out',
        'out',
        'note',
        'runtime.said',
      ]);
    }
  });

  it.each<FsyncPolicy>(['always', 'interval', 'never'])(
    '%s: takes on, and `written` and `sync` wait',
    async (fsync) => {
      const { run, journal, told } = await open(fsync);
      disk.room = 0;
      append(journal);
      const written = journal.written();
      append(journal);
      const synced = journal.sync();
      expect(await settled(Promise.race([written, synced]))).toBe(false);
      vi.advanceTimersByTime(1000);
      expect(await settled(Promise.race([written, synced]))).toBe(false);
      expect(told).toHaveLength(1);
      makeRoom();
      await Promise.all([written, synced]);
      await journal.close();
      const records = await readAll(run, { check: true });
      expect(records).toHaveLength(9);
      expect(records.at(-1)).toMatchObject({ class: 'note', text: expect.stringContaining('had no room') });
    },
  );

  it.each(['EDQUOT', 'EFBIG'])('waits for %s as well', async (code) => {
    const { journal, told } = await open();
    Object.assign(disk, { room: 100, code });
    append(journal);
    const written = journal.written();
    expect(told).toEqual([expect.stringContaining(code)]);
    makeRoom();
    await written;
  });

  it('keeps long texts in memory, where they can be read, and stores them before the records that name them', async () => {
    const { run, journal } = await open('always');
    const text = 'y'.repeat(9000);
    disk.room = 300;
    journal.appendNote({ kind: 'a', text });
    const { sha256 } = journal.blobs.put(text);
    expect(journal.blobs.get(sha256)).toBe(text);
    const written = journal.written();
    expect(readdirSync(join(run, 'blobs', sha256.slice(0, 2)))).toEqual([]);
    expect(content(run)).toBe('');
    // Enough for the text, but not for the line that names it.
    disk.room = 9000;
    vi.advanceTimersByTime(500);
    expect(readdirSync(join(run, 'blobs', sha256.slice(0, 2)))).toEqual([sha256]);
    expect(content(run)).toBe('');
    makeRoom();
    await written;
    expect(journal.blobs.waitingBytes).toBe(0);
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true, missing: [] });
    expect((await readAll(run, { hydrate: true }))[0]).toMatchObject({ text });
  });

  it('stays in its segment until there is room for the next one', async () => {
    const { run, journal, told } = await open('interval', 200);
    disk.newFiles = false;
    append(journal);
    append(journal);
    expect(told).toHaveLength(1);
    expect(readdirSync(join(run, 'journal')).filter((name) => name.endsWith('.ndjson'))).toEqual(['000001.ndjson']);
    makeRoom();
    await journal.sync();
    append(journal);
    await journal.close();
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 13 });
  });

  it('closing says what is lost, and the journal goes on from what is there', async () => {
    const { run, journal } = await open();
    append(journal);
    journal.flush();
    append(journal);
    disk.room = 150;
    const written = journal.written();
    disk.room = 0;
    const lost = /closed while there was no room \(ENOSPC.*its last 4 records \(from seq 5 on\) are lost/;
    await expect(journal.close()).rejects.toThrow(lost);
    await expect(written).rejects.toThrow(lost);
    disk.room = Number.POSITIVE_INFINITY;
    const again = await open('never', undefined, run);
    expect(again.journal.recovered).toBeUndefined();
    expect(again.journal.head.seq).toBe(4);
  });

  it('closing loses nothing where only the next segment had no room', async () => {
    const { run, journal } = await open('interval', 200);
    disk.newFiles = false;
    append(journal);
    const written = journal.written();
    await journal.close();
    await written;
    expect(await verifyChain(run)).toMatchObject({ ok: true, records: 4 });
  });

  it('closing writes all that waits when there is room by then', async () => {
    const { run, journal } = await open();
    disk.room = 10;
    append(journal);
    journal.flush();
    disk.room = Number.POSITIVE_INFINITY;
    await journal.close();
    expect(await readAll(run, { check: true })).toHaveLength(5);
  });

  it('fails when more waits than a run can gather', async () => {
    const { journal } = await open();
    disk.room = 0;
    const text = 'x'.repeat(4000);
    const events = Array.from({ length: 1000 }, () => ({ kind: 'out', text }));
    expect(() => {
      for (let i = 0; i < 20; i += 1) journal.appendBatch({ kind: 'in' }, events);
    }).toThrow(/could not be written \(ENOSPC/);
    await expect(journal.written()).rejects.toMatchObject({ code: 'failed' });
  });
});

it('any other error is for good, said in one sentence, and leaves no half line', async () => {
  const { run, journal, told } = await open();
  append(journal);
  journal.flush();
  const before = content(run);
  Object.assign(disk, { room: 30, code: 'EIO' });
  append(journal);
  await expect(journal.written()).rejects.toThrow(
    /^The journal in .* could not be written \(EIO: refused\); nothing more is recorded: mend that, then resume the run\.$/,
  );
  expect(told).toEqual([]);
  expect(() => journal.appendNote({ kind: 'later' })).toThrow(expect.objectContaining({ code: 'failed' }));
  await expect(journal.close()).rejects.toMatchObject({ code: 'failed' });
  expect(content(run)).toBe(before);
});

it(
  'whatever comes and goes of room, lines are whole, stay as they are, and are all there in the end',
  PATIENT,
  async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('batch' as const), size: fc.nat(300) }),
      fc.record({ do: fc.constant('long' as const), size: fc.integer({ min: 4097, max: 6000 }) }),
      fc.record({ do: fc.constant('room' as const), size: fc.nat(9000) }),
      fc.record({ do: fc.constantFrom('retry' as const, 'write' as const), size: fc.constant(0) }),
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, small) => {
      disk.room = Number.POSITIVE_INFINITY;
      const { run, journal } = await open('never', small ? 900 : undefined);
      const all = (): string[] =>
        readdirSync(join(run, 'journal'))
          .filter((name) => name.endsWith('.ndjson'))
          .map((name) => readFileSync(join(run, 'journal', name), 'utf8'));
      let before = '';
      let n = 0;
      for (const { do: what, size } of steps) {
        if (what === 'batch') journal.appendBatch({ kind: 'in', n: n++ }, [{ kind: 'out', text: 'é'.repeat(size) }]);
        else if (what === 'long')
          journal.appendBatch({ kind: 'in', n: n++ }, [{ kind: 'out', text: `${n}`.repeat(size) }]);
        else if (what === 'room') disk.room = size;
        else if (what === 'retry') vi.advanceTimersByTime(500);
        else journal.flush();
        const now = all();
        expect(now.every((text) => text === '' || text.endsWith('\n'))).toBe(true);
        expect(now.join('').startsWith(before)).toBe(true);
        before = now.join('');
      }
      disk.room = Number.POSITIVE_INFINITY;
      await journal.close();
      expect(await verifyChain(run)).toMatchObject({ ok: true, missing: [] });
      const ins = (await readAll(run)).filter(({ kind }) => kind === 'in');
      expect(ins.map((record) => record.n)).toEqual(Array.from({ length: n }, (_, i) => i));
    });
    await fc.assert(property, { numRuns: Math.ceil(RUNS / 10) });
  },
);
