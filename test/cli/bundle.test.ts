import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeBundle } from '../../src/evidence/bundle/make.ts';
import { lastJson, newHome, slowRun, turingos } from './harness.ts';
import { endedRun, scratchDir } from './journals.ts';

let run: Awaited<ReturnType<typeof endedRun>>;
let made: string;
beforeAll(async () => {
  run = await endedRun();
  made = join(run.home, 'made');
  await turingos('bundle', run.id, '-o', made, '--home', run.home);
  return run.end;
});

/** The bundle where neither home nor task are known. */
const elsewhere = (): string => {
  const dir = join(scratchDir(), 'evidence');
  cpSync(made, dir, { recursive: true });
  return dir;
};
const verify = (dir: string) => turingos('verify', dir, '--json', '--home', newHome());

describe('a bundle', () => {
  test('says what it holds: the tip, how the run ended, a digest of every file', async () => {
    const bundle = JSON.parse(readFileSync(join(made, 'bundle.json'), 'utf8'));
    const last = run.records.at(-1);
    expect(bundle).toMatchObject({
      v: 1,
      run: run.id,
      tip: { seq: last?.seq, hash: last?.hash },
      ended: { outcome: 'passed' },
    });
    expect(bundle.worldHash).toBe(run.records.find(({ kind }) => kind === 'run.ended')?.worldHash);
    expect(Object.keys(bundle.files)).toEqual(
      expect.arrayContaining(['run.json', 'journal/000001.ndjson', 'workspace/ANSWER.txt']),
    );
  });

  test('brings the world along as the run left it, also one that lived in memory', () => {
    const answer = readFileSync(join(made, 'workspace', 'ANSWER.txt'), 'utf8');
    const written = run.records.findLast(({ kind }) => kind === 'op.requested')?.request as { content: string };
    expect(written.content).not.toBe('');
    expect(answer.endsWith(written.content)).toBe(true);
    expect(existsSync(join(made, 'workspace', 'rows'))).toBe(true);
  });

  test('leaves behind what the grader knows, and what belonged to the process', () => {
    expect(existsSync(join(run.dir, 'grader.json'))).toBe(true);
    for (const name of ['grader.json', 'kernel.log', 'journal/lock', 'index'])
      expect(existsSync(join(made, name))).toBe(false);
  });

  test('verifies, replays and stays a bundle anywhere, by its path', async () => {
    const dir = elsewhere();
    const replayed = await turingos('replay', dir, '--plain', '--home', newHome());
    expect(replayed.stdout).toContain('ended DONE');
    const { code, ...ended } = await verify(dir);
    expect(code).toBe(0);
    expect(lastJson({ code, ...ended })).toMatchObject({ id: run.id, ok: true, bundle: { ok: true, faults: [] } });
    expect((await turingos('verify', dir)).stdout).toContain('as it was made');
  });

  test.each([
    ['changed', (dir: string) => appendFileSync(join(dir, 'workspace', 'ANSWER.txt'), '0'), 'workspace/ANSWER.txt'],
    ['missing', (dir: string) => rmSync(join(dir, 'run.json')), 'run.json'],
    ['added', (dir: string) => writeFileSync(join(dir, 'workspace', 'more'), ''), 'workspace/more'],
    [
      'changed',
      (dir: string) => {
        rmSync(join(dir, 'workspace', 'ANSWER.txt'));
        symlinkSync('/etc/passwd', join(dir, 'workspace', 'ANSWER.txt'));
      },
      'workspace/ANSWER.txt',
    ],
  ])('of which a file was %s is no longer what it was, with exit code 3', async (fault, change, what) => {
    const dir = elsewhere();
    change(dir);
    const ended = await verify(dir);
    expect(ended.code).toBe(3);
    expect(lastJson(ended)).toMatchObject({ ok: false, bundle: { ok: false, faults: [{ what, fault }] } });
  });

  test('whose journal was cut short at a whole record is told by its tip', async () => {
    const dir = elsewhere();
    const journal = join(dir, 'journal', '000001.ndjson');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace(/[^\n]*\n$/, ''));
    const ended = await verify(dir);
    expect(ended.code).toBe(3);
    const faults = [
      { what: 'journal/000001.ndjson', fault: 'changed' },
      { what: 'tip', fault: 'missing' },
    ];
    expect(lastJson(ended)).toMatchObject({ chain: { ok: true }, bundle: { faults } });
  });

  test('that says nothing readable of itself is refused', async () => {
    const dir = elsewhere();
    writeFileSync(join(dir, 'bundle.json'), '{}');
    const { code, stderr } = await turingos('verify', dir);
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 65, lines: 1 });
  });
});

test('a directory that is there already is left alone', async () => {
  const out = scratchDir();
  const { code, stderr } = await turingos('bundle', run.id, '-o', out, '--home', run.home);
  expect(code).toBe(65);
  expect(stderr).toContain('is there already');
});

test('a run that is alive is not bundled', async () => {
  const home = newHome();
  const { id, proc } = await slowRun(home);
  const { code, stderr } = await turingos('bundle', id, '-o', join(home, 'b'), '--home', home);
  expect({ code, there: existsSync(join(home, 'b')) }).toEqual({ code: 75, there: false });
  expect(stderr).toContain('is alive');
  proc.kill('SIGINT');
});

test('a workspace is copied as it is: links as links, empty directories, no special files followed', () => {
  const dir = scratchDir();
  mkdirSync(join(dir, 'workspace', 'empty'), { recursive: true });
  writeFileSync(join(dir, 'workspace', 'a'), 'text');
  symlinkSync('/etc/passwd', join(dir, 'workspace', 'link'));
  writeFileSync(join(dir, 'run.json'), '{"socket":"/somewhere"}');
  mkdirSync(join(dir, 'shadow.git'));
  writeFileSync(join(dir, 'shadow.git', 'HEAD'), 'ref');
  const hash = '0'.repeat(64);
  const out = join(dir, 'deep', 'out');
  const { files } = makeBundle(out, {
    dir,
    world: undefined,
    run: '00000000',
    task: 'x',
    tip: { seq: 1, hash },
    ended: null,
    worldHash: hash,
  });
  expect(Object.keys(files)).toEqual(['run.json', 'shadow.git/HEAD', 'workspace/a', 'workspace/link']);
  expect(existsSync(join(out, 'workspace', 'empty'))).toBe(true);
});
