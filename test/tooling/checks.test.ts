import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkImports } from '../../scripts/check-imports.ts';
import { checkPurity } from '../../scripts/check-purity.ts';
import { checkSize } from '../../scripts/check-size.ts';

const scripts = join(dirname(fileURLToPath(import.meta.url)), '../../scripts');
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'turingos-checks-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function tree(files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function run(check: string): Promise<{ code: number; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(scripts, check), root], (error, _out, err) => {
      resolve({ code: error ? Number(error.code) : 0, err });
    });
  });
}

describe('imports', () => {
  // Each file breaks one rule; the others in the tree are only there to be imported.
  const targets = {
    'src/kernel/state.ts': 'export interface State { tick: number }\nexport const zero = 0;\n',
    'src/journal/record.ts': 'export interface Entry { seq: number }\nexport const first = 1;\n',
    'src/cli/args.ts': 'export const verb = 1;\n',
    'scripts/tool.ts': 'export const tool = 1;\n',
  };

  test.each([
    [
      'kernel imports ours',
      'src/kernel/a.ts',
      `import { first } from '../journal/record.ts';`,
      'kernel may not import journal',
    ],
    [
      'a type import counts too',
      'src/kernel/a.ts',
      `import type { Entry } from '../journal/record.ts';`,
      'may not import journal',
    ],
    [
      'an import type counts too',
      'src/kernel/a.ts',
      `export type X = import('../journal/record.ts').Entry;`,
      'may not import',
    ],
    ['a re-export counts too', 'src/kernel/a.ts', `export * from '../journal/record.ts';`, 'may not import journal'],
    [
      'import() counts too',
      'src/kernel/a.ts',
      `export const x = import('../journal/record.ts');`,
      'may not import journal',
    ],
    ['a computed import() hides', 'src/runtime/a.ts', `export const x = (p: string) => import(p);`, 'computed path'],
    ['kernel takes zod only', 'src/kernel/a.ts', `import ms from 'ms';`, 'zod and node:crypto'],
    [
      'journal takes types only',
      'src/journal/a.ts',
      `import { zero } from '../kernel/state.ts';`,
      'only types of kernel',
    ],
    [
      'store takes types only',
      'src/store/a.ts',
      `import { first } from '../journal/record.ts';`,
      'only types of journal',
    ],
    ['components do no I/O', 'src/components/a.tsx', `import { readFileSync } from 'node:fs';`, 'must do without'],
    [
      'screens skip the store',
      'src/screens/a.tsx',
      `import { first } from '../journal/record.ts';`,
      'screens may not import journal',
    ],
    ['nobody imports the wiring', 'src/runtime/a.ts', `import { verb } from '../cli/args.ts';`, 'handed in'],
    ['nothing outside src', 'src/cli/a.ts', `import { tool } from '../../scripts/tool.ts';`, 'outside src/'],
    ['a target is missing', 'src/cli/a.ts', `import { x } from './gone.ts';`, 'does not exist'],
    ['an unknown layer', 'src/misc/a.ts', `import { zero } from '../kernel/state.ts';`, 'no rule'],
  ])('%s', (_name, file, text, message) => {
    const found = checkImports(tree({ ...targets, [file]: `\n${text}\n` }));
    expect(found).toEqual([{ file, line: 2, message: expect.stringContaining(message) }]);
  });

  test('what the design allows passes', () => {
    const found = checkImports(
      tree({
        ...targets,
        'src/kernel/a.ts': `import { createHash } from 'node:crypto';\nimport { z } from 'zod';\nimport './state.ts';`,
        'src/journal/a.ts': `import { type State } from '../kernel/state.ts';\nimport fs from 'node:fs';`,
        'src/store/a.ts': `import { zero } from '../kernel/state.ts';\nimport type { Entry } from '../journal/record.ts';`,
        'src/runtime/a.ts': `import { zero } from '../kernel/state.ts';\nimport { first } from '../journal/record.ts';`,
        'src/cli/b.ts': `import { verb } from './args.ts';\nimport { first } from '../journal/record.ts';`,
        'src/app.tsx': `import { verb } from './cli/args.ts';\nexport const app = <b>{verb}</b>;`,
      }),
    );
    expect(found).toEqual([]);
  });

  test('a circle is found, through type imports and inside one layer too', () => {
    const found = checkImports(
      tree({
        'src/kernel/a.ts': `import type { B } from './b.ts';\nexport type A = B;`,
        'src/kernel/b.ts': `import './c.ts';\nexport type B = 1;`,
        'src/kernel/c.ts': `import type { A } from './a.ts';\nexport type C = A;`,
      }),
    );
    expect(found.map((v) => v.message)).toEqual([
      'imports itself: src/kernel/a.ts > src/kernel/b.ts > src/kernel/c.ts > src/kernel/a.ts',
    ]);
  });

  test('the command fails and names file, line and reason', async () => {
    tree({ ...targets, 'src/kernel/a.ts': `import '../journal/record.ts';` });
    const { code, err } = await run('check-imports.ts');
    expect(code).toBe(1);
    expect(err).toContain('src/kernel/a.ts:1 imports src/journal/record.ts, but kernel may not import journal');
  });
});

