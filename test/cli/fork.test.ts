/** `turingos fork` and `turingos diff`: branches of runs that are over, alive, or branches themselves. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runIds } from '../../src/runtime/run-dir.ts';
import { allRecords, scratch } from '../runtime/rig.ts';
import { begin, firstRecord, lastJson, newHome, slowRun, turingos } from './harness.ts';

const ended = async (home: string) => {
  const run = lastJson(await turingos('run', 'ledger-6', '--profile', 'sim', '--json', '--home', home));
  return run as { id: string; dir: string; ticks: number; stateHash: string; worldHash: string; records: number };
};

describe('a fork', () => {
  test('of an ended run, without overrides, comes to the same end, and verifies though its origin is gone', async () => {
    const home = newHome();
    const origin = await ended(home);
    const fork = lastJson(await turingos('fork', origin.id, '--at', 't9', '--json', '--home', home));
    expect(fork).toMatchObject({ outcome: 'passed', stateHash: origin.stateHash, worldHash: origin.worldHash });
    const diff = await turingos('diff', origin.id, fork.id as string, '--home', home);
    expect(diff).toMatchObject({ code: 0, stderr: '' });
    expect(diff.stdout).toContain('decide alike to the last record');
    const manifest = JSON.parse(readFileSync(join(fork.dir as string, 'run.json'), 'utf8'));
    expect(manifest.origin).toMatchObject({ run: origin.id, head: expect.stringMatching(/^[0-9a-f]{64}$/) });
    rmSync(origin.dir, { recursive: true });
    expect((await turingos('verify', fork.id as string, '--home', home)).code).toBe(0);
    const again = lastJson(await turingos('fork', fork.id as string, '--at', 't12', '--json', '--home', home));
    expect(again).toMatchObject({ stateHash: origin.stateHash });
  }, 60_000);

  test('of a run that is alive leaves that alone', async () => {
    const home = newHome();
    const { id, dir } = await slowRun(home);
    const { seq } = await firstRecord(dir, ({ kind }) => kind === 'brain.replied');
    const fork = await turingos('fork', id, '--at', `#${seq + 8}`, '--home', home);
    expect(fork).toMatchObject({ code: 0, stderr: '' });
    expect((await turingos('ps', '--home', home)).stdout).toContain(id);
    await turingos('kill', id, '--home', home);
  });

  test('several with seeds of their own, side by side', async () => {
    const home = newHome();
    const origin = await ended(home);
    const { code, stdout } = await turingos('fork', origin.id, '--at', 't9', '--seeds', '3', '--json', '--home', home);
    const lines = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(lines.slice(0, 3)).toMatchObject([2, 3, 4].map((seed) => ({ kind: 'run.launched', seed })));
    const ends = lines.slice(3);
    expect(new Set(ends.map(({ id }) => id)).size).toBe(3);
    expect(code).toBe(ends.every(({ outcome }) => outcome === 'passed') ? 0 : 1);
    const [one, two] = ends as { id: string }[];
    const diff = await turingos('diff', one?.id as string, two?.id as string, '--json', '--home', home);
    expect(lastJson(diff)).toMatchObject({ since: { run: origin.id }, begun: [{ field: 'seed' }] });
    expect(diff.code).toBe(lastJson(diff).same === true ? 0 : 1);
  });

  test('several, of which some have begun when Ctrl-C comes: those are killed, and no others begin', async () => {
    const home = newHome();
    const { id } = await slowRun(home);
    await turingos('kill', id, '--home', home);
    const forks = begin('fork', id, '--at', 't1', '--seeds', '12', '--headless', '--home', home);
    await new Promise((resolve) => forks.proc.stdout?.once('data', resolve));
    forks.proc.kill('SIGINT');
    const { code, stdout } = await forks.ended;
    expect(code).toBe(130);
    const begun = stdout.match(/^started /gm)?.length ?? 0;
    expect(begun).toBeLessThan(12);
    expect(runIds(home)).toHaveLength(1 + begun);
    const { runs } = lastJson(await turingos('ps', '--json', '--home', home));
    expect(runs).toEqual([]);
  });

  test('under another policy, laid over the old one', async () => {
    const home = newHome();
    const origin = await ended(home);
    const policy = join(scratch(), 'policy.yaml');
    writeFileSync(policy, 'limits: {maxTicks: 12}\n');
    const fork = await turingos('fork', origin.id, '--at', 't9', '--policy', policy, '--json', '--home', home);
    expect(lastJson(fork)).toMatchObject({ outcome: 'limit', ticks: 12 });
    expect(fork.code).toBe(1);
    const [first] = await allRecords(lastJson(fork).dir as string);
    expect(first).toMatchObject({ kind: 'run.forked', overridden: ['policy'], policy: { panicBudget: 3 } });
    const diff = await turingos('diff', origin.id, lastJson(fork).id as string, '--home', home);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toContain('policy.limits.maxTicks: 1000 | 12');
  });

  test('where none can be: a sentence, and no run is left', async () => {
    const home = newHome();
    const { id, records, ticks } = await ended(home);
    const why = async (...args: string[]) => {
      const { code, stderr } = await turingos('fork', id, ...args, '--home', home);
      return { code, stderr };
    };
    expect(await why('--at', `${records}`)).toMatchObject({ code: 66, stderr: expect.stringMatching(/had ended by/) });
    expect(await why('--at', `t${ticks + 1}`)).toMatchObject({ code: 66, stderr: expect.stringMatching(/last tick/) });
    expect(await why('--at', '1')).toMatchObject({ code: 66, stderr: expect.stringMatching(/had not begun/) });
    expect(await why('--at', 'half')).toMatchObject({ code: 2, stderr: expect.stringMatching(/record .* or a tick/) });
    expect(await why()).toMatchObject({ code: 2 });
    expect(await why('--at', 't9', '--seeds', '65')).toMatchObject({ code: 2 });
    expect(runIds(home)).toEqual([id]);
  });
});

describe('diff', () => {
  test('a run that is not there, or has no record', async () => {
    const home = newHome();
    const { id, dir } = await ended(home);
    expect(await turingos('diff', id, 'ffff', '--home', home)).toMatchObject({ code: 66 });
    rmSync(join(dir, 'journal'), { recursive: true });
    expect(await turingos('diff', id, id, '--home', home)).toMatchObject({
      code: 66,
      stderr: expect.stringContaining('has no record, so there is nothing to compare'),
    });
  });

  test('runs of other seeds: what they began with, where they part, what came of them', async () => {
    const home = newHome();
    const { id } = await ended(home);
    const other = await turingos('run', 'ledger-6', '--profile', 'sim', '--seed', '9', '--json', '--home', home);
    const { code, stdout } = await turingos('diff', id, lastJson(other).id as string, '--home', home);
    expect(code).toBe(1);
    expect(stdout).toMatch(/begun with\n {4}seed: 1 \| 9/);
    expect(stdout).toMatch(/they part at\n.*#\d+/);
    expect(stdout).toMatch(/world hash +[0-9a-f]{16} +[0-9a-f]{16}/);
  });
});
