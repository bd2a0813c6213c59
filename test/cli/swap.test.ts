/** `turingos swap`: another brain for a role of a living run, and how it is told of afterwards, resumed and forked. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runsSource } from '../../src/runs-source.ts';
import { summarise } from '../../src/runtime/run-summary.ts';
import { pairText } from '../../src/screens/runs/runs-model.ts';
import { allRecords, scratch } from '../runtime/rig.ts';
import { firstRecord, lastJson, newHome, slowRun, turingos } from './harness.ts';

const swaps = async (dir: string) => (await allRecords(dir)).filter(({ kind }) => kind === 'brain.swapped');

/** A run whose worker was SIM and is tiny. */
const swapped = async (home: string, ...more: string[]) => {
  const run = await slowRun(home, ...more);
  expect(await turingos('swap', run.id, 'worker', 'tiny', '--home', home)).toMatchObject({ code: 0, stderr: '' });
  return run;
};

const SWAPPED = {
  ...{ planner: 'SIM', worker: 'tiny', was: [], simulated: true },
  profile: 'sim, worker of tiny',
};

/** As `ps --json` and `status --json` list it. */
const listed = summarise;

/** So few ticks that a model need not write much. */
const shortPolicy = (): string => {
  const path = join(scratch(), 'policy.yaml');
  writeFileSync(path, 'limits: {maxTicks: 6}\n');
  return path;
};

describe('swap', () => {
  test('is done once under an id, told beforehand with --dry-run, and nothing where it is so already', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    const swap = (...args: string[]) => turingos('swap', id, 'worker', ...args, '--home', home);
    expect(await swap('tiny', '--dry-run')).toMatchObject({
      code: 0,
      stdout: `${id}: dry run, nothing is done: worker is tiny from the next request on\n`,
    });
    expect(await swaps(dir)).toEqual([]);
    expect(await listed(home, id)).toMatchObject({ planner: 'SIM', worker: 'SIM', was: [], profile: 'sim' });
    const done = `worker is tiny from the next request on\n`;
    expect(await swap('tiny', '--id', 'a1')).toMatchObject({ code: 0, stdout: `${id}: ${done}` });
    expect(await swap('tiny', '--id', 'a1')).toMatchObject({
      code: 0,
      stdout: `${id}: done before, under this id: ${done}`,
    });
    expect(await swap('tiny')).toMatchObject({ code: 0, stdout: `${id}: nothing to do: the worker is tiny already\n` });
    expect(await swaps(dir)).toMatchObject([{ role: 'worker', profile: 'tiny', brain: { name: 'tiny' } }]);
    await turingos('kill', id, '--home', home);
    expect(await turingos('verify', id, '--home', home)).toMatchObject({ code: 0, stderr: '' });
  });

  test('that cannot be is one sentence: no such profile, no such role, a run that has ended', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    expect(await turingos('swap', id, 'worker', 'tini', '--home', home)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^turingos: swap worker tini: there is no such profile; did you mean tiny\?; there are demo, .*\n$/,
      ),
    });
    expect(await turingos('swap', id, 'w4', 'tiny', '--home', home)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^turingos: swap needs a role .*: for example `swap worker sim`; see `turingos swap --help`\n$/,
      ),
    });
    expect(await swaps(dir)).toEqual([]);
    await turingos('kill', id, '--home', home);
    expect(await turingos('swap', id, 'worker', 'tiny', '--home', home)).toMatchObject({
      code: 75,
      stderr: `turingos: run ${id} is not alive: \`turingos ps --all\` says how it ended\n`,
    });
  });

  test('is what lists tell from then on; that SIM was at work stays told, also when it is over', async () => {
    const home = newHome();
    const { id, dir } = await swapped(home);
    const ps = async (): Promise<string> => (await turingos('ps', '--all', '--home', home)).stdout;
    expect(await ps()).toMatch(/ SIM\+tiny {2}/);
    expect(await listed(home, id)).toMatchObject(SWAPPED);
    const source = runsSource(home);
    expect(pairText((await source.list())[0] as { planner: string; worker: string })).toBe('SIM+tiny');
    await turingos('swap', id, 'planner', 'tiny', '--home', home);
    await turingos('kill', id, '--home', home);
    const all = {
      planner: 'tiny',
      worker: 'tiny',
      was: ['SIM'],
      simulated: true,
      profile: 'tiny',
    };
    expect(await ps()).toContain(' tiny+tiny (SIM before) ');
    const [row] = await source.list();
    expect(row).toMatchObject({ ...all, state: 'killed' });
    expect(pairText(row as { planner: string; worker: string })).toBe('tiny x2 (SIM before)');
    const why = await turingos('why', id, '--home', home);
    expect(why.stdout).toMatch(/^swapped +t\d+ worker SIM > tiny {3}t\d+ planner SIM > tiny$/m);
    // Without its run.json the journal says the same.
    rmSync(join(dir, 'run.json'));
    expect(await listed(home, id)).toMatchObject(all);
  });
});

