/** A run whose journal waits for room on the disk says so in `ps`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { identify } from '../../src/journal/lock.ts';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { serveControl } from '../../src/runtime/control-server.ts';
import { environment, writeManifest } from '../../src/runtime/manifest.ts';
import { runDir } from '../../src/runtime/run-dir.ts';
import { scratch } from '../runtime/rig.ts';
import { lastJson, turingos } from './harness.ts';

test('ps tells why a live run waits', async () => {
  const home = scratch();
  const id = '00c0ffee';
  const dir = runDir(home, id);
  const socket = join(dir, 'control.sock');
  mkdirSync(join(dir, 'journal'), { recursive: true });
  writeFileSync(join(dir, 'journal', 'lock'), JSON.stringify(identify(process.pid)));
  const seat = { name: 'SIM', digest: 'd', simulated: true, system: '', constrained: false };
  writeManifest(dir, {
    ...{ v: 1, id, createdAt: '2026-01-01T00:00:00.000Z', code: { version: '0', commit: null }, profile: 'sim' },
    ...{ config: { pace: 'max', fsync: 'never' }, brains: { planner: seat, worker: seat }, taskSource: 'hello' },
    ...{ task: { name: 'hello', goal: 'g', caps: [], evidence: [], variants: [] }, policy: DEFAULT_POLICY, seed: 1 },
    ...{ environment: environment(), socket },
  });
  const brain = { name: 'SIM', simulated: true };
  const status = () => ({
    ...{ id, pid: process.pid, phase: 'active' as const, outcome: null, tick: 3, seq: 9, simulated: true },
    ...{ stalled: 'there is no room', planner: brain, worker: brain },
  });
  const server = await serveControl(socket, { status, command: async () => ({ seq: 1, events: [] }) });
  onTestFinished(() => server.close());
  expect((await turingos('ps', '--home', home)).stdout).toContain('there is no room');
  expect(lastJson(await turingos('ps', '--json', '--home', home))).toMatchObject({
    runs: [{ id, stalled: 'there is no room' }],
  });
});
