/** Small disks of one's own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A tmpfs of that size that goes away with the test; where none can be mounted, the reason to skip. */
export function tmpfs(size: string): { dir: string } | string {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    rmSync(dir, { recursive: true });
    return `needs to be allowed to mount a tmpfs (${stderr?.trim() || 'no mount'})`;
  }
  onTestFinished(() => {
    // Lazily: a descriptor that a test left open must not keep it.
    spawnSync('umount', ['-l', dir]);
    rmSync(dir, { recursive: true, force: true });
  });
  return { dir };
}
