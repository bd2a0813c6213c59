/** The examples' graders, which are programs, run as they are on a directory that somebody has worked in. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkTask } from '../../src/adapters/tasks/index.ts';
import { scratch } from '../runtime/rig.ts';
import { made, OPS_BLINDBOX, REPO_ISSUE } from './example-run.ts';

/** @returns the words that a brain would hear; `ok` for a pass */
const judged = (example: string, dir: string): string => {
  cpSync(`${example}/grader`, dir, { recursive: true });
  const { status } = spawnSync(process.execPath, ['.judge/judge.js'], { cwd: dir });
  const { judge } = checkTask(`${example}/task.yaml`);
  if (!('command' in judge)) throw new Error('the example is judged by a command');
  return status === 0 ? 'ok' : (judge.command.words[String(status)] ?? `exit ${status}`);
};

const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8')));
const sections = (...names: string[]): string =>
  names.map((name) => `## ${name}\nSomething of substance.\n\n`).join('');

describe('repo-issue', () => {
  const SOURCE = 'src/retry-after.js';
  const draft = sections('Summary', 'Cause', 'Fix', 'Tests');
  const body = (lines: string) => (text: string) => text.replace(/ {2}const seconds[\s\S]*\};\n$/, `${lines}\n};\n`);
  const right = body(
    'if (/^\\d+$/.test(text)) return Number(text) * 1000;\nconst date = Date.parse(text);\nreturn Number.isNaN(date) ? null : Math.max(0, date - now);',
  );
  /** Works in a copy: a right correction and a whole draft, then `change`. */
  const after = (change: (dir: string) => void): string => {
    const dir = scratch();
    cpSync(`${REPO_ISSUE}/repo`, dir, { recursive: true });
    edit(join(dir, SOURCE), right);
    writeFileSync(join(dir, 'PR.md'), draft);
    change(dir);
    return judged(REPO_ISSUE, dir);
  };
  const source = (change: (text: string) => string) => (dir: string) => edit(join(dir, SOURCE), change);

  test.each<[string, (dir: string) => void, string]>([
    ['a right correction with its draft', () => {}, 'ok'],
    ['a test of one’s own beside', (dir) => cpSync(join(dir, 'test/delay.test.js'), join(dir, 'test/x.test.js')), 'ok'],
    ['no draft', (dir) => rmSync(join(dir, 'PR.md')), 'PR.md is not there.'],
    [
      'a draft without a section',
      (dir) => writeFileSync(join(dir, 'PR.md'), sections('Summary', 'Fix', 'Tests')),
      'PR.md lacks one of its sections, or says nothing in it.',
    ],
    [
      'a section without words',
      (dir) => writeFileSync(join(dir, 'PR.md'), draft.replace(/(## Cause\n).*/, '$1-')),
      'PR.md lacks one of its sections, or says nothing in it.',
    ],
    [
      'an edited test',
      (dir) => edit(join(dir, 'test/retry-after.test.js'), (text) => text.replace('30_000);\n});', '0);\n});')),
      'A test that was there from the beginning was changed or is gone.',
    ],
    [
      'a deleted test',
      (dir) => rmSync(join(dir, 'test/retry-after.test.js')),
      'A test that was there from the beginning was changed or is gone.',
    ],
    [
      'no correction',
      (dir) => cpSync(`${REPO_ISSUE}/repo/${SOURCE}`, join(dir, SOURCE)),
      'The tests in test/ do not all pass.',
    ],
    [
      'code that ends the process',
      source((text) => `process.exit(0);\n${text}`),
      'The tests in test/ do not all pass.',
    ],
    [
      'code that says how many passed, and ends the process',
      source((text) => `console.log('# pass 99\\n# tests 99'); process.exit(0);\n${text}`),
      'The tests in test/ do not all pass.',
    ],
    [
      'the answer of the test written out',
      source((text) => text.replace(/return Number.isNaN[^\n]*/, "return text.startsWith('Wed') ? 30_000 : null;")),
      'The tests in test/ pass, but the code does not do all that the README says.',
    ],
    [
      'a date that has passed is negative',
      source((text) => text.replace('Math.max(0, date - now)', 'date - now')),
      'The tests in test/ pass, but the code does not do all that the README says.',
    ],
  ])('%s', (_, change, words) => {
    expect(after(change)).toBe(words);
  });

  test('of another package it has the tests that are there, and no more', () => {
    const renamed = (change: (text: string) => string) =>
      after((dir) => {
        edit(join(dir, 'package.json'), (text) => text.replace('retry-delay', 'other'));
        edit(join(dir, SOURCE), change);
      });
    expect(renamed((text) => text)).toBe('ok');
    expect(renamed((text) => text.replace('null :', '7 :'))).toBe('ok');
    expect(renamed((text) => text.replace('date - now', '1'))).toBe('The tests in test/ do not all pass.');
  });

  test('what it takes for the tests as they were is what they are', () => {
    const visible = `${REPO_ISSUE}/grader/.judge/retry-delay/visible`;
    expect(readdirSync(visible)).toEqual(readdirSync(`${REPO_ISSUE}/repo/test`));
    for (const name of readdirSync(visible)) {
      expect(readFileSync(join(visible, name), 'utf8')).toBe(readFileSync(`${REPO_ISSUE}/repo/test/${name}`, 'utf8'));
    }
  });
});

describe('ops-blindbox', () => {
  /** A box that is whole again, with its report, then `change`. */
  const after = (change: (dir: string) => void): string => {
    const dir = scratch();
    cpSync(`${OPS_BLINDBOX}/box`, dir, { recursive: true });
    chmodSync(join(dir, 'bin/app'), 0o755);
    writeFileSync(join(dir, 'REPORT.md'), sections('Symptom', 'Cause', 'Recovery'));
    change(dir);
    return judged(OPS_BLINDBOX, dir);
  };
  const tickets = (change: (text: string) => string) => (dir: string) => edit(join(dir, 'var/tickets.ndjson'), change);

  test.each<[string, (dir: string) => void, string]>([
    ['a box that is whole again, with its report', () => {}, 'ok'],
    ['no report', (dir) => rmSync(join(dir, 'REPORT.md')), 'REPORT.md is not there.'],
    [
      'a report without a section',
      (dir) => writeFileSync(join(dir, 'REPORT.md'), sections('Symptom', 'Cause')),
      'REPORT.md lacks one of its sections, or says nothing in it.',
    ],
    [
      'a service that skips what it cannot read',
      (dir) => edit(join(dir, 'bin/app'), (text) => text.replace("filter((line) => line !== '')", 'slice(0, 3)')),
      'A program of the service was changed.',
    ],
    ['a program that may not run', (dir) => chmodSync(join(dir, 'bin/app'), 0o644), 'The service does not start.'],
    ['a stale pid', (dir) => writeFileSync(join(dir, 'run/app.pid'), '4711\n'), 'The service does not start.'],
    ['a line cut short', tickets((text) => `${text}{"id":4,`), 'The service does not start.'],
    [
      'another socket',
      (dir) => edit(join(dir, 'etc/app.json'), (text) => text.replace('app.sock', 'desk.sock')),
      'The service does not answer where its clients ask.',
    ],
    ['no tickets', tickets(() => ''), 'The service answers, but tickets are lost or wrong.'],
    [
      'a ticket made up',
      tickets((text) => text.replace('hot water', 'water')),
      'The service answers, but tickets are lost or wrong.',
    ],
  ])('%s', (_, change, words) => {
    expect(after(change)).toBe(words);
  });

  test('what it takes for the programs as they were is what they are', () => {
    const known = `${OPS_BLINDBOX}/grader/.judge/tickets`;
    for (const name of readdirSync(known)) {
      expect(readFileSync(join(known, name), 'utf8')).toBe(readFileSync(`${OPS_BLINDBOX}/box/bin/${name}`, 'utf8'));
    }
  });
});

test('no rule of .gitignore holds back a file of an example', () => {
  const { status, stdout } = spawnSync('git', ['ls-files', '--others', '--ignored', '--exclude-standard', 'examples']);
  expect(status).toBe(0);
  expect(stdout.toString()).toBe('');
});

test('the repositories of the examples are the same commits wherever they are made', () => {
  const commit = (script: string, ...args: string[]): string => {
    const [dir, id] = made(script, ...args, join(scratch(), 'repo')).split('@');
    expect(dir).toContain('repo');
    return id as string;
  };
  const boxes = ['killed', 'permission', 'socket'].map((kind) => commit(`${OPS_BLINDBOX}/make-box.sh`, kind));
  expect(new Set(boxes).size).toBe(3);
  expect(['killed', 'permission', 'socket'].map((kind) => commit(`${OPS_BLINDBOX}/make-box.sh`, kind))).toEqual(boxes);
  expect(commit(`${REPO_ISSUE}/make-repo.sh`)).toBe(commit(`${REPO_ISSUE}/make-repo.sh`));
});
