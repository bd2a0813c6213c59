/** `turingos resume`: the verb on runs whose kernel was killed, and on those that there is nothing to resume of. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockHolder } from '../../src/runtime/liveness.ts';
import { readManifest } from '../../src/runtime/manifest.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { allRecords, scratch } from '../runtime/rig.ts';
import { begin, firstRecord, lastJson, newHome, slowRun, turingos } from './harness.ts';

/** A run whose kernel was killed in mid-stream. */
const lost = async (home: string, ...more: string[]) => {
  const run = await slowRun(home, ...more);
  process.kill(run.pid, 'SIGKILL');
  await run.ended;
  return run;
};

const segment = (dir: string): string =>
  join(dir, 'journal', readdirSync(join(dir, 'journal')).find((name) => name.endsWith('.ndjson')) as string);

describe('a run whose kernel was killed', () => {
  test('is resumed, and ends in the hashes of an uninterrupted one; its journal verifies', async () => {
    const home = newHome();
    const { id, dir } = await lost(home, '--pace', '3');
    const resumed = await turingos('resume', id, '--json', '--home', home);
    expect(resumed.code).toBe(0);
    const [first, second] = resumed.stdout.split('\n').map((text) => (text === '' ? {} : JSON.parse(text)));
    expect(first).toMatchObject({ kind: 'run.launched', id, dir });
    // What it did before is known: the news begin with the resume.
    expect(second).toMatchObject({ kind: 'run.resumed', requests: [{ kind: 'brain.requested' }] });
    const other = newHome();
    const whole = lastJson(await turingos('run', 'ledger-12', '--profile', 'sim', '--json', '--home', other));
    const { outcome, worldHash, stateHash, ticks } = whole;
    expect(lastJson(resumed)).toMatchObject({ id, outcome, worldHash, stateHash, ticks });
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  }, 60_000);

  test('with a torn last line: the tail is cut, and that is noted', async () => {
    const home = newHome();
    const { id, dir } = await lost(home, '--pace', '3');
    writeFileSync(segment(dir), '{"v":1,"seq":', { flag: 'a' });
    expect((await turingos('resume', id, '--home', home)).code).toBe(0);
    expect((await allRecords(dir)).find(({ kind }) => kind === 'journal.recovered')).toMatchObject({ cutBytes: 13 });
  });

  test('is resumed after another kill, and ended by Ctrl-C as any run', async () => {
    const home = newHome();
    const { id, dir } = await lost(home);
    const before = (await allRecords(dir)).length;
    const again = begin('resume', id, '--headless', '--home', home);
    await firstRecord(dir, ({ kind, seq }) => kind === 'stream.delta' && seq > before);
    again.proc.kill('SIGINT');
    const ended = await again.ended;
    expect(ended.code).toBe(130);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
    expect((await allRecords(dir)).some(({ kind }) => kind === 'run.ended')).toBe(true);
  });

  test('goes to one of three that resume it at once; the others say that it is taken', async () => {
    const home = newHome();
    const { id } = await lost(home, '--pace', '3');
    const three = await Promise.all([1, 2, 3].map(() => turingos('resume', id, '--headless', '--home', home)));
    const [won, ...others] = three.sort((a, b) => Number(a.code) - Number(b.code));
    expect(won).toMatchObject({ code: 0, stderr: '' });
    for (const { code, stderr } of others) {
      expect(code).toBe(75);
      expect(stderr).toMatch(
        /^turingos: (run .* is alive|The journal is being written|the run in .* is being started)/,
      );
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  }, 60_000);

  test('that was copied to another home listens there, not in the place of the one it was copied from', async () => {
    const home = newHome();
    const { id, dir } = await lost(home, '--pace', '3');
    const other = newHome();
    cpSync(dir, runDir(other, id), { recursive: true, filter: (path) => !path.endsWith('.sock') });
    expect((await turingos('resume', id, '--headless', '--home', other)).code).toBe(0);
    expect(existsSync(join(dir, 'control.sock'))).toBe(true);
    expect(readManifest(runDir(other, id))?.socket).toBe(join(runDir(other, id), 'control.sock'));
  }, 60_000);

  test('needs no task file any more', async () => {
    const home = newHome();
    const place = scratch();
    const task = join(place, 'task.yaml');
    writeFileSync(
      task,
      [
        'name: count',
        'goal: Write the line "hello, world" into ANSWER.txt.',
        'capabilities: [{rights: rw, target: ANSWER.txt}]',
        'evidence: [ANSWER.txt]',
        'grader: {file: ANSWER.txt, equals: "hello, world"}',
      ].join('\n'),
    );
    const run = begin('run', task, '--headless', '--profile', 'sim', '--pace', '60', '--home', home);
    while (runIds(home).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const id = runIds(home)[0] as string;
    const dir = runDir(home, id);
    await firstRecord(dir, ({ kind }) => kind === 'stream.delta');
    process.kill(lockHolder(dir)?.pid as number, 'SIGKILL');
    await run.ended;
    rmSync(place, { recursive: true });
    expect(await turingos('resume', id, '--home', home)).toMatchObject({ code: 0, stderr: '' });
    // What judges it lies in no file that a brain is shown.
    expect(readFileSync(join(dir, 'grader.json'), 'utf8')).toContain('hello, world');
  });
});

describe('refusals are one sentence', () => {
  test('a run that is alive, by its pid', async () => {
    const home = newHome();
    const { id, pid } = await slowRun(home);
    const { code, stderr } = await turingos('resume', id, '--home', home);
    expect(stderr).toContain(`run ${id} is alive, as process ${pid}`);
    expect(code).toBe(75);
    await turingos('kill', id, '--home', home);
    const ended = await turingos('resume', id, '--home', home);
    expect(ended.stderr).toMatch(/has ended \(killed at t\d+: cli: turingos kill\).*`turingos fork .* --at TICK`/);
    expect(ended.code).toBe(75);
  });

  test('a run whose journal is broken in the middle: nothing is changed', async () => {
    const home = newHome();
    const { id, dir } = await lost(home);
    const lines = readFileSync(segment(dir), 'utf8').split('\n');
    lines[3] = (lines[3] ?? '').replace('"event"', '"evenT"');
    writeFileSync(segment(dir), lines.join('\n'));
    const { code, stderr } = await turingos('resume', id, '--home', home);
    expect(stderr).toMatch(/^turingos: Journal segment .* is broken at record 4, byte \d+/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(3);
    expect(readFileSync(segment(dir), 'utf8')).toBe(lines.join('\n'));
    expect(readdirSync(dir)).not.toContain('launch.json');
  });

  test('one that lost what judges it; one that is unknown', async () => {
    const home = newHome();
    const { id, dir } = await lost(home);
    rmSync(join(dir, 'grader.json'));
    const { code, stderr } = await turingos('resume', id, '--home', home);
    expect(stderr).toMatch(/no readable grader\.json .* nothing could judge it/);
    expect(code).toBe(69);
    expect(await turingos('resume', 'ffff', '--home', home)).toMatchObject({ code: 66 });
  });

  test('one that has the run.json of another run, which would bring the wrong brains', async () => {
    const home = newHome();
    const { id, dir } = await lost(home);
    const path = join(dir, 'run.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...manifest, id: '00c0ffee' }));
    const { code, stderr } = await turingos('resume', id, '--home', home);
    expect(stderr).toContain(`is that of run 00c0ffee, not of ${id}`);
    expect(code).toBe(65);
  });
});
