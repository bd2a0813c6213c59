import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseLine, readRecords } from '../../src/journal/index.ts';
import { allRecords } from '../runtime/rig.ts';
import { lastJson, newHome, slowRun, turingos } from './harness.ts';
import { scratchDir } from './journals.ts';

const planOf = (text: string): string => {
  const path = join(scratchDir(), 'plan.yaml');
  writeFileSync(path, text);
  return path;
};

describe('run --chaos', () => {
  test('a kernel that its plan kills is dead at once; resume goes on, and it is not killed again', async () => {
    const home = newHome();
    const plan = planOf(
      'faults:\n  - { fault: kernel.killed, target: planner, schedule: { nth: 2 } }\n  - { fault: exec.timeout }',
    );
    const run = await turingos('run', 'ledger-4', '--json', '--profile', 'sim', '--chaos', plan, '--home', home);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('killed by a fault that is in its journal, kernel.killed');
    const { id, dir, reason } = lastJson(run) as Record<string, string>;
    expect(reason).toBe('fault 1 kernel.killed: resume');
    expect((await turingos('ps', '--all', '--home', home)).stdout).toMatch(/GONE .*fault 1 kernel\.killed: resume\n$/);
    expect((await turingos('why', id as string, '--home', home)).stdout).toMatch(
      /^host .*its kernel was killed by fault 1 kernel\.killed, chain ok$/m,
    );
    expect((await allRecords(dir as string)).at(-1)?.kind).not.toBe('run.ended');
    const resumed = await turingos('resume', id as string, '--headless', '--home', home);
    // Of the whole journal: what was armed and what struck before the resume, too.
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.stdout).toMatch(/^faults: 1 struck, [01] recovered; never struck: exec.timeout$/m);
    const records = await allRecords(dir as string);
    const of = (kind: string) => records.filter((record) => record.kind === kind);
    expect(of('fault.staged')).toHaveLength(1);
    expect(of('fault.triggered')).toMatchObject([{ fault: 'kernel.killed', pid: 1 }]);
    expect((await turingos('verify', id as string, '--home', home)).code).toBe(0);
    const told = await turingos('replay', id as string, '--plain', '--home', home);
    expect(told.stdout).toContain(resumed.stdout.trim().split('\n').at(-1));
    expect((await turingos('anomalies', id as string, '--home', home)).stdout).toContain('exec.timeout');
  });

  test('a plan that is wrong, or is not there, ends the verb before there is a run', async () => {
    const home = newHome();
    const wrong = await turingos('run', 'hello', '--chaos', planOf('faults: [{ fault: meteor }]'), '--home', home);
    expect(wrong).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/:1: faults\[0\]\.fault: there is no fault meteor/),
    });
    const missing = await turingos('run', 'hello', '--chaos', '/nowhere.yaml', '--home', home);
    expect(missing).toMatchObject({ code: 66 });
    expect(existsSync(join(home, 'runs'))).toBe(false);
  });
});

test('inject takes a rate, and says of each fault what became of it', async () => {
  const home = newHome();
  const { id, dir, proc, ended } = await slowRun(home);
  const armed = await turingos('inject', id, 'brain.garbage', '--target', 'worker', '--rate', '0.25', '--home', home);
  expect(armed).toMatchObject({ code: 0, stdout: expect.stringContaining('armed') });
  const swapped = await turingos('inject', id, 'clock.jump', '--home', home);
  expect(swapped).toMatchObject({ code: 0, stdout: expect.stringContaining('strikes now') });
  expect((await turingos('inject', id, 'brain.cut', '--rate', '2', '--home', home)).code).toBe(2);
  proc.kill('SIGINT');
  await ended;
  const specs = (await allRecords(dir)).filter(({ kind }) => kind === 'fault.armed').map(({ spec }) => spec);
  expect(specs).toEqual([
    { fault: 'brain.garbage', target: 'worker', rate: 250 },
    { fault: 'clock.jump', target: 'any', times: 1 },
  ]);
});