describe('purity', () => {
  test.each([
    ['the clock', 'const t = Date.now();', 'Date'],
    ['the clock, as a value', 'const now = { Date };', 'Date'],
    ['chance', 'const x = Math.random();', 'Math.random'],
    ['chance, by key', `const x = Math['random']();`, 'Math.random'],
    ['chance, by any key', 'const x = (k: "random") => Math[k]();', 'computed'],
    ['async', 'const f = async () => 1;', 'async'],
    ['await', 'const x = await f();', 'awaits'],
    ['for await', 'for await (const x of y) void x;', 'awaits'],
    ['promises', 'const p = new Promise(() => {});', 'Promise'],
    ['timers', 'setTimeout(() => {}, 1);', 'setTimeout'],
    ['the network', `const r = fetch('x');`, 'fetch'],
    ['the process', 'const e = process.env;', 'process'],
    ['the global object', 'const d = globalThis.Date;', 'globalThis'],
    ['the global, past a local elsewhere', 'const f = (window: 1) => window, g = () => window;', 'uses window'],
    ['the locale', `const c = 'a'.localeCompare('b');`, 'localeCompare'],
    ['random bytes', `import { randomBytes } from 'node:crypto';`, 'more than hashing'],
    ['all of crypto', `import * as crypto from 'node:crypto';`, 'more than hashing'],
    ['files', `import { readFileSync } from 'node:fs';`, 'more than hashing'],
    ['code loaded later', `const m = import('./b.ts');`, 'loads code'],
    ['import.meta', 'const u = import.meta.url;', 'import.meta'],
  ])('%s does not get in', (_name, text, message) => {
    const found = checkPurity(tree({ 'src/kernel/deep/a.ts': `\n${text}\n` }));
    expect(found).toEqual([{ file: 'src/kernel/deep/a.ts', line: 2, message: expect.stringContaining(message) }]);
  });

  test('names of properties, members and types are not mistaken for the real thing', () => {
    const text = `import { createHash, hash } from 'node:crypto';
      export interface Row { process: string; Date: number; fetch(): void }
      import * as process from './process.ts';
      export const outer = (window: number, { a: module = 1, ...global }: any) => [process.spawned, () => window + module + global];
      export const inner = () => { const self = 1; try { return self; } catch (console) { return console; } };
      export type Lazy = Promise<Date>;
      export const f = (row: Row) => ({ process: row.process, Date: row.Date, max: Math.max(1, 2) });
      // Date.now() and Math.random() in a comment, and in 'process.env'
      export const g = () => [createHash('sha256'), hash('sha256', 'await Date.now()')];`;
    expect(checkPurity(tree({ 'src/kernel/a.ts': text }))).toEqual([]);
  });

  test('only the kernel has to be pure', () => {
    expect(checkPurity(tree({ 'src/runtime/a.ts': 'export const now = () => Date.now();' }))).toEqual([]);
  });

  test('the command fails, also on a file that does not parse', async () => {
    tree({ 'src/kernel/a.ts': 'export const = ;' });
    const { code, err } = await run('check-purity.ts');
    expect(code).toBe(1);
    expect(err).toContain('src/kernel/a.ts:1 does not parse');
  });
});

describe('size', () => {
  test('500 lines pass, 501 do not', () => {
    const found = checkSize(tree({ 'src/a.ts': 'x;\n'.repeat(500), 'test/b.test.tsx': 'x;\n'.repeat(501) }));
    expect(found).toEqual([{ file: 'test/b.test.tsx', line: 501, message: expect.stringContaining('501 lines') }]);
  });

  test('the command fails', async () => {
    tree({ 'models/train.c': '\n'.repeat(501) });
    expect(await run('check-size.ts')).toMatchObject({ code: 1, err: expect.stringContaining('models/train.c') });
  });
});
