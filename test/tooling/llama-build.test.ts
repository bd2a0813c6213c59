/** How llama-server is built and kept; the compilers are played here. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { builtServer, llamaServer } from '../../scripts/lib/llama-build.ts';

let dir: string;
let env: NodeJS.ProcessEnv;
const cache = (): string => join(dir, 'turingos', 'llama-server');
/** Notes each call, and does something. */
const tool = (name: string, does = ''): void => {
  const path = join(dir, 'bin', name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>"${dir}/calls"\n${does}\n`);
  chmodSync(path, 0o755);
};
const calls = (words: string): number =>
  readFileSync(join(dir, 'calls'), 'utf8')
    .split('\n')
    .filter((line) => line.includes(words)).length;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'turingos-build-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'bin'));
  env = { PATH: `${join(dir, 'bin')}:/bin:/usr/bin`, XDG_CACHE_HOME: dir };
  tool('git');
  tool('cmake', '[ "$1" = --build ] && mkdir -p "$2/bin" && echo made >"$2/bin/llama-server"; true');
});

test('of three that want it at once one builds, all get the same, and later nobody builds', async () => {
  const said: string[] = [];
  const servers = await Promise.all([1, 2, 3].map(() => llamaServer((line) => said.push(line), env)));
  servers.push(await llamaServer(() => {}, env));
  expect(calls('--build')).toBe(1);
  expect(calls('gitRelease.bundle')).toBe(1);
  expect(new Set(servers.map(({ binary }) => binary)).size).toBe(1);
  expect(readFileSync(servers[0]?.binary ?? '', 'utf8')).toBe('made\n');
  expect(said.filter((line) => /^built in \d+ s/.test(line))).toHaveLength(1);
  expect(said.filter((line) => line.startsWith('somebody else'))).toHaveLength(2);
  // Neither sources nor objects are kept.
  expect(readdirSync(cache())).toHaveLength(1);
  expect(builtServer(env)).toEqual(servers[0]);
});

test('a build that fails says how, leaves nothing that could be taken for a server, and can be tried again', async () => {
  tool('cmake', '[ "$1" = --build ] && echo "no such header" && exit 2; true');
  await expect(llamaServer(() => {}, env)).rejects.toThrow(/cmake ended with 2; .*:\n(.*\n)*no such header/);
  expect(builtServer(env)).toBeUndefined();
  tool('cmake', '[ "$1" = --build ] && mkdir -p "$2/bin" && echo made >"$2/bin/llama-server"; true');
  expect(existsSync((await llamaServer(() => {}, env)).binary)).toBe(true);
});

test('what is missing is named', async () => {
  env.PATH = join(dir, 'bin');
  rmSync(join(dir, 'bin', 'git'));
  await expect(llamaServer(() => {}, env)).rejects.toThrow(/^git is not there: .* git, cmake, g\+\+, make$/);
});
