/** The failed runs beside the examples are whole, and say what their READMEs say of them. */
import { chmodSync, cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkspaceWorld } from '../../src/adapters/worlds/workspace/workspace.ts';
import { readBundle } from '../../src/evidence/bundle/bundle-file.ts';
import { checkBundle } from '../../src/evidence/bundle/check.ts';
import { verifyChain } from '../../src/journal/index.ts';
import { readManifest } from '../../src/runtime/manifest.ts';
import { verifyDecisions } from '../../src/runtime/verify.ts';
import { scratch } from '../runtime/rig.ts';
import { OPS_BLINDBOX, REPO_ISSUE } from './example-run.ts';

const LEAST_TICKS = 30;

/** A copy of the workspace with the modes that git keeps of it, whatever the umask was when it was checked out. */
const workspaceOf = (bundle: string): string => {
  const dir = join(scratch(), 'workspace');
  cpSync(join(bundle, 'workspace'), dir, { recursive: true });
  chmodSync(dir, 0o755);
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const { mode } = statSync(join(dir, name));
    chmodSync(join(dir, name), (mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  return dir;
};

describe.each([REPO_ISSUE, OPS_BLINDBOX])('%s', (example) => {
  const root = `${example}/evidence`;
  const names = readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

  test('has a failed run of a real model and one that is simulated', () => {
    const simulated = names.map((name) => readManifest(join(root, name))?.brains.planner.simulated);
    expect(new Set(simulated)).toEqual(new Set([true, false]));
  });

  test.each(names)('%s', async (name) => {
    const dir = join(root, name);
    const bundle = readBundle(dir);
    if (bundle === undefined || bundle === null) throw new Error(`${dir} is no bundle`);
    const chain = await verifyChain(dir);
    expect(chain.ok).toBe(true);
    const decisions = await verifyDecisions(dir);
    expect(decisions).toMatchObject({ ok: true, ended: true, divergence: null });
    expect(checkBundle(dir, bundle, chain.head)).toMatchObject({ ok: true, faults: [], tip: chain.head });

    expect(['dead', 'failed']).toContain(bundle.ended?.outcome);
    expect(bundle.ended?.ticks).toBeGreaterThanOrEqual(LEAST_TICKS);
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toContain(`${bundle.ended?.ticks} ticks, ${bundle.ended?.outcome}`);

    const world = await openWorkspaceWorld({ dir: workspaceOf(dir), shadow: join(scratch(), 'shadow'), sandbox: null });
    expect(await world.hash()).toBe(bundle.worldHash);
    await world.dispose();
  });
});
