/** `turingos run` and its kin on a task whose world is a workspace, from the command line to the end. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requires } from '../helpers/requires.ts';
import { allRecords } from '../runtime/rig.ts';
import { lastJson, newHome, turingos } from './harness.ts';
import { scripted, taskFile } from './workspace-rig.ts';

const bubblewrap = requires('bubblewrap');

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
  }, 60_000);
});
