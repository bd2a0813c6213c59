/** As somebody who is not root, where modes bind the console itself: what is locked is read, hashed and put back all the same. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { drop, scratch } from './worlds.ts';

const SOMEBODY = { uid: 65_534, gid: 65_534 };
const WORLD = join(import.meta.dirname, '../../../src/adapters/worlds/workspace/workspace.ts');

/** Runs in a process of its own: everything in it is done by a user whom modes bind. */
const SCRIPT = `
import { execFileSync } from 'node:child_process';
import { openWorkspaceWorld } from ${JSON.stringify(WORLD)};
const [dir, shadow] = process.argv.slice(1);
const look = () => execFileSync('sh', ['-c', 'find . -printf "%p %m %y\\\\n" | sort 2>/dev/null; true'], { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
let script = '';
let fails = false;
const sandbox = { kind: 'none', run: async () => {
  execFileSync('sh', ['-c', script], { cwd: dir });
  return fails ? { ok: false, errno: 'EIO', detail: '', timedOut: false } : { ok: true, exit: 0, output: '' };
} };
const exec = (text, fail) => { script = text; fails = fail; return world.perform({ op: 'SYS_EXEC', argv: ['sh'] }, new AbortController().signal); };
const files = { 'rows/r01': '1', 'rows/deep/r02': '2', note: 'n' };
const world = await openWorkspaceWorld({ dir, shadow, files, sandbox });
const say = async () => ({ hash: await world.hash(), look: look(), files: [...await world.files()] });
const out = { start: await say() };
const lock = 'chmod 000 note rows/r01 rows/deep; chmod 000 rows';
out.failed = await exec(lock, true);
out.back = await say();
out.done = await exec(lock, false);
out.locked = await say();
out.again = await say();
out.worse = await exec('chmod 755 rows; chmod 700 rows/deep; rm -rf rows; mkdir -p rows/deep/er; chmod 000 rows/deep; chmod 555 rows; chmod 000 .', true);
out.after = await say();
await world.undo();
out.undone = await say();
await world.restoreTo(out.locked.hash, { past: '', writes: [] });
out.restored = await say();
console.log(JSON.stringify(out));
`;

it('holds what is locked to its owner', ({ skip }) => {
  const root = process.getuid?.() === 0;
  const place = scratch();
  onTestFinished(() => drop(place));
  mkdirSync(place.dir);
  if (root) {
    for (const path of [place.run, place.dir]) chownSync(path, SOMEBODY.uid, SOMEBODY.gid);
    const probe = spawnSync(process.execPath, ['-e', `require('fs').accessSync(${JSON.stringify(WORLD)})`], SOMEBODY);
    skip(probe.status !== 0, 'another user may not read the checkout');
  }
  chmodSync(place.dir, 0o755);
  const args = ['--input-type=module-typescript', '-e', SCRIPT, place.dir, place.shadow];
  const ran = spawnSync(process.execPath, args, { ...(root ? SOMEBODY : {}), encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  const out = JSON.parse(ran.stdout) as Record<string, { hash: string; ok: boolean; errno?: string }>;
  expect(out.failed).toMatchObject({ ok: false, errno: 'EIO', worldHash: out.start?.hash });
  expect(out.back).toEqual(out.start);
  expect(out.done).toMatchObject({ ok: true, worldHash: out.locked?.hash });
  expect(out.locked?.hash).not.toBe(out.start?.hash);
  expect(out.locked).toMatchObject({ files: (out.start as unknown as { files: unknown }).files });
  expect(out.again).toEqual(out.locked);
  expect(out.worse).toMatchObject({ ok: false, errno: 'EIO' });
  expect(out.after).toEqual(out.locked);
  // The failed op did nothing, so there is nothing to undo.
  expect(out.undone).toEqual(out.locked);
  expect(out.restored).toEqual(out.locked);
});
