/**
 * llama.cpp's own server, for conformance tests: built from the sources that node-llama-cpp carries, so that nothing is
 * downloaded, and kept in the user's cache directory.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, homedir, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JournalError } from '../../src/journal/index.ts';
import { takeLock } from '../../src/journal/lock.ts';

/**
 * The server alone, for the CPU, for any machine of the architecture, without TLS, web pages or anything that would be
 * fetched. `-O1`: our model is tiny, and the compiler is done in half the time.
 */
const FLAGS = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DCMAKE_C_FLAGS_RELEASE=-O1 -DNDEBUG',
  '-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG',
  '-DCMAKE_EXE_LINKER_FLAGS=-s',
  '-DBUILD_SHARED_LIBS=OFF',
  '-DGGML_NATIVE=OFF',
  '-DGGML_OPENMP=OFF',
  '-DGGML_LLAMAFILE=OFF',
  '-DGGML_CPU_REPACK=OFF',
  '-DGGML_CCACHE=OFF',
  '-DLLAMA_BUILD_TESTS=OFF',
  '-DLLAMA_BUILD_EXAMPLES=OFF',
  '-DLLAMA_BUILD_APP=OFF',
  '-DLLAMA_BUILD_UI=OFF',
  '-DLLAMA_USE_PREBUILT_UI=OFF',
  '-DLLAMA_OPENSSL=OFF',
];

const TARGET = 'llama-server';
const NICE = 10;
const POLL_MS = 500;
const LAST_LINES = 20;

/** What has to be there to build it, by the names of the Debian packages. */
export const BUILD_PACKAGES = ['git', 'cmake', 'g++', 'make'] as const;

export interface BuiltServer {
  binary: string;
  release: string;
  /** Seconds that the build took, when it was built. */
  seconds: number;
  /** Processors that it was built on. */
  processors: number;
}

const sources = (): { bundle: string; release: string } => {
  const { resolve } = createRequire(import.meta.url);
  const dir = join(dirname(dirname(resolve('node-llama-cpp'))), 'llama');
  const { tag } = JSON.parse(readFileSync(join(dir, 'llama.cpp.info.json'), 'utf8')) as { tag: string };
  return { bundle: join(dir, 'gitRelease.bundle'), release: tag };
};

/** One directory a release, architecture and set of flags. */
const cacheDir = (release: string, env: NodeJS.ProcessEnv): string => {
  const key = createHash('sha256')
    .update(JSON.stringify([process.platform, process.arch, FLAGS]))
    .digest('hex');
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'turingos', 'llama-server', `${release}-${key.slice(0, 12)}`);
};

/** What was built before; undefined where nothing was. */
export const builtServer = (env: NodeJS.ProcessEnv = process.env): BuiltServer | undefined => {
  const dir = cacheDir(sources().release, env);
  if (!existsSync(join(dir, 'built.json'))) return undefined;
  const built = JSON.parse(readFileSync(join(dir, 'built.json'), 'utf8')) as Omit<BuiltServer, 'binary'>;
  return { binary: join(dir, TARGET), ...built };
};

/**
 * Builds it where that has not been done. Of several that want to at the same time one builds, and the others wait for it;
 * what is in the cache is whole.
 * @param say is told what goes on, a line at a time
 */
export const llamaServer = async (say: (line: string) => void, env = process.env): Promise<BuiltServer> => {
  const before = builtServer(env);
  if (before !== undefined) return before;
  const { bundle, release } = sources();
  const dir = cacheDir(release, env);
  mkdirSync(dirname(dir), { recursive: true });
  const lock = await turn(`${dir}.lock`, say);
  try {
    return builtServer(env) ?? (await build({ bundle, release, dir }, env, say));
  } finally {
    lock.release();
  }
};

const turn = async (path: string, say: (line: string) => void) => {
  for (let waits = 0; ; waits += 1) {
    try {
      return takeLock(path);
    } catch (error) {
      if (!(error instanceof JournalError) || error.code !== 'locked') throw error;
      if (waits === 0) say(`somebody else builds it; waiting for ${path}`);
      await sleep(POLL_MS);
    }
  }
};

const build = async (
  { bundle, release, dir }: { bundle: string; release: string; dir: string },
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<BuiltServer> => {
  const work = `${dir}.building`;
  // What a build that was killed left behind.
  rmSync(work, { recursive: true, force: true, maxRetries: 3 });
  mkdirSync(join(work, 'done'), { recursive: true });
  const log = join(work, 'log');
  const source = join(work, 'source');
  const made = join(work, 'made');
  const processors = availableParallelism();
  say(`building ${TARGET} of llama.cpp ${release} on ${processors} processors, some minutes; log in ${log}`);
  const begun = performance.now();
  const run = (command: string, args: string[]) => logged(log, env, command, args);
  await run('git', ['-c', 'advice.detachedHead=false', 'clone', '--quiet', bundle, source]);
  await run('cmake', ['-S', source, '-B', made, ...FLAGS]);
  await run('cmake', ['--build', made, '--target', TARGET, '--parallel', `${processors}`]);
  const seconds = Math.round((performance.now() - begun) / 1000);
  renameSync(join(made, 'bin', TARGET), join(work, 'done', TARGET));
  writeFileSync(join(work, 'done', 'built.json'), `${JSON.stringify({ release, seconds, processors })}\n`);
  renameSync(join(work, 'done'), dir);
  rmSync(work, { recursive: true, force: true, maxRetries: 3 });
  say(`built in ${seconds} s: ${join(dir, TARGET)}`);
  return { binary: join(dir, TARGET), release, seconds, processors };
};

const logged = async (log: string, env: NodeJS.ProcessEnv, command: string, args: string[]): Promise<void> => {
  const out = openSync(log, 'a');
  try {
    await new Promise<void>((resolve, reject) => {
      const proc = spawn(command, args, { stdio: ['ignore', out, out], env });
      proc.once('error', ({ code, message }: NodeJS.ErrnoException) =>
        reject(
          new Error(
            code === 'ENOENT'
              ? `${command} is not there: ${TARGET} needs the packages ${BUILD_PACKAGES.join(', ')}`
              : message,
          ),
        ),
      );
      proc.once('close', (code) => {
        if (code === 0) return resolve();
        const last = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
        reject(new Error(`${command} ended with ${code}; the end of ${log}:\n${last}`));
      });
      if (proc.pid !== undefined) setPriority(proc.pid, NICE);
    });
  } finally {
    closeSync(out);
  }
};
