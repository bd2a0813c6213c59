/** A run whose journal waits for room on the disk, or whose kernel is stopped, says so. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { identify } from '../../src/journal/lock.ts';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import type { CommandParams, CommandResult } from '../../src/runtime/control-protocol.ts';
import { serveControl } from '../../src/runtime/control-server.ts';
import { stoppedText } from '../../src/runtime/liveness.ts';
import { environment, writeManifest } from '../../src/runtime/manifest.ts';
import { runDir } from '../../src/runtime/run-dir.ts';
import { openSession } from '../../src/session.ts';
import { scratch } from '../runtime/rig.ts';
import { lastJson, newHome, slowRun, turingos } from './harness.ts';

/** A run whose kernel is this process, which waits for room. @param command what becomes of orders */
const stalledRun = async (command: (params: CommandParams) => Promise<CommandResult>) => {
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
  const server = await serveControl(socket, { status, command });
  onTestFinished(() => server.close());
  return { home, id, close: () => server.close(), dir };
};

test('ps tells why a live run waits', async () => {
  const { home, id } = await stalledRun(async () => ({ seq: 1, events: [] }));
  expect((await turingos('ps', '--home', home)).stdout).toContain('there is no room');
  expect(lastJson(await turingos('ps', '--json', '--home', home))).toMatchObject({
    runs: [{ id, stalled: 'there is no room' }],
  });
});

test('order-on-a-full-disk: it is not known whether an unanswered order is done; its id makes a repetition harmless', async () => {
  const ids: unknown[] = [];
  const { home, id } = await stalledRun((params) => {
    ids.push(params.id);
    return new Promise(() => {});
  });
  const { code, stderr } = await turingos('pause', id, '--home', home);
  expect(code).toBe(75);
  expect(stderr).toBe(
    `turingos: it is not known whether run ${id} took the order: there is no room; given again with \`--id ${ids[0]}\` it is done once\n`,
  );
});

test('order-races-with-the-end: an order that the end overtakes is told as one that comes after it', async () => {
  const { home, id, dir, close } = await stalledRun(() => {
    rmSync(join(dir, 'journal', 'lock'));
    void close();
    return new Promise(() => {});
  });
  expect(await turingos('pause', id, '--home', home)).toMatchObject({
    code: 75,
    stderr: `turingos: run ${id} is not alive: \`turingos ps --all\` says how it ended\n`,
  });
});

test('stopped-kernel: ps and why tell in one wording that a kernel is stopped, until it goes on', async () => {
  const home = newHome();
  const { ended, id, dir, pid } = await slowRun(home);
  process.kill(pid, 'SIGSTOP');
  try {
    await vi.waitFor(() => expect(stoppedText(dir)).not.toBeNull());
    const said = `its kernel, process ${pid}, is stopped and does not answer: kill -CONT ${pid} lets it go on`;
    expect((await turingos('ps', '--home', home)).stdout).toContain(said);
    const why = (await turingos('why', id, '--home', home)).stdout;
    expect(why).toContain(said);
    expect(why).not.toContain('at work');

    const session = openSession(home, id, { file: undefined, names: async () => [] });
    onTestFinished(session.stop);
    const known = () => session.console.store.getState();
    await vi.waitFor(() => expect(known()).toMatchObject({ stalled: said, stopped: true, gone: false }), 20_000);
    process.kill(pid, 'SIGCONT');
    await vi.waitFor(() => expect(known()).toMatchObject({ stalled: null, stopped: false }), 20_000);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await turingos('kill', id, '--home', home);
  await ended;
});
