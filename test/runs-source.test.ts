import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rememberLook } from '../src/last-look.ts';
import { runsSource } from '../src/runs-source.ts';
import { appendTag } from '../src/runtime/tags.ts';
import { turingos } from './cli/harness.ts';

test('a journal that is no file says so in its row, and takes nothing from the others; tags of ended runs are read anew', async () => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-source-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  await turingos('run', 'ledger-4', '--profile', 'sim', '--headless', '--home', home);
  await turingos('run', 'ledger-4', '--profile', 'sim', '--headless', '--home', home);
  const source = runsSource(home);
  const [first, second] = await source.list();
  if (first === undefined || second === undefined) throw new Error('there should be two runs');
  expect(first.tags).toEqual([]);
  appendTag(join(home, 'runs', first.id), {
    ...{ tick: 1, seq: 9, text: 'x', labels: [] },
    by: 'operator',
    at: new Date().toISOString(),
  });
  const segment = join(home, 'runs', second.id, 'journal', '000001.ndjson');
  rmSync(segment);
  mkdirSync(segment);
  const again = await source.list();
  expect(again.find(({ id }) => id === first.id)?.tags).toHaveLength(1);
  const fresh = await runsSource(home).list();
  expect(fresh.find(({ id }) => id === first.id)).toMatchObject({ id: first.id, state: 'passed' });
  expect(fresh.find(({ id }) => id === second.id)).toMatchObject({
    state: 'gone',
    reason: 'its journal cannot be read',
  });
  expect((await source.look(second.id, new AbortController().signal))?.told?.broken).toBe(true);
});

test('what a run’s journal tells is read once; what is written on is read on', async () => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-source-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const dir = join(home, 'runs', '00000001');
  cpSync('test/golden/v1-gone', dir, { recursive: true });
  const segment = join(dir, 'journal', '000001.ndjson');
  const text = readFileSync(segment);
  truncateSync(segment, text.indexOf('\n', 20_000) + 1);
  const source = runsSource(home);
  const { signal } = new AbortController();
  const [row] = await source.list();
  expect(row).toMatchObject({ id: '00000001', state: 'gone' });
  expect(row?.told).toBeUndefined();
  expect(await source.look('00000001', signal)).toMatchObject({ told: { panic: { left: 3, total: 3 } } });
  expect(await source.look('00000001', signal)).toBeUndefined();
  expect(await source.measure('00000001')).toBeGreaterThan(20_000);
  expect((await source.list())[0]?.told?.next[0]?.verb).toBe('resume 00000001');
  writeFileSync(segment, text);
  expect((await source.list())[0]?.told).toBeUndefined();
  expect((await source.look('00000001', signal))?.told?.fields.find(({ name }) => name === 'last words')?.text).toMatch(
    /^w4 t6, cut off/,
  );
  // Without its run.json the journal says what it was.
  rmSync(join(dir, 'run.json'));
  expect((await runsSource(home).list())[0]).toMatchObject({ task: 'ledger-3', state: 'gone' });
});

test('when the list was last left is remembered; a home that is not there stays so', () => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-source-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  expect(runsSource(home).since).toBeNull();
  runsSource(home).left();
  expect(Date.parse(runsSource(home).since ?? '')).toBeGreaterThan(Date.parse('2026-01-01'));
  writeFileSync(join(home, 'runs-seen'), 'spoilt');
  expect(runsSource(home).since).toBeNull();
  rememberLook(join(home, 'nowhere'));
  expect(runsSource(join(home, 'nowhere')).since).toBeNull();
});

test('a run that was let out of its fence says so; a tag written from the list is there', async () => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-source-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  cpSync('test/golden/v1-unfenced', join(home, 'runs', '00000001'), { recursive: true });
  const source = runsSource(home);
  expect((await source.list())[0]?.sandbox).toBe('none');
  const tag = { tick: 1, seq: 9, text: 'x', labels: ['a'], by: 'operator', at: new Date().toISOString() } as const;
  expect(source.writeTag('00000001', tag)).toEqual([tag]);
  expect((await source.list())[0]?.tags).toEqual([tag]);
});