describe('chaos', () => {
  /** The planner can do nothing: every such run dies. */
  const DEADLY = 'faults:\n  - { fault: brain.garbage, target: planner, rate: 1 }\n  - { fault: log.flood, rate: 0.1 }';

  test('sweep: a table by kind, what never triggered, and bundles of the dead that verify', async () => {
    const keep = join(scratchDir(), 'dead');
    const args = ['chaos', 'sweep', '--plan', planOf(DEADLY), '--runs', '2', '--profile', 'sim', '--task', 'hello'];
    const swept = await turingos(...args, '--keep', keep);
    expect(swept.code).toBe(0);
    expect(swept.stdout).toMatch(
      /^2 runs of hello, profile sim, .*seeds 1 to 2\nended: 2 dead; 32 traps, 6 panic resets\n/,
    );
    expect(swept.stdout).toMatch(/\nbrain\.garbage +2 +32 +3[0-2] +0 +2 +none recovered\n/);
    expect(swept.stdout).toMatch(/\nlog\.flood +2 +0 +0 +0 +0 +never triggered\n/);
    expect(swept.stdout).toContain('armed and never triggered: log.flood');
    const bundles = readdirSync(keep);
    expect(bundles.map((name) => name.replace(/-[0-9a-f]{8}$/, '')).sort()).toEqual(['seed-1', 'seed-2']);
    for (const name of bundles) expect((await turingos('verify', join(keep, name))).code).toBe(0);
  });

  test('the same seeds meet the same faults again, kernels that are killed included', async () => {
    const args = ['chaos', 'sweep', '--plan', 'examples/chaos/storm.yaml', '--runs', '2', '--profile', 'sim'];
    const [first, second] = await Promise.all([1, 2].map(() => turingos(...args, '--task', 'ledger-3', '--json')));
    const runs = ({ stdout }: { stdout: string }) =>
      stdout
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text))
        .filter(({ kind }) => kind === 'run')
        .map(({ seed, outcome, ticks, triggered }) => ({ seed, outcome, ticks, triggered }))
        .sort((a, b) => a.seed - b.seed);
    const [once, again] = [runs(first as { stdout: string }), runs(second as { stdout: string })];
    expect(again).toEqual(once);
    expect(once.map(({ outcome }) => outcome)).not.toContain(null);
    for (const { triggered } of once)
      expect(triggered).toEqual(expect.arrayContaining([expect.stringMatching(/^kernel\.killed 1#/)]));
  }, 60_000);

  test('extract: stretches of thrashing as they stand in the journal, each line proved by its hash', async () => {
    const dir = 'test/golden/v1-dead';
    const out = join(scratchDir(), 'thrashing.journal');
    const extracted = await turingos('chaos', 'extract', dir, '-o', out, '--json');
    const { episodes, events, records } = lastJson(extracted) as Record<string, number>;
    expect(episodes).toBeGreaterThan(0);
    const source = new Set<string>();
    for await (const record of readRecords(dir)) source.add(record.hash);
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(records as number);
    expect(events).toBeGreaterThan(0);
    for (const text of lines) {
      const parsed = parseLine(text);
      const hash = createHash('sha256')
        .update(text.slice(0, text.lastIndexOf(',"hash":')))
        .digest('hex');
      expect(parsed).toMatchObject({ ok: true, record: { hash } });
      expect(source.has(hash)).toBe(true);
    }
    expect((await turingos('chaos', 'extract', dir, '-o', out)).code).toBe(65);
  });

  test('extract: where nobody thrashed there is no file', async () => {
    const out = join(scratchDir(), 'thrashing.journal');
    const { code, stdout } = await turingos('chaos', 'extract', 'test/golden/v1-passed', '-o', out);
    expect({ code, there: existsSync(out) }).toEqual({ code: 0, there: false });
    expect(stdout).toContain('nobody thrashed');
  });
});
