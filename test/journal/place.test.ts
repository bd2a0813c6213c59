/** What a writer and a follower say when the ground under them changes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FsyncPolicy, follow, type Journal, type JournalRecord, openJournal } from '../../src/journal/index.ts';
import { tmpfs } from './full-disk.ts';
import { readAll, scratchRun } from './scratch.ts';

/** A run's directory below one that goes away with the test. */
async function running(
  fsync: FsyncPolicy = 'interval',
  segmentBytes?: number,
): Promise<{ run: string; journal: Journal }> {
  const run = join(scratchRun(), 'run');
  mkdirSync(run);
  const journal = await openJournal(run, { run: 'r', fsync, ...(segmentBytes && { segmentBytes }) });
  onTestFinished(() => journal.close().catch(() => {}));
  journal.appendNote({ kind: 'a' });
  await journal.written();
  return { run, journal };
}

/** Appends until the journal notices something. */
async function untilRefused(journal: Journal): Promise<unknown> {
  for (;;) {
    try {
      journal.appendNote({ kind: 'a' });
      await journal.written();
      await new Promise((resolve) => setImmediate(resolve));
    } catch (error) {
      return error;
    }
  }
}

const gone = /^The journal file .*000001\.ndjson is gone, .* was deleted or moved away .*; nothing more is recorded\.$/;
const another =
  /^The journal file .*000001\.ndjson is another one now, .* was replaced .*; nothing more is recorded\.$/;

describe.each<FsyncPolicy>(['always', 'interval', 'never'])('a writer under fsync %s', (fsync) => {
  it('notices that its directory was deleted, and does not bring it back', async () => {
    const { run, journal } = await running(fsync);
    rmSync(run, { recursive: true });
    expect(await untilRefused(journal)).toMatchObject({ code: 'failed', message: expect.stringMatching(gone) });
    expect(() => journal.appendNote({ kind: 'a', text: 'x'.repeat(5000) })).toThrow(gone);
    await expect(journal.close()).rejects.toThrow(gone);
    expect(readdirSync(join(run, '..'))).toEqual([]);
  });

  it('notices that its directory was replaced, and leaves the other one alone', async () => {
    const { run, journal } = await running(fsync);
    renameSync(run, `${run}-old`);
    mkdirSync(run);
    const other = await openJournal(run, { run: 'other', fsync });
    expect(await untilRefused(journal)).toMatchObject({ code: 'failed', message: expect.stringMatching(another) });
    await expect(journal.close()).rejects.toThrow(another);
    await other.close();
    expect(await readAll(run)).toEqual([]);
  });
});

it('a writer that is closed at once notices a deleted directory as well', async () => {
  const { run, journal } = await running();
  journal.appendNote({ kind: 'a' });
  rmSync(run, { recursive: true });
  await expect(journal.close()).rejects.toThrow(gone);
});

it('a writer does not begin its next segment in a directory that took the place of its own', async () => {
  const { run, journal } = await running('never', 300);
  renameSync(run, `${run}-old`);
  mkdirSync(join(run, 'journal'), { recursive: true });
  expect(() => journal.appendNote({ kind: 'a', text: 'x'.repeat(300) })).toThrow(/is gone/);
  expect(readdirSync(join(run, 'journal'))).toEqual([]);
});

it('a long text does not bring a deleted run back', async () => {
  const { run, journal } = await running();
  rmSync(run, { recursive: true });
  expect(() => journal.blobs.put('x'.repeat(5000))).toThrow(/^A text could not be stored under .*ENOENT/);
  expect(readdirSync(join(run, '..'))).toEqual([]);
});

describe('a follower', () => {
  async function* following(run: string): AsyncGenerator<JournalRecord[]> {
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    yield* follow(run, { signal: abort.signal });
  }

  it.each([
    [
      'deleted',
      (run: string) => rmSync(run, { recursive: true }),
      /000001\.ndjson is gone, .*; nothing more can come\.$/,
    ],
    [
      'replaced by another run’s',
      (run: string) => {
        renameSync(run, `${run}-old`);
        mkdirSync(join(run, 'journal'), { recursive: true });
        writeFileSync(join(run, 'journal', '000001.ndjson'), '');
      },
      /000001\.ndjson is another one now/,
    ],
  ])('says that the directory was %s', async (_, change, sentence) => {
    const { run } = await running();
    const records = following(run);
    expect((await records.next()).value).toHaveLength(1);
    change(run);
    await expect(records.next()).rejects.toThrow(sentence);
  });

  it('says that a segment is a directory', async () => {
    const run = scratchRun();
    mkdirSync(join(run, 'journal', '000001.ndjson'), { recursive: true });
    await expect(following(run).next()).rejects.toThrow(/^The journal at .* cannot be read \(EISDIR/);
  });
});

it('a segment that is a directory is refused by the writer in one sentence', async () => {
  const { run, journal } = await running('never', 100);
  mkdirSync(join(run, 'journal', '000003.ndjson'));
  expect(() => journal.appendNote({ kind: 'a', text: 'x'.repeat(100) })).toThrow(
    /^The journal at .*000003\.ndjson cannot be written \(EISDIR/,
  );
});

describe('opening for writing', () => {
  it('a file where the directory should be is refused in one sentence', async () => {
    const run = join(scratchRun(), 'run');
    writeFileSync(run, '');
    await expect(openJournal(run, { run: 'r' })).rejects.toThrow(/^The journal at .* cannot be written \(ENOTDIR/);
  });

  it('a segment that is a directory is refused in one sentence', async () => {
    const run = scratchRun();
    mkdirSync(join(run, 'journal', '000001.ndjson'), { recursive: true });
    await expect(openJournal(run, { run: 'r' })).rejects.toThrow(/^The journal at .* cannot be read \(EISDIR/);
    expect(readdirSync(join(run, 'journal'))).toEqual(['000001.ndjson']);
  });

  it('a read-only file system is refused in one sentence', async ({ skip }) => {
    const mount = tmpfs('64k');
    skip(typeof mount === 'string', String(mount));
    if (typeof mount === 'string') return;
    await (await openJournal(mount.dir, { run: 'r' })).close();
    execFileSync('mount', ['-o', 'remount,ro', mount.dir]);
    await expect(openJournal(mount.dir, { run: 'r' })).rejects.toThrow(/^The journal at .* cannot be written \(EROFS/);
    expect(await readAll(mount.dir)).toEqual([]);
  });

  it('a directory of another user is refused in one sentence', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'needs root, to become somebody else');
    const script = join(import.meta.dirname, 'opener.ts');
    const somebody = { uid: 65_534, gid: 65_534, encoding: 'utf8' } as const;
    const able = spawnSync(process.execPath, ['--check', script], somebody).status === 0;
    skip(!able, 'needs a checkout that other users may read');
    const { run, journal } = await running();
    await journal.close();
    chmodSync(join(run, '..'), 0o755);
    const { stdout, stderr } = spawnSync(process.execPath, [script, run], somebody);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^failed: The journal at .* cannot be written \(EACCES.*\n$/);
  });
});
