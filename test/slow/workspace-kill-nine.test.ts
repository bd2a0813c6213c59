/** A process that works on a workspace is killed at any moment; the state that it told of last comes back, whole. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openWorkspaceWorld } from '../../src/adapters/worlds/workspace/workspace.ts';
import { write } from '../adapters/world-conformance.ts';
import { drop, perform, scratch } from '../adapters/worlds/worlds.ts';

const CHILD = join(import.meta.dirname, '../adapters/worlds/workspace-child.ts');
const KILLS = 60;

interface Told {
  n: number;
  hash: string;
  writes: number;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('kill -9 of a process with a workspace', () => {
  it.each(Array.from({ length: KILLS }, (_, i) => i))('loses nothing that was done: kill %i', async (i) => {
    const place = scratch();
    onTestFinished(() => drop(place));
    // A group of its own: the command that it has started dies with it, as it does in the sandbox.
    const proc = spawn(process.execPath, [CHILD, place.dir, place.shadow, '1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const group = -(proc.pid as number);
    const exited = new Promise((resolve) => proc.once('exit', resolve));
    const told: Told[] = [];
    let killing = false;
    for await (const line of createInterface({ input: proc.stdout })) {
      told.push(JSON.parse(line) as Told);
      if (told.length < 1 + (i % 12) || killing) continue;
      killing = true;
      // A little further into the next op with each test: that is the point, and nothing depends on where it strikes.
      setTimeout(() => process.kill(group, 'SIGKILL'), (i * 0.7) % 17);
    }
    await exited;
    while (isAlive(group)) await new Promise((resolve) => setImmediate(resolve));
    const world = await openWorkspaceWorld({ ...place, sandbox: null });
    // The last, then any before it.
    for (const { hash, writes } of [told.at(-1), told[0], told[told.length >> 1]] as Told[]) {
      await world.restoreTo(hash, { past: '', writes: Array.from({ length: writes }, () => write('x', 'append', '')) });
      expect(await world.hash()).toBe(hash);
    }
    expect(await perform(world, write('goes/on', 'replace', 'x'))).toMatchObject({ ok: true });
  });
});
