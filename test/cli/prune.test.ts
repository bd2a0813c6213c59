import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeLock } from '../../src/journal/lock.ts';
import { choosePruned, deleteRun } from '../../src/runtime/prune.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import type { RunState, RunSummary } from '../../src/runtime/run-summary.ts';
import { appendTag } from '../../src/runtime/tags.ts';
import { newHome, turingos } from './harness.ts';

const put = (home: string, name: string, id: string, change: object = {}): string => {
  const dir = runDir(home, id);
  mkdirSync(join(home, 'runs'), { recursive: true });
  cpSync(resolve('test/golden', name), dir, { recursive: true });
  const path = join(dir, 'run.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), id, ...change }));
  return dir;
};

test('prune tells what would go, and with --yes lets it go; tagged, lost and kept runs and origins of kept forks stay', async () => {
  const home = newHome();
  put(home, 'v1-passed', '00000001');
  put(home, 'v1-passed', '00000002');
  put(home, 'v1-gone', '00000003');
  put(home, 'v1-dead', '00000004');
  put(home, 'v1-failed', '00000005');
  const head = '0'.repeat(64);
  const fork = put(home, 'v1-forked', '00000006', { origin: { run: '00000005', seq: 36, head } });
  appendTag(fork, { tick: 3, seq: 9, text: 'keep me', labels: [], by: 'operator', at: new Date().toISOString() });

  const rule = ['--older-than', '1h', '--keep-outcome', 'dead', '--home', home];
  const told = JSON.parse((await turingos('prune', ...rule, '--json')).stdout);
  expect(told.dryRun).toBe(true);
  expect(told.bytes).toBeGreaterThan(0);
  expect(told.pruned.map(({ id }: { id: string }) => id).sort()).toEqual(['00000001', '00000002']);
  const why = Object.fromEntries(told.kept.map(({ id, why: reason }: { id: string; why: string }) => [id, reason]));
  expect(why['00000003']).toMatch(/can be resumed/);
  expect(why['00000004']).toBe('its outcome is dead');
  expect(why['00000005']).toBe('it is the origin of 00000006, which is kept');
  expect(why['00000006']).toBe('it is tagged');
  expect(runIds(home)).toHaveLength(6);

  const done = await turingos('prune', ...rule, '--yes');
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toMatch(/^2 runs deleted, [\d.]+ kB freed$/m);
  expect(runIds(home).sort()).toEqual(['00000003', '00000004', '00000005', '00000006']);
  expect(await turingos('prune', '--home', home)).toMatchObject({ code: 2, stdout: '' });
});

test('a run that somebody goes on with meanwhile is not deleted', () => {
  const home = newHome();
  const dir = put(home, 'v1-gone', '00000001');
  const lock = takeLock(join(dir, 'journal', 'lock'));
  expect(() => deleteRun(home, { id: '00000001', dir })).toThrow(/being written by process/);
  lock.release();
  expect(runIds(home)).toEqual(['00000001']);
});

test('property: what is at work, tagged or kept by any part of the rule never goes', () => {
  const states: readonly RunState[] = ['running', 'paused', 'starting', 'gone', 'passed', 'failed', 'dead', 'killed'];
  const at = (hours: number): string => new Date(Date.UTC(2026, 0, 1, hours)).toISOString();
  const runs = fc.array(fc.record({ state: fc.constantFrom(...states), hour: fc.nat(99), tagged: fc.boolean() }), {
    maxLength: 12,
  });
  const rules = fc.record({
    olderThan: fc.option(fc.nat(99), { nil: undefined }),
    keep: fc.option(fc.nat(9), { nil: undefined }),
    keepOutcome: fc.subarray(['dead', 'failed'] as const),
    gone: fc.boolean(),
  });
  fc.assert(
    fc.property(runs, rules, (list, { olderThan, keep, ...rest }) => {
      const all = list
        .map(({ state, hour }, i) => ({ id: `${i}`, dir: '/nowhere', state, lastAt: at(hour) }) as RunSummary)
        .toSorted((a, b) => ((a.lastAt ?? '') < (b.lastAt ?? '') ? 1 : -1));
      const isTagged = (run: RunSummary): boolean => list[Number(run.id)]?.tagged === true;
      const rule = {
        ...rest,
        ...(olderThan === undefined ? {} : { olderThan: olderThan * 3_600_000 }),
        ...(keep === undefined ? {} : { keep }),
      };
      const now = Date.UTC(2026, 0, 1, 100);
      const { go, keep: kept } = choosePruned(all, rule, isTagged, now);
      expect(go.length + kept.length).toBe(all.length);
      for (const run of go) {
        expect(['running', 'paused', 'starting', ...(rest.gone ? [] : ['gone']), ...rest.keepOutcome]).not.toContain(
          run.state,
        );
        expect(isTagged(run)).toBe(false);
        if (olderThan !== undefined) expect(now - Date.parse(run.lastAt ?? '')).toBeGreaterThan(olderThan * 3_600_000);
        if (keep !== undefined) expect(all.slice(0, keep)).not.toContain(run);
      }
    }),
  );
});
