import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { scratch } from '../runtime/rig.ts';
import { newHome, turingos } from './harness.ts';

describe('bad input gets one sentence and an exit code of its own', () => {
  test.each([
    ['an unknown verb', ['rnu'], 2, /rnu.*Did you mean run\?/],
    ['no task', ['run'], 2, /missing required argument 'task'/],
    ['a seed that is none', ['run', 'hello', '--seed', '-1'], 2, /--seed.*whole number/],
    ['a pace that is none', ['run', 'hello', '--pace', 'fast'], 2, /--pace.*max/],
    ['an unknown profile', ['run', 'hello', '--profile', 'huge'], 2, /--profile.*demo, tiny, early, sim/],
    ['an unknown fault', ['inject', '@last', 'meteor'], 2, /meteor.*brain\.cut/],
    ['an unknown task', ['run', 'nope'], 66, /no task "nope"/],
    ['a task file that is not there', ['task', 'check', 'none.yaml'], 66, /none\.yaml/],
    ['a policy file that is not there', ['run', 'hello', '--policy', 'none.yaml'], 66, /no policy file none\.yaml/],
    ['a newline in a name', ['verify', 'a\nb'], 66, /^turingos: "a b" is neither a file here nor a run/],
    ['an empty id of an order', ['tell', '@last', 'P1', 'hi', '--id', ''], 2, /Give 1 to 64 characters/],
    ['a range backwards', ['journal', 'cat', 'abc', '--from', '10', '--to', '3'], 2, /--from lies behind --to/],
    ['an unknown run without a terminal', ['replay', 'abc'], 66, /"abc" is neither a file here nor a run/],
    ['an unknown run', ['verify', 'abc'], 66, /"abc" is neither a file here nor a run/],
    ['no run at all', ['kill', '@last'], 66, /no run under .* yet/],
    ['a handle for a fault that takes none', ['inject', '@last', 'brain.cut', '--handle', 'h1'], 2, /--handle/],
    [
      'a reason without quotes',
      ['tell', '@last', 'P1', 'hi', '--reason', 'two', 'words'],
      2,
      /`words` is left over behind --reason/,
    ],
    ['no text', ['tell', '@last', 'P1'], 2, /tell needs a process and a text: .*; see `turingos tell --help`/],
    ['no field', ['set', '@last'], 2, /there are pause-on, thrash\.same, .*; see `turingos set --help`/],
    ['no process', ['pardon', '@last'], 2, /pardon needs one process: .*; see `turingos pardon --help`/],
    ['no plan', ['chaos', 'sweep'], 2, /--plan.*; see `turingos chaos sweep --help`/],
    ['an order without its run', ['tell', 'P1', 'hello'], 2, /`P1` is no run, .*`turingos tell @last P1 hello`/],
    ['attach without a terminal', ['attach', '00c0ffee'], 66, /00c0ffee/],
  ] as const)('%s', async (_, args, code, words) => {
    const { stdout, stderr, ...ended } = await turingos(...args, '--home', newHome());
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(ended.code).toBe(code);
  });

  test.each([
    ['a home that is a file', (path: string) => writeFileSync(path, ''), ['ps'], /cannot be read \(ENOTDIR\)/],
    ['a home where nothing can be made', () => {}, ['run', 'hello', '--headless'], /cannot make a run under \/proc\/x/],
  ] as const)('%s', async (_, prepare, args, words) => {
    const path = args[0] === 'ps' ? join(scratch(), 'file') : '/proc/x';
    prepare(path);
    const { code, stdout, stderr } = await turingos(...args, '--home', path);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(words);
  });

  test('a prefix of several runs names them', async () => {
    const home = newHome();
    for (const id of ['aa000001', 'aa000002', 'ab000003']) mkdirSync(join(home, 'runs', id), { recursive: true });
    const { code, stderr } = await turingos('verify', 'aa', '--home', home);
    expect(stderr).toBe('turingos: run "aa" is ambiguous: it could be aa000001, aa000002\n');
    expect(code).toBe(66);
  });

  test.each([
    ['traps: {WATCHDOG: {phase: loop, same: none}}', /traps\.WATCHDOG\.same: .*number/],
    ['panicBudgets: 1', /panicBudgets: there is no such field/],
    ['[1, 2]', /holds no fields/],
    ['a: [', /policy\.yaml:1: not YAML/],
  ])('a policy that says %j', async (text, words) => {
    const path = join(scratch(), 'policy.yaml');
    writeFileSync(path, text);
    const { code, stderr } = await turingos('run', 'hello', '--policy', path, '--home', newHome());
    expect(stderr).toMatch(words);
    expect(code).toBe(65);
  });
});

test('help names every verb, and not the hidden one', async () => {
  const { code, stdout } = await turingos('--help');
  expect(code).toBe(0);
  for (const verb of [
    'run',
    'demo',
    'runs',
    'task',
    'ps',
    'attach',
    'kill',
    'pause',
    'unpause',
    'step',
    'inject',
    'verify',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
  }
  expect(stdout).not.toMatch(/^ {2}kernel /m);
});

test('alone and without a terminal it prints its help', async () => {
  expect(await turingos()).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: turingos') });
});

test('a `>=` that no quotes kept from the shell', async () => {
  const file = openSync(join(scratch(), '=3'), 'w');
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const proc = spawn(process.execPath, [main, 'run', 'hello', '--pause-on', 'thrash,denied', '--home', newHome()], {
    stdio: ['ignore', file, 'pipe'],
  });
  closeSync(file);
  let told = '';
  proc.stderr?.on('data', (text) => {
    told += text;
  });
  const code = await new Promise((resolve) => proc.on('close', resolve));
  expect(told).toMatch(/the shell took `>=3` for a redirect.*: write thrash,denied=3, or quote it/);
  expect(code).toBe(2);
});
