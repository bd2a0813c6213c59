import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTask, graderOf, loadTask, TaskError } from '../../../src/adapters/tasks/index.ts';
import { TaskSpec } from '../../../src/kernel/task.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'task-file-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const put = (path: string, text: string | Uint8Array): string => {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
};

const GOOD = `goal: Do it.
capabilities: [{rights: rw, target: out/}]
grader: {file: out/A.txt, equals: secret}
`;

const problem = (text: string): { reason: string; message: string } => {
  const path = put('task.yaml', text);
  try {
    checkTask(path);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return { reason: error.reason, message: error.message.replaceAll(`${home}/`, '') };
  }
  throw new Error('nothing is wrong with it');
};

describe('a right task file', () => {
  it('may say everything', async () => {
    put('notes/deep/a.txt', 'é\n');
    const path = put(
      'task.yaml',
      `name: everything
goal: |
  Do it.
files: {x.txt: "1\\n"}
dir: notes
capabilities: [{rights: r, target: ./}, {rights: rw, target: out/}]
commands: [{name: count, argv: [wc, -l], more: true}, {name: show, argv: [cat, x.txt]}]
variants: ["{text}", "Do: {text}"]
evidence: [out/A.txt]
grader: [{file: out/A.txt, lines: 2, matches: ^a}, {file: x.txt, equals: "1"}]
limits: {ticks: 5, tokens: 6, replyTokens: 7, brainMs: 8, opMs: 9}
`,
    );
    const { spec, files, judge, limits } = loadTask(path, 1);
    expect(TaskSpec.parse(spec)).toEqual({
      name: 'everything',
      goal: 'Do it.',
      caps: [
        { rights: 'r', target: './' },
        { rights: 'rw', target: 'out/' },
        { rights: 'x', target: 'count', argv: ['wc', '-l'], more: true },
        { rights: 'x', target: 'show', argv: ['cat', 'x.txt'], more: false },
      ],
      evidence: ['out/A.txt'],
      variants: ['{text}', 'Do: {text}'],
    });
    expect(files).toEqual({ 'x.txt': '1\n', 'deep/a.txt': 'é\n' });
    expect(limits).toEqual({ maxTicks: 5, tokens: 6, maxTokens: 7, brainMs: 8, opMs: 9 });
    const { signal } = new AbortController();
    const judged = async (answer: string) =>
      (await graderOf(judge, null)(new Map([...Object.entries(files), ['out/A.txt', answer]]), '', signal)).words;
    expect(await judged('b\na\n')).toBe('ok');
    expect(await judged('a\n')).toBe('out/A.txt has 1 line, too few.');
    expect(await judged('b\nb\n')).toBe('out/A.txt is not of the form that is asked for.');
  });

  it('may say little, and is named after its file', () => {
    const { spec, files, limits } = checkTask(put('little.yml', GOOD));
    expect(spec).toMatchObject({ name: 'little', evidence: [], variants: [] });
    expect([files, limits]).toEqual([{}, {}]);
  });

  it('keeps what the grader knows to the grader', () => {
    const { spec, files } = checkTask(put('task.yaml', GOOD));
    expect(JSON.stringify([spec, files])).not.toContain('secret');
  });

  it('is among the examples', () => {
    const { spec } = loadTask('examples/tasks/inventory.yaml', 1);
    expect(spec.name).toBe('inventory');
  });
});

