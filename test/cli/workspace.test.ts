/** `turingos run` and its kin on a task whose world is a workspace, from the command line to the end. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openRunDir } from '../../src/open-run.ts';
import { lockHolder } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { tickView } from '../../src/store/tick-view.ts';
import { requires } from '../helpers/requires.ts';
import { allRecords, scratch } from '../runtime/rig.ts';
import { begin, firstRecord, lastJson, newHome, turingos } from './harness.ts';
import { scripted, taskFile } from './workspace-rig.ts';

const bubblewrap = requires('bubblewrap');
afterEach(() => void vi.unstubAllEnvs());

const SECRET = 'forty-two';
const TASK = {
  files: { 'src/sum.sh': 'echo $(($1 + $2))\n' },
  capabilities: [{ rights: 'rw', target: './' }],
  commands: [{ name: 'sum', argv: ['sh', 'src/sum.sh'], more: true }],
  evidence: ['ANSWER.txt'],
  grader: {
    command: ['sh', 'hidden/judge.sh'],
    files: { 'hidden/judge.sh': `echo ${SECRET}\ntest "$(cat ANSWER.txt)" = 42 || exit 3\n` },
    words: { 3: 'The sum is not right.' },
  },
};

const write = (content: string) => ({ op: 'SYS_WRITE', cap: './', path: 'ANSWER.txt', mode: 'replace', content });

const run = async (task: string, config: string, ...more: string[]) => {
  const home = newHome();
  const args = ['--profile', 'mine', '--config', config, '--json', '--home', home, ...more];
  return { home, ended: await turingos('run', task, ...args) };
};

describe('a task in a workspace', () => {
  test('is written to, executes in the sandbox, reads its log, is rejected by a command and then passes', async ({
    skip,
  }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const { config, frames } = await scripted(
      write('41\n'),
      { op: 'SYS_HALT' },
      { op: 'SYS_EXEC', cap: 'sum', args: ['40', '2'] },
      write('42\n'),
      { op: 'SYS_GIT_LOG', cap: './' },
      { op: 'SYS_HALT' },
    );
    const { home, ended } = await run(taskFile(TASK), config);
    const { outcome, dir, id } = lastJson(ended) as { outcome: string; dir: string; id: string };
    expect([ended.stderr, outcome, ended.code]).toEqual(['', 'passed', 0]);
    const records = await allRecords(dir);
    expect(records[0]).toMatchObject({ kind: 'run.started', world: { kind: 'workspace', files: {} } });
    expect(records[0]?.world).not.toHaveProperty('sandbox');
    expect(records.find(({ kind }) => kind === 'trap.raised')).toMatchObject({
      code: 'ILLEGAL_HALT',
      evidence: 'The sum is not right.',
    });
    const outputs = records
      .filter(({ kind }) => kind === 'op.done')
      .map(({ output }) => (output as { text: string } | null)?.text);
    expect(outputs).toEqual([
      undefined,
      '42\n',
      undefined,
      expect.stringMatching(/^[0-9a-f]{8} 2 SYS_WRITE ANSWER.txt\n/),
    ]);
    expect(readFileSync(join(dir, 'workspace', 'ANSWER.txt'), 'utf8')).toBe('42\n');
    expect(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')).workspace).toEqual({ sandbox: 'auto' });
    // What the grader knows is with the operator, and with nobody else.
    expect(frames.join('\n')).not.toContain(SECRET);
    expect(readFileSync(join(dir, 'journal', '000001.ndjson'), 'utf8')).not.toContain('hidden/judge.sh');
    expect(readFileSync(join(dir, 'grader.log'), 'utf8')).toContain(SECRET);
    expect(statSync(join(dir, 'grader.json')).mode & 0o777).toBe(0o600);
    expect(existsSync(join(dir, 'grading'))).toBe(false);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
    const source = await openRunDir(dir, id, () => false);
    const changed = async (tick: number) => (await tickView(source, tick))?.world;
    expect(await changed(1)).toMatchObject({ what: 'ANSWER.txt created, +1 -0', note: '' });
    expect((await changed(4))?.lines).toEqual([
      { sign: '-', text: '41' },
      { sign: '+', text: '42' },
    ]);
    await source.close();
  }, 60_000);

  test('begins with the files of a repository, and the task files on top', async ({ skip }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const project = scratch();
    writeFileSync(join(project, 'sum.sh'), 'echo of the repository\n');
    writeFileSync(join(project, 'README'), 'of the repository\n');
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', project, '-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args])
        .toString()
        .trim();
    git('init', '-q');
    git('add', '-A');
    git('commit', '-q', '-m', 'x');
    const { config } = await scripted({ op: 'SYS_EXEC', cap: 'sum', args: [] }, { op: 'SYS_HALT' });
    const task = taskFile({
      ...TASK,
      files: { 'sum.sh': 'cat README; echo of the task\n' },
      commands: [{ name: 'sum', argv: ['sh', 'sum.sh'] }],
      evidence: [],
      grader: { command: ['grep', '-q', 'repository', 'README'] },
    });
    const { ended } = await run(task, config, '--repo', `${project}@HEAD`);
    const { outcome, dir } = lastJson(ended) as { outcome: string; dir: string };
    expect([ended.stderr, outcome]).toEqual(['', 'passed']);
    const output = (await allRecords(dir)).find(({ kind }) => kind === 'op.done')?.output as { text: string };
    expect(output.text).toBe('of the repository\nof the task\n');
    const { workspace } = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
    expect(workspace.repo).toEqual({ path: project, commit: git('rev-parse', 'HEAD') });
  }, 60_000);
});

/** A command that leaves something half done, and ends when somebody lets it. */
const WAITS = {
  ...TASK,
  files: {
    'wait.sh': 'echo "$1" >> "$1"; echo half > half; until [ -e go ]; do sleep 0.02; done; rm half go; echo done\n',
  },
  commands: [{ name: 'wait', argv: ['sh', 'wait.sh'], more: true }],
  grader: { command: ['test', '-e', 'ANSWER.txt'] },
};

