/** Disks that really are full: a run waits, nothing of a record is on the disk by halves, and it goes on when there is room. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type FsyncPolicy, openJournal, verifyChain } from '../../src/journal/index.ts';
import { allRecords, decisions, rig } from '../runtime/rig.ts';
import { tmpfs } from './full-disk.ts';
import { readAll, scratchRun } from './scratch.ts';

/** Every segment's last byte is a newline. */
function wholeLines(run: string): boolean {
  const dir = join(run, 'journal');
  const texts = readdirSync(dir).filter((name) => name.endsWith('.ndjson'));
  return texts.every((name) => /(^|\n)$/.test(readFileSync(join(dir, name), 'utf8')));
}

it.for<FsyncPolicy>(['always', 'interval', 'never'])('a journal on a small disk, fsync %s', async (fsync, { skip }) => {
  const mount = tmpfs('512k');
  skip(typeof mount === 'string', String(mount));
  if (typeof mount === 'string') return;
  const ballast = join(mount.dir, 'ballast');
  const told: (string | null)[] = [];
  writeFileSync(ballast, Buffer.alloc(384 * 1024));
  const journal = await openJournal(mount.dir, {
    run: 'r',
    fsync,
    segmentBytes: 20_000,
    onStall: (why) => void told.push(why),
  });
  onTestFinished(() => journal.close().catch(() => {}));
  const written: Promise<void>[] = [];
  let count = 0;
  // One batch more each time, and texts, until there is no room; and a little further.
  for (let after = 0; after < 5; after += Number(told.length > 0)) {
    journal.appendBatch({ kind: 'in', count }, [{ kind: 'out', text: 'x'.repeat(900) }]);
    journal.appendNote({ kind: 'long', text: `${count} `.repeat(2500) });
    written.push(journal.written());
    count += 1;
  }
  expect(told).toEqual([expect.stringMatching(/^The disk is full \(ENOSPC\)/)]);
  expect(wholeLines(mount.dir)).toBe(true);
  rmSync(ballast);
  await Promise.all(written);
  await journal.sync();
  expect(told.at(-1)).toBeNull();
  await journal.close();
  expect(await verifyChain(mount.dir)).toMatchObject({ ok: true, missing: [] });
  const records = await readAll(mount.dir, { hydrate: true });
  const ins = records.filter(({ kind }) => kind === 'in');
  expect(ins.map((record) => record.count)).toEqual(Array.from({ length: count }, (_, i) => i));
  const texts = records.filter(({ kind }) => kind === 'long').map(({ text }) => text);
  expect(texts).toEqual(Array.from({ length: count }, (_, i) => `${i} `.repeat(2500)));
});

it('a run of the simulated pair decides the same as with room to spare', async ({ skip }) => {
  const mount = tmpfs('4m');
  skip(typeof mount === 'string', String(mount));
  if (typeof mount === 'string') return;
  const free = await rig({ seed: 3 });
  await free.engine.start(free.started);
  await free.engine.ended;
  await free.journal.close();

  vi.stubEnv('TMPDIR', mount.dir);
  const tight = await rig({ seed: 3 });
  vi.unstubAllEnvs();
  const ballast = join(mount.dir, 'ballast');
  const room = (): number => statfsSync(mount.dir).bavail * statfsSync(mount.dir).bsize;
  // A page for the journal to begin with, and no more.
  writeFileSync(ballast, Buffer.alloc(room() - 8192));
  const ended = tight.engine.ended;
  const begun = tight.engine.start(tight.started);
  await vi.waitFor(() => expect(room()).toBe(0));
  expect(
    await Promise.race([ended.then(() => 'ended'), new Promise((resolve) => setTimeout(resolve, 50, 'waits'))]),
  ).toBe('waits');
  expect(wholeLines(tight.dir)).toBe(true);
  rmSync(ballast);
  await Promise.all([begun, ended]);
  await tight.journal.close();
  expect(await verifyChain(tight.dir)).toMatchObject({ ok: true, missing: [] });
  const records = await allRecords(tight.dir);
  expect(decisions(records)).toEqual(decisions(await allRecords(free.dir)));
  expect(records).toContainEqual(expect.objectContaining({ text: expect.stringContaining('had no room') }));
});

it('a process under a limit on file sizes waits until the limit is raised', async ({ skip }) => {
  const prlimit = spawnSync('prlimit', ['--version']).status === 0;
  skip(!prlimit, 'needs the command prlimit of util-linux');
  const run = scratchRun();
  const script = join(import.meta.dirname, 'stall-writer.ts');
  const proc = spawn('prlimit', ['--fsize=50000:unlimited', process.execPath, script, run, '200'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void proc.kill('SIGKILL'));
  const exit = once(proc, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: proc.stdout })) {
    said.push(line);
    if (!line.startsWith('A limit')) continue;
    expect(wholeLines(run)).toBe(true);
    expect(spawnSync('prlimit', [`--pid=${proc.pid}`, '--fsize=unlimited:unlimited']).status).toBe(0);
  }
  expect(await exit).toEqual([0, null]);
  expect(said).toEqual([expect.stringMatching(/^A limit on the size of files is reached \(EFBIG\)/), 'room', 'done']);
  expect(await verifyChain(run)).toMatchObject({ ok: true, records: 401 });
});