describe('a wrong task file is one sentence', () => {
  it.each([
    ['YAML', 'goal: [', /^task\.yaml:1: not YAML: .*Begin with: goal: /],
    ['a mapping', '- 1\n', /^task\.yaml:1: not a task\./],
    ['an empty file', '', /^task\.yaml:1: not a task\./],
    ['a goal', GOOD.replace('goal: Do it.\n', ''), /^task\.yaml:1: goal: is missing\. For example: goal: /],
    ['a blank goal', GOOD.replace('Do it.', '" "'), /^task\.yaml:1: goal: /],
    [
      'an unknown field',
      `${GOOD}graders: 1\n`,
      /^task\.yaml:4: graders: there is no such field\. For example: the fields are name, goal/,
    ],
    [
      'an unknown field inside',
      GOOD.replace('target:', 'path: a, target:'),
      /^task\.yaml:2: capabilities\[0\]\.path: there is no such field/,
    ],
    [
      'rights',
      GOOD.replace('rw', 'rwx'),
      /^task\.yaml:2: capabilities\[0\]\.rights: expected one of "r"\|"w"\|"rw"\. For example: capabilities: /,
    ],
    [
      'a way out',
      GOOD.replace('out/}', '../x}'),
      /^task\.yaml:2: capabilities\[0\]\.target: a path must not hold the segment "\.\."/,
    ],
    [
      'no check',
      GOOD.replace(', equals: secret', ''),
      /^task\.yaml:3: grader\[0\]: say what the file must be: equals, matches or lines/,
    ],
    [
      'a number for a text',
      GOOD.replace('secret', '5'),
      /^task\.yaml:3: grader\[0\]\.equals: expected string, received number/,
    ],
    [
      'a pattern',
      GOOD.replace('equals: secret', 'matches: "("'),
      /^task\.yaml:3: grader\[0\]\.matches: not a regular expression/,
    ],
    [
      'a program',
      `${GOOD}commands:\n  - name: rm\n    argv: [rm]\n`,
      /^task\.yaml:6: commands\[0\]\.argv: a task's world is in memory and runs only cat, /,
    ],
    ['a variant', `${GOOD}variants: [Do it]\n`, /^task\.yaml:4: variants\[0\]: a variant must hold \{text\}/],
    [
      'evidence that nobody can write',
      `${GOOD}evidence: [B.txt]\n`,
      /^task\.yaml:4: evidence\[0\]: no capability lets the run write B\.txt/,
    ],
    ['a limit', `${GOOD}limits: {ticks: 0}\n`, /^task\.yaml:4: limits\.ticks: /],
    ['a file in a file', `${GOOD}files: {a: x, a/b: y}\n`, /^task\.yaml:4: files: file "a\/b": a is a file/],
    [
      'no directory',
      `${GOOD}dir: nowhere\n`,
      /^task\.yaml:4: dir: there is no such directory\. For example: dir: notes$/,
    ],
    ['its own directory', `${GOOD}dir: .\n`, /^task\.yaml:4: dir: it must lie below the task file's directory/],
    ['a directory outside', `${GOOD}dir: ..\n`, /^task\.yaml:4: dir: it must lie below/],
    ['an absolute directory', `${GOOD}dir: /etc\n`, /^task\.yaml:4: dir: it must be relative/],
  ])('%s', (_, text, message) => {
    const { reason, message: found } = problem(text);
    expect(found).toMatch(message);
    expect(reason).toBe('invalid');
    expect(found).not.toContain('\n');
  });

  it('when its directory holds what is no text file', () => {
    put('a/x.bin', new Uint8Array([0xff, 0xfe, 0x00]));
    expect(problem(`${GOOD}dir: a\n`).message).toMatch(/dir: x\.bin: it is not UTF-8 text/);
    put('b/sub/ok.txt', 'x');
    symlinkSync('/etc/passwd', join(home, 'b/sub/link'));
    expect(problem(`${GOOD}dir: b\n`).message).toMatch(/dir: sub\/link is neither a file nor a directory/);
    symlinkSync('/etc', join(home, 'c'));
    expect(problem(`${GOOD}dir: c\n`).message).toMatch(/dir: it must lie below/);
  });

  it('when a file comes twice', () => {
    put('d/x.txt', 'x');
    expect(problem(`${GOOD}dir: d\nfiles:\n  x.txt: y\n`).message).toMatch(
      /^task\.yaml:6: files\.x\.txt: d holds a file of this name/,
    );
  });

  it('when it is not there, or no file', () => {
    const missing = () => checkTask(join(home, 'none.yaml'));
    expect(missing).toThrow(expect.objectContaining({ reason: 'missing' }));
    expect(() => checkTask(home)).toThrow(expect.objectContaining({ reason: 'invalid' }));
    expect(() => loadTask('./hello', 1)).toThrow(expect.objectContaining({ reason: 'missing' }));
  });
});
