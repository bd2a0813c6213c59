/** No sandbox, no exec: one sentence that says what is missing and the way out, and never a command without a fence. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openSandbox, SandboxUnavailable } from '../../../src/adapters/sandbox/sandbox.ts';
import { requires } from '../../helpers/requires.ts';

const dirs: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

/** A PATH in which bwrap is this script. */
const withBwrap = (script: string): void => {
  const dir = mkdtempSync(join(tmpdir(), 'bwrap-'));
  dirs.push(dir);
  chmodSync(dir, 0o755);
  writeFileSync(join(dir, 'bwrap'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', dir);
};

const unavailable = async (): Promise<string> => {
  const error = await openSandbox('auto').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SandboxUnavailable);
  const { message } = error as Error;
  expect(message).toMatch(
    /^Commands cannot be fenced here: .*, or choose --sandbox none, which runs commands without any fence\.$/,
  );
  return message;
};

test('bubblewrap is not installed', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  expect(await unavailable()).toContain('install the package bubblewrap');
});

test('the system lets nobody make namespaces: what bwrap says of it is told', async () => {
  withBwrap('echo "bwrap: No permissions to create new namespace" >&2; exit 1');
  expect(await unavailable()).toContain('No permissions to create new namespace');
});

test('a bwrap that runs the command without a fence is not taken for one', async () => {
  withBwrap('while [ "$1" != -- ]; do shift; done; shift; exec "$@"');
  await unavailable();
});

test('a namespace in which no further one can be made', ({ skip }) => {
  const missing = requires('bubblewrap');
  skip(missing !== undefined, missing);
  const here = JSON.stringify(join(import.meta.dirname, '../../../src/adapters/sandbox/sandbox.ts'));
  const script = `import(${here}).then((m) => m.openSandbox('auto')).then((box) => console.log(box.kind), (e) => console.log(e.name))`;
  const nested = 'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all "$0" -e "$1"';
  const args = ['--user', '--map-root-user', '--', 'sh', '-c', nested, process.execPath, script];
  expect(execFileSync('unshare', args, { encoding: 'utf8' })).toBe('SandboxUnavailable\n');
});
