import { describe, expect, it } from 'vitest';
import { createMemoryWorld } from '../../../src/adapters/worlds/memory.ts';
import { LOG_KEPT, MAX_FILE, MemoryCore } from '../../../src/adapters/worlds/memory-core.ts';
import { log, worldConformance, write } from '../world-conformance.ts';

worldConformance('memory', (files) => createMemoryWorld(files));

const exec = (core: MemoryCore, ...argv: string[]): string => {
  const done = core.perform({ op: 'SYS_EXEC', argv });
  return done.ok ? `${done.exit} ${done.output}` : `${done.errno} ${done.detail}`;
};

describe('in-memory commands', () => {
  const core = new MemoryCore({ a: 'b 10\na 9\na 9\n', b: 'b 10\na 9\na 9\nc\n', numbers: '10\n9\n' });

  it.each([
    [['cat', 'a', 'numbers'], '0 b 10\na 9\na 9\n10\n9\n'],
    [['wc', 'a'], '0 3 6 13 a\n'],
    [['wc', '-l', 'a', 'b'], '0 3 a\n4 b\n'],
    [['sort', 'a'], '0 a 9\na 9\nb 10\n'],
    [['sort', '-u', '-r', 'a'], '0 b 10\na 9\n'],
    [['sort', '-n', 'numbers'], '0 9\n10\n'],
    [['sha256sum', 'numbers'], '0 2fe890f2408620d3ad170547a1a13ae706bcbc200ba3552bc3d7c8f79909960c  numbers\n'],
    [['diff', 'a', 'a'], '0 '],
  ])('%j', (argv, expected) => expect(exec(core, ...argv)).toBe(expected));

  it('shows a difference as a patch that applies', () => {
    const done = core.perform({ op: 'SYS_EXEC', argv: ['diff', 'a', 'b'] });
    expect(done).toMatchObject({ ok: true, exit: 1 });
    const patched = new MemoryCore(Object.fromEntries(core.files()));
    expect(patched.perform(write('a', 'patch', done.ok ? done.output : ''))).toMatchObject({ ok: true });
    expect(patched.files().get('a')).toBe(core.files().get('b'));
  });

  it.each([
    [['cat', 'nothing'], '2 cat: nothing: no such file\n'],
    [['wc'], '2 wc: name a file\n'],
    [['sort', '-x', 'a'], '2 sort: unknown flag -x\n'],
    [['diff', 'a'], '2 diff: name two files\n'],
  ])('exits with 2 on %j', (argv, expected) => expect(exec(core, ...argv)).toBe(expected));

  it('runs no programs', () => {
    expect(exec(core, 'rm', '-rf', '/')).toBe(
      'ENOENT rm: the memory world runs no programs, only its own cat diff sha256sum sort wc',
    );
    expect(exec(core)).toMatch(/^ENOENT/);
    expect(exec(core, 'constructor')).toMatch(/^ENOENT/);
  });

  it('takes a task’s own commands', () => {
    let calls = 0;
    const own = new MemoryCore({ a: 'x' }, { date: () => ({ exit: 0, output: `${++calls}\n` }) });
    expect([exec(own, 'date'), exec(own, 'date')]).toEqual(['0 1\n', '0 2\n']);
  });
});

describe('memory core', () => {
  it.each([
    [{ 'a/b': '', a: '' }],
    [{ a: '', 'a/b': '' }],
    [{ '../a': '' }],
    [{ 'a\nb': '' }],
    [{ 'a/': '' }],
    [{ '': '' }],
  ])('refuses to start from %j', (files) =>
    expect(() => new MemoryCore(files as unknown as Record<string, string>)).toThrow(RangeError),
  );

  it('bounds a file that is appended to for ever', () => {
    const core = new MemoryCore({ a: 'x'.repeat(MAX_FILE - 1) });
    expect(core.perform(write('a', 'append', 'y'))).toMatchObject({ ok: true });
    expect(core.perform(write('a', 'append', 'z'))).toMatchObject({ ok: false, errno: 'EFBIG' });
    expect(core.files().get('a')).toHaveLength(MAX_FILE);
  });

  it('bounds its log, and numbers go on', () => {
    const core = new MemoryCore({});
    for (let i = 0; i < 3 * LOG_KEPT; i++) core.perform(write('a', 'replace', String(i)));
    const done = core.perform(log({ limit: 1 }));
    expect(done.ok && done.output).toMatch(new RegExp(`^\\w{8} ${3 * LOG_KEPT} SYS_WRITE a\n$`));
    expect(core.snapshot().log.length).toBeLessThan(2 * LOG_KEPT);
  });

  it('gives lone surrogates the form that they have in UTF-8', () => {
    const core = new MemoryCore({});
    core.perform(write('a', 'replace', '\ud800'));
    expect(core.files().get('a')).toBe('\ufffd');
  });
});
