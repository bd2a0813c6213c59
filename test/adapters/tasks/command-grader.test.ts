/** A command that judges a copy of the workspace, in the sandbox: what the judged code may try, and what a brain hears of it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../../src/adapters/sandbox/sandbox.ts';
import { graderOf, keepJudge } from '../../../src/adapters/tasks/index.ts';
import type { CommandJudge } from '../../../src/adapters/tasks/task-schema.ts';
import { requires } from '../../helpers/requires.ts';
import { perform, sh, workspace } from '../worlds/worlds.ts';

const bubblewrap = requires('bubblewrap');
const SECRET = 'what-is-expected';
const JUDGE = 'hidden/judge.sh';

let sandbox: Sandbox;
beforeAll(async () => {
  if (bubblewrap === undefined) sandbox = await openSandbox('auto');
});

/** @param script what the brain's command does first. @param judge its command reads `SECRET` out of its own file */
const judged = async (script: string, judge: Partial<CommandJudge> = {}, signal = new AbortController().signal) => {
  const world = await workspace({ 'code.sh': 'exit 0\n' }, sandbox);
  const done = await perform(world, sh(script));
  expect(done).toMatchObject({ ok: true, exit: 0 });
  const before = await world.hash();
  const { run: runDir } = world.place;
  const command: CommandJudge = {
    command: ['sh', JUDGE],
    files: { [JUDGE]: `# ${SECRET}\nsh ./code.sh\n` },
    timeoutMs: 20_000,
    words: {},
    ...judge,
  };
  keepJudge(runDir, { command });
  const verdict = await graderOf({ command }, { world, sandbox, runDir })(new Map(), undefined, signal);
  // Whatever it did, it did to the copy.
  expect(await world.hash()).toBe(before);
  expect(existsSync(join(runDir, 'grading'))).toBe(false);
  expect(verdict.words).not.toContain(SECRET);
  return { verdict, world, runDir };
};

describe.skipIf(bubblewrap !== undefined)('a command as the grader', () => {
  test('passes where it exits with 0, whatever it prints', async () => {
    const { verdict } = await judged(`echo 'echo ${SECRET}; exit 0' > code.sh`);
    expect(verdict).toEqual({ verdict: 'pass', words: 'ok' });
  });

  test('says one sentence for each other status, and nothing of what it prints', async () => {
    const script = `echo 'cat ${JUDGE}; exit 3' > code.sh`;
    const { verdict, runDir } = await judged(script);
    expect(verdict).toEqual({ verdict: 'fail', words: "the grader's command failed with exit 3" });
    // The operator may know.
    expect(readFileSync(join(runDir, 'grader.log'), 'utf8')).toMatch(/^--- \S+ exit 3\n# what-is-expected\n/);
    expect((await judged(script, { words: { 3: 'Not yet.' } })).verdict).toEqual({
      verdict: 'fail',
      words: 'Not yet.',
    });
  });

  test.each([
    ['a file of its name', `mkdir hidden && echo 'exit 0' > ${JUDGE}`],
    ['a link of its name to another place', `mkdir hidden && ln -s ../code.sh ${JUDGE}`],
    ['a link in place of its directory', 'mkdir elsewhere && ln -s elsewhere hidden'],
    ['a link out of the workspace', 'ln -s /tmp hidden'],
    ['a file in place of its directory', 'echo > hidden'],
    ['a directory in its place, locked, with something in it', `mkdir -p ${JUDGE}/x && chmod 000 ${JUDGE}`],
    ['its directory, locked', 'mkdir hidden && chmod 000 hidden'],
  ])('its own files are what is judged by, over %s', async (_, script) => {
    const { verdict } = await judged(`${script}; echo 'exit 7' > code.sh`);
    expect(verdict.words).toBe("the grader's command failed with exit 7");
  });

  test.each([
    [
      'that does not end',
      'while :; do :; done',
      { timeoutMs: 300 },
      /^the grader's command did not end within 300 ms$/,
    ],
    [
      'that takes memory for ever',
      'exec tail /dev/zero',
      {},
      /^the grader's command was killed: more than \d+ bytes of memory$/,
    ],
    ['that leaves a daemon', '(setsid sh -c "sleep 1000" &) ; exit 5', {}, /exit 5$/],
    [
      'that digs deeper than any path',
      `exec node -e 'for (let i = 0; i < 900; i++) { fs.mkdirSync("deeper"); process.chdir("deeper"); } process.exit(4)'`,
      {},
      /exit 4$/,
    ],
    ['that locks what it leaves', 'mkdir x x/y; chmod 000 x; exit 6', {}, /exit 6$/],
    [
      'that looks for the run',
      'ls /proc/*/cwd/../grader.json ../grader.json ../shadow.git && exit 0; exit 8',
      {},
      /exit 8$/,
    ],
  ])('code %s is at fault, not the grader', async (_, code, judge, words) => {
    const { verdict } = await judged(`cat > code.sh <<'END'\n${code}\nEND`, judge);
    expect([verdict.verdict, verdict.words]).toEqual(['fail', expect.stringMatching(words)]);
  });

  test('one that cannot be run is an error, which no brain is blamed for', async () => {
    const { verdict } = await judged('true', { command: ['no-such-program'] });
    expect(verdict).toMatchObject({ verdict: 'error', words: expect.stringContaining('no such program') });
  });

  test('one that is called off ends', async () => {
    const stop = new AbortController();
    const world = await workspace({}, sandbox);
    const { run: runDir } = world.place;
    const command: CommandJudge = {
      command: ['sh', 'wait.sh'],
      files: { 'wait.sh': 'echo > up; sleep 1000' },
      timeoutMs: 600_000,
      words: {},
    };
    const grading = graderOf({ command }, { world, sandbox, runDir })(new Map(), undefined, stop.signal);
    while (!existsSync(join(runDir, 'grading/up'))) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect((await grading).verdict).toBe('error');
    expect(existsSync(join(runDir, 'grading'))).toBe(false);
  });

  test('takes away what a lost kernel has left of a grading, and its commands never saw it', async () => {
    const { world, runDir } = await judged('true');
    const left = await world.copyTo(join(runDir, 'grading'), []);
    writeFileSync(join(runDir, 'grading', 'judge.sh'), SECRET);
    const looked = await perform(
      world,
      sh(`grep -rl ${SECRET} /workspace /tmp /etc /opt /run /home /root /var 2>/dev/null; ls / ..; true`),
    );
    expect(looked).toMatchObject({ ok: true, output: expect.not.stringMatching(/grad|judge|shadow/) });
    const command: CommandJudge = {
      command: ['sh', '-c', 'test ! -e judge.sh'],
      files: {},
      timeoutMs: 20_000,
      words: {},
    };
    const { signal } = new AbortController();
    expect((await graderOf({ command }, { world, sandbox, runDir })(new Map(), undefined, signal)).verdict).toBe(
      'pass',
    );
    left();
  });
});
