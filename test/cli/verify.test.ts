import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastJson, newHome, turingos, turingosIn } from './harness.ts';
import { endedRun, legacyMerkle, scratchDir } from './journals.ts';

let run: Awaited<ReturnType<typeof endedRun>>;
beforeAll(async () => {
  run = await endedRun();
  return run.end;
});

/** A copy of the run's journal, changed. */
const copyOf = (change: (text: string) => string): { home: string; file: string } => {
  const copy = run.copy();
  const file = join(copy.dir, 'journal', '000001.ndjson');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return { home: copy.home, file };
};

describe('a run', () => {
  test('is verified on both levels, by name and by directory', async () => {
    for (const name of [run.id.slice(0, 4), run.dir]) {
      const { code, stdout } = await turingos('verify', name, '--home', run.home);
      expect(code).toBe(0);
      expect(stdout).toMatch(/chain: \d+ records, head \d+ [0-9a-f]{16}, unbroken/);
      expect(stdout).toMatch(/no divergence, every record has the shape of its kind/);
    }
  });

  test('tells in JSON what is told of any journal, besides both reports', async () => {
    const report = lastJson(await turingos('verify', run.id, '--json', '--home', run.home));
    expect(report).toMatchObject({ id: run.id, format: 'turingos', ok: true, breaks: [], records: run.records.length });
    expect(report.head).toBe(run.records.at(-1)?.hash);
    expect(report).toMatchObject({ chain: { ok: true }, decisions: { ok: true, ended: true } });
  });

  test('that was changed is named by line and reason, with exit code 3', async () => {
    const at = run.records.findIndex(({ kind }) => kind === 'tick.committed');
    const { home } = copyOf((text) => {
      const lines = text.split('\n');
      lines[at] = (lines[at] as string).replace('"pid":1', '"pid":2');
      return lines.join('\n');
    });
    const ended = await turingos('verify', run.id, '--level', 'chain', '--json', '--home', home);
    expect(ended.code).toBe(3);
    expect(lastJson(ended)).toMatchObject({ ok: false, breaks: [{ record: at + 1, reason: 'hash_mismatch' }] });
    const both = await turingos('verify', run.id, '--home', home);
    expect(both.stdout).toContain(`hash_mismatch at record ${at + 1} (000001.ndjson, byte `);
    expect(both.stdout).toContain('first divergence');
  });

  test('whose last line is incomplete verifies, and says so', async () => {
    const { home } = copyOf((text) => `${text}{"v":1,"seq":`);
    const ended = await turingos('verify', run.id, '--home', home);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('torn_tail');
  });

  test('with many breaks names the first of them; JSON has all', async () => {
    const { home } = copyOf((text) => text.replaceAll('"ts":"2', '"ts":"3'));
    const { stdout, code } = await turingos('verify', run.id, '--level', 'chain', '--home', home);
    expect(code).toBe(3);
    expect(stdout.split('\n').length).toBeLessThan(30);
    expect(stdout).toContain(`… and ${run.records.length - 20} more (--json has them all)`);
    const all = lastJson(await turingos('verify', run.id, '--level', 'chain', '--json', '--home', home));
    expect(all.breaks).toHaveLength(run.records.length);
  });
});

describe('run.json beside an unbroken journal', () => {
  type Json = Record<string, unknown> & { brains: { planner: object } };
  test.each<[string, (manifest: Json) => Json, string]>([
    [
      'with another brain',
      ({ brains, ...rest }) => ({ ...rest, brains: { ...brains, planner: { ...brains.planner, name: 'gpt-9' } } }),
      'brains.planner.name is "gpt-9" here, and ',
    ],
    ['with another seed', (manifest) => ({ ...manifest, seed: 7777 }), 'seed is 7777 here, and '],
    ['with another id', (manifest) => ({ ...manifest, id: '00000000' }), 'id is "00000000" here, and '],
    [
      'with another task',
      (manifest) => ({ ...manifest, task: { ...(manifest.task as object), name: 'other' } }),
      'task.name',
    ],
    ['of no version that is known', (manifest) => ({ ...manifest, v: 99 }), 'v is not what a run.json has there'],
  ])('%s is not believed', async (_, change, sentence) => {
    const { home, dir } = run.copy();
    const path = join(dir, 'run.json');
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
    const { code, stdout } = await turingos('verify', run.id, '--home', home);
    expect(code).toBe(3);
    expect(stdout).toContain(', unbroken');
    expect(stdout).toContain(sentence);
  });

  test('that is missing is said to be', async () => {
    const { home, dir } = run.copy();
    rmSync(join(dir, 'run.json'));
    const ended = await turingos('verify', run.id, '--json', '--home', home);
    expect(ended.code).toBe(3);
    expect(lastJson(ended)).toMatchObject({ ok: false, manifest: { faults: [{ field: '', why: 'is missing' }] } });
  });
});

