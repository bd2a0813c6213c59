import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FsyncPolicy, type Journal, openJournal } from '../../src/journal/index.ts';
import { scratchRun } from './scratch.ts';

const disk = vi.hoisted(() => ({ syncs: 0, finish: [] as (() => void)[], held: false, broken: false }));

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof import('node:fs')>();
  const fdatasync = (_fd: number, done: (error: Error | null) => void): void => {
    disk.syncs += 1;
    const end = (): void => done(disk.broken ? new Error('EIO') : null);
    if (disk.held) disk.finish.push(end);
    else setImmediate(end);
  };
  return { ...actual, fdatasync };
});

async function open(fsync: FsyncPolicy): Promise<Journal> {
  Object.assign(disk, { syncs: 0, finish: [], held: false, broken: false });
  const journal = await openJournal(scratchRun(), { run: 'r', fsync });
  onTestFinished(() => journal.close().catch(() => {}));
  return journal;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Whether a promise is settled after some turns of the event loop. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let i = 0; i < 5; i += 1) await turn();
  return settled;
}

describe('fsync', () => {
  it('always: `written` waits for the disk', async () => {
    const journal = await open('always');
    disk.held = true;
    journal.appendNote({ kind: 'a' });
    const written = journal.written();
    expect(await settles(written)).toBe(false);
    for (const end of disk.finish.splice(0)) end();
    await written;
    disk.held = false;
  });

  it('always: who waits together shares a sync, who comes later gets another', async () => {
    const journal = await open('always');
    disk.held = true;
    journal.appendNote({ kind: 'a' });
    const first = [journal.written(), journal.written()];
    for (let i = 0; i < 5; i += 1) await turn();
    journal.appendNote({ kind: 'b' });
    const later = journal.written();
    for (const end of disk.finish.splice(0)) end();
    await Promise.all(first);
    expect(await settles(later)).toBe(false);
    for (const end of disk.finish.splice(0)) end();
    await later;
    expect(disk.syncs).toBe(2);
    disk.held = false;
  });

  it.each<FsyncPolicy>(['interval', 'always'])('%s: syncs by itself, a little later', async (fsync) => {
    const journal = await open(fsync);
    journal.appendNote({ kind: 'a' });
    await vi.waitFor(() => expect(disk.syncs).toBe(1));
  });

  it('interval: `written` does not wait for the disk, `sync` does', async () => {
    const journal = await open('interval');
    disk.held = true;
    journal.appendNote({ kind: 'a' });
    expect(await settles(journal.written())).toBe(true);
    const synced = journal.sync();
    expect(await settles(synced)).toBe(false);
    for (const end of disk.finish.splice(0)) end();
    await synced;
    disk.held = false;
  });

  it('interval: closing syncs', async () => {
    const journal = await open('interval');
    journal.appendNote({ kind: 'a' });
    await journal.close();
    expect(disk.syncs).toBe(1);
  });

  it('never: not even closing syncs, but `sync` does', async () => {
    const journal = await open('never');
    journal.appendNote({ kind: 'a' });
    await journal.sync();
    expect(disk.syncs).toBe(1);
    journal.appendNote({ kind: 'b' });
    await journal.close();
    expect(disk.syncs).toBe(1);
  });

  it('a sync that fails in the background stops the journal', async () => {
    const journal = await open('interval');
    disk.broken = true;
    journal.appendNote({ kind: 'a' });
    await vi.waitFor(() => expect(disk.syncs).toBe(1));
    await turn();
    await turn();
    expect(() => journal.appendNote({ kind: 'b' })).toThrow(/could not be synced \(EIO\)/);
  });
});