/** Its kernel is killed while the command runs. */
const lost = async (config: string, ...more: string[]) => {
  const home = newHome();
  const args = ['--profile', 'mine', '--config', config, '--headless', '--home', home, ...more];
  const { ended } = begin('run', taskFile(WAITS), ...args);
  await vi.waitUntil(() => runIds(home).length > 0, { timeout: 30_000, interval: 5 });
  const id = runIds(home)[0] as string;
  const dir = runDir(home, id);
  const half = join(dir, 'workspace', 'half');
  await vi.waitUntil(() => existsSync(half), { timeout: 30_000, interval: 5 });
  process.kill(lockHolder(dir)?.pid as number, 'SIGKILL');
  await ended;
  expect(existsSync(half)).toBe(true);
  return { home, id, dir, half };
};

const ofKind = async (dir: string, kind: string) => (await allRecords(dir)).filter((record) => record.kind === kind);

describe('a kernel that is killed while a command runs', () => {
  test('is resumed: the world is put back, and the command is performed again', async ({ skip }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const { config } = await scripted({ op: 'SYS_EXEC', cap: 'wait', args: ['runs'] }, write('x\n'), {
      op: 'SYS_HALT',
    });
    const { home, id, dir, half } = await lost(config);
    const resumed = begin('resume', id, '--json', '--home', home);
    // Put back by then.
    await firstRecord(dir, ({ kind }) => kind === 'run.resumed');
    await vi.waitUntil(() => existsSync(half), { timeout: 30_000, interval: 5 });
    writeFileSync(join(dir, 'workspace', 'go'), '');
    expect(lastJson(await resumed.ended)).toMatchObject({ outcome: 'passed' });
    expect(readFileSync(join(dir, 'workspace', 'runs'), 'utf8')).toBe('runs\n');
    expect((await ofKind(dir, 'op.done'))[0]).toMatchObject({ exit: 0, output: { text: 'done\n' } });
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  }, 90_000);

  test('without a sandbox: the command is lost, and never run again', async () => {
    const outside = join(scratch(), 'runs');
    const { config } = await scripted({ op: 'SYS_EXEC', cap: 'wait', args: [outside] }, write('x\n'), {
      op: 'SYS_HALT',
    });
    const { home, id, dir, half } = await lost(config, '--sandbox', 'none');
    expect((await turingos('ps', '--all', '--home', home)).stdout).toMatch(/ GONE +task \(no sandbox\) /);
    const resumed = await turingos('resume', id, '--json', '--home', home);
    expect(lastJson(resumed)).toMatchObject({ outcome: 'passed' });
    expect(readFileSync(outside, 'utf8')).toBe(`${outside}\n`);
    expect(existsSync(half)).toBe(false);
    expect(await ofKind(dir, 'op.failed')).toMatchObject([{ errno: 'lost_in_crash' }]);
    expect(await ofKind(dir, 'trap.raised')).toMatchObject([{ code: 'IO_FAULT' }]);
    expect((await ofKind(dir, 'run.started'))[0]).toMatchObject({ world: { sandbox: 'none' } });
    expect(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')).workspace).toEqual({ sandbox: 'none' });
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  }, 90_000);
});

describe('a fork of a run in a workspace', () => {
  test('begins with the files of that tick, is judged by the same command, and needs its origin no more', async ({
    skip,
  }) => {
    skip(bubblewrap !== undefined, bubblewrap);
    const { config } = await scripted(
      { ...write('first\n'), path: 'notes' },
      { op: 'SYS_EXEC', cap: 'sum', args: ['1', '2'] },
      write('42\n'),
      { op: 'SYS_HALT' },
    );
    const { home, ended } = await run(taskFile(TASK), config);
    const origin = lastJson(ended) as { id: string; dir: string; worldHash: string };
    expect(origin).toMatchObject({ outcome: 'passed' });
    const forked = await turingos('fork', origin.id, '--at', 't3', '--json', '--home', home);
    const fork = lastJson(forked) as { id: string; dir: string };
    // It only halts, which the evidence does not let it.
    expect([forked.stderr, fork]).toMatchObject(['', { outcome: 'dead' }]);
    expect(readdirSync(join(fork.dir, 'workspace')).sort()).toEqual(['notes', 'src']);
    expect((await ofKind(fork.dir, 'run.forked'))[0]).toMatchObject({
      world: { kind: 'workspace', files: {} },
      overridden: [],
    });
    rmSync(origin.dir, { recursive: true });
    const again = await turingos('fork', fork.id, '--at', 't4', '--sandbox', 'none', '--json', '--home', home);
    const last = lastJson(again) as { id: string; dir: string };
    expect((await ofKind(last.dir, 'run.forked'))[0]).toMatchObject({
      overridden: ['sandbox'],
      world: { sandbox: 'none' },
    });
    // What a journal tells needs no files.
    for (const name of ['workspace', 'shadow.git']) rmSync(join(fork.dir, name), { recursive: true });
    expect((await turingos('verify', fork.id, '--home', home)).code).toBe(0);
    expect((await turingos('replay', fork.id, '--plain', '--home', home)).stdout).toContain('ended DEAD');
    expect(await turingos('diff', fork.id, last.id, '--home', home)).toMatchObject({ stderr: '' });
    const lostFork = await turingos('fork', fork.id, '--at', 't4', '--home', home);
    expect(lostFork.code).toBe(3);
    expect(lostFork.stderr).toMatch(/cannot be put back: there is no shadow repository at /);
  }, 120_000);
});

describe('where there is no sandbox', () => {
  const bare = (): void => void vi.stubEnv('PATH', scratch());

  test('a task with commands does not start, in one sentence, and leaves no run', async () => {
    const { config } = await scripted({ op: 'SYS_HALT' });
    bare();
    const { home, ended } = await run(taskFile(TASK), config);
    expect(ended.code).toBe(69);
    expect(ended.stderr).toMatch(
      /^turingos: Commands cannot be fenced here: bwrap is not in PATH; install the package bubblewrap, or choose --sandbox none, .*[^.]\n$/,
    );
    expect(runIds(home)).toEqual([]);
  });

  test('one that has none runs', async () => {
    const { config } = await scripted(write('42\n'), { op: 'SYS_HALT' });
    bare();
    const { ended } = await run(
      taskFile({ ...TASK, commands: [], grader: { file: 'ANSWER.txt', equals: '42' } }),
      config,
    );
    expect(lastJson(ended)).toMatchObject({ outcome: 'passed' });
  });

  test('--sandbox is no word for a task in memory', async () => {
    const ended = await turingos('run', 'hello', '--sandbox', 'none', '--home', newHome());
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/hello is a task in memory, which starts no programs/),
    });
  });
});