describe('a directory here, by its bare name', () => {
  test('is the run that it holds', async () => {
    const { dir } = run.copy();
    renameSync(dir, join(dirname(dir), 'rj'));
    const { code, stdout } = await turingosIn(dirname(dir), 'verify', 'rj');
    expect(stdout).toContain('rj chain: ');
    expect(code).toBe(0);
  });

  test('that holds no run is told as a directory', async () => {
    const dir = scratchDir();
    mkdirSync(join(dir, 'plain'));
    const { code, stderr } = await turingosIn(dir, 'verify', 'plain');
    expect(code).toBe(65);
    expect(stderr).toContain('plain is a directory without a journal/ in it');
  });
});

describe('a file', () => {
  test('that is a segment is checked alone, and what that leaves open is said', async () => {
    const file = join(scratchDir(), 'kept.ndjson');
    copyFileSync(join(run.dir, 'journal', '000001.ndjson'), file);
    const text = await turingos('verify', file);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('one file alone: its first record was taken at its word');
    const report = lastJson(await turingos('verify', file, '--json'));
    expect(report).toMatchObject({ format: 'turingos', ok: true, records: run.records.length });
    const tail = readFileSync(file, 'utf8').split('\n').slice(10).join('\n');
    writeFileSync(file, tail);
    expect(lastJson(await turingos('verify', file, '--json'))).toMatchObject({
      ok: true,
      records: run.records.length - 10,
    });
    appendFileSync(file, '{"v":1}\n');
    const broken = await turingos('verify', file, '--json');
    expect(broken.code).toBe(3);
    expect(lastJson(broken)).toMatchObject({ ok: false, breaks: [{ record: run.records.length - 9 }] });
  });

  test('of the earlier system is verified in its own way', async () => {
    const file = legacyMerkle(['one', 'two', 'three']);
    const good = await turingos('verify', file, '--json');
    expect(good.code).toBe(0);
    expect(lastJson(good)).toMatchObject({ format: 'legacy-merkle', records: 3, ok: true, breaks: [] });
    writeFileSync(file, readFileSync(file, 'utf8').replace('two', 'TWO'));
    const bad = await turingos('verify', file, '--json');
    expect(bad.code).toBe(3);
    expect(lastJson(bad)).toMatchObject({ ok: false, breaks: [{ record: 2, reason: 'hash_mismatch' }] });
    expect((await turingos('verify', file)).stdout).toContain('hash_mismatch at line 2');
  });

  test('that was chained anew fails by the log beside it', async () => {
    const file = legacyMerkle(['[2026-02-26T09:51:44.406Z] [Tick] a'], ['[2026-02-26T09:51:44.406Z] [Tick] b']);
    const ended = await turingos('verify', file);
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('it is not what the log beside it says');
  });
});

describe('what is no journal', () => {
  test.each([
    ['nowhere', 66, /neither a file here nor a run under/],
    ['./nowhere', 66, /there is no file \.\/nowhere/],
    ['src/cli', 65, /directory without a journal/],
    ['package.json', 65, /package\.json is no journal/],
  ])('%s is refused in one sentence', async (name, code, words) => {
    const ended = await turingos('verify', name, '--home', newHome());
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('decisions of one file are refused, and a run without a journal too', async () => {
    const file = join(run.dir, 'journal', '000001.ndjson');
    const ended = await turingos('verify', file, '--level', 'decisions');
    expect(ended).toMatchObject({ code: 65, stderr: expect.stringContaining('name the run') });
    const { home, file: journal } = copyOf((text) => text);
    rmSync(journal);
    const empty = await turingos('verify', run.id, '--home', home);
    expect(empty).toMatchObject({ code: 66, stderr: expect.stringContaining('has no journal to verify') });
  });
});