describe('a run that was swapped', () => {
  test('goes on with the new brain after its kernel was lost, is told of so, and verifies', async () => {
    const home = newHome();
    const { id, dir, pid, ended } = await swapped(home);
    process.kill(pid, 'SIGKILL');
    await ended;
    expect(await listed(home, id)).toMatchObject({ ...SWAPPED, state: 'gone' });
    // What lists go by may be lost with a copy; a resume makes it anew.
    rmSync(join(dir, 'swapped'));
    const before = (await allRecords(dir)).length;
    const resumed = turingos('resume', id, '--headless', '--home', home);
    const spoke = await firstRecord(dir, ({ kind, seq }) => kind === 'stream.delta' && seq > before);
    expect(await listed(home, id)).toMatchObject({ ...SWAPPED, state: 'running' });
    expect(spoke.seq).toBeGreaterThan(before);
    await turingos('kill', id, '--home', home);
    expect((await resumed).code).toBe(130);
    const said = (await allRecords(dir)).filter(({ kind }) => kind === 'runtime.said');
    expect(said.filter(({ text }) => String(text).includes('is not what it was before'))).toEqual([]);
    expect(await turingos('verify', id, '--home', home)).toMatchObject({ code: 0, stderr: '' });
  });

  test('is forked with the pair of the place: the old one before the swap, the new one after it', async () => {
    const home = newHome();
    const { id, dir } = await swapped(home);
    const [swap] = await swaps(dir);
    const { seq } = await firstRecord(dir, ({ kind, seq }) => kind === 'route.dispatched' && seq > (swap?.seq ?? 0));
    await turingos('kill', id, '--home', home);
    const policy = shortPolicy();
    const fork = async (of: string, ...args: string[]) => {
      const forked = await turingos('fork', of, ...args, '--policy', policy, '--json', '--home', home);
      expect(forked.stderr).toBe('');
      const told = lastJson(forked) as { id: string; dir: string };
      const [begun] = await allRecords(told.dir);
      const { planner, worker, overridden } = begun as unknown as Record<string, { name: string }>;
      return { id: told.id, pair: `${planner?.name}+${worker?.name}`, overridden };
    };
    expect(await fork(id, '--at', 't1')).toMatchObject({ pair: 'SIM+SIM', overridden: ['policy'] });
    const after = await fork(id, '--at', `${seq}`);
    expect(after).toMatchObject({ pair: 'SIM+tiny', overridden: ['policy'] });
    expect(await listed(home, after.id)).toMatchObject(SWAPPED);
    const other = await fork(id, '--at', `${seq}`, '--profile', 'sim');
    expect(other).toMatchObject({ pair: 'SIM+SIM', overridden: ['brains', 'policy'] });
    // The branch's own brains, not what the origin had swapped.
    expect(await fork(other.id, '--at', 't5')).toMatchObject({ pair: 'SIM+SIM' });
    expect(await turingos('verify', after.id, '--home', home)).toMatchObject({ code: 0, stderr: '' });
  }, 60_000);
});
