/** The command on a disk that becomes full under it: the run waits, says so, and ends as if nothing had been. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connectControl } from '../../src/runtime/control-client.ts';
import { readManifest } from '../../src/runtime/manifest.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { tmpfs } from '../journal/full-disk.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const SOON = { timeout: 30_000, interval: 20 };

it('a run on a full disk says in its status why it waits, and passes when there is room again', async ({ skip }) => {
  const mount = tmpfs('2m');
  skip(typeof mount === 'string', String(mount));
  if (typeof mount === 'string') return;
  const home = mount.dir;
  const args = ['ledger-12', '--headless', '--json', '--profile', 'sim', '--pace', '5', '--home', home];
  const proc = spawn(process.execPath, [MAIN, 'run', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void proc.kill('SIGKILL'));
  const exit = once(proc, 'exit');
  const segment = (): string => join(runDir(home, runIds(home)[0] ?? 'none'), 'journal', '000001.ndjson');
  await vi.waitFor(() => expect(existsSync(segment()) && readFileSync(segment()).length).toBeGreaterThan(0), SOON);

  const id = runIds(home)[0] as string;
  const ballast = join(home, 'ballast');
  const { bavail, bsize } = statfsSync(home);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - 4096));
  const control = await connectControl(readManifest(runDir(home, id))?.socket as string, 5000);
  onTestFinished(() => control.close());
  await vi.waitFor(async () => {
    expect((await control.status(5000)).stalled).toMatch(/^The disk is full \(ENOSPC\) at .*: the run waits/);
  }, SOON);
  expect(readFileSync(segment(), 'utf8').endsWith('\n')).toBe(true);
  rmSync(ballast);
  await vi.waitFor(async () => expect((await control.status(5000)).stalled).toBeNull(), SOON);
  expect(await exit).toEqual([0, null]);
  const verify = spawnSync(process.execPath, [MAIN, 'verify', id, '--home', home], { encoding: 'utf8' });
  expect(verify.stderr).toBe('');
  expect(verify.status).toBe(0);
  expect(readFileSync(segment(), 'utf8')).toContain('The disk had no room for the journal; the run waited');
});
