/**
 * Keys of real requests to a real server, through success, refusal, breaks, kills and crashes: they are to be found nowhere.
 * Everything that our processes write lies under one directory, so that nothing is missed.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { lockHolder } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { begin, firstRecord, lastJson, turingos } from '../cli/harness.ts';
import { BUILD_MS, built, ENDLESS, lacking, llama } from './llama.ts';

const KEY = 'turingos-Canary-7f3c9a1e5b';
const WRONG = 'turingos-Impostor-2d8b6c4f0a';

/** In which dresses they are looked for. */
const SOUGHT = [KEY, WRONG].flatMap((key) => [
  key,
  key.slice('turingos-'.length),
  ...[key, `Bearer ${key}`].map((text) => Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1)),
]);

beforeAll(async () => {
  if (lacking === undefined) await built();
}, BUILD_MS);

/** What is searched: by kind, each with where it was and what it says. */
class Places {
  readonly #all: { kind: string; where: string; text: string }[] = [];

  add(kind: string, where: string, text: string): void {
    this.#all.push({ kind, where, text });
  }

  addFiles(root: string): void {
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const path = join(root, name);
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
        this.add(kindOf(name), path, readFileSync(path, 'latin1'));
      }
    }
  }

  get found(): string[] {
    return this.#all.filter(({ text }) => SOUGHT.some((key) => text.includes(key))).map(({ where }) => where);
  }

  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of this.#all) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  get bytes(): number {
    return this.#all.reduce((sum, { text }) => sum + text.length, 0);
  }
}

const KINDS: [RegExp, string][] = [
  [/\/journal\//, 'journal'],
  [/\/blobs\//, 'blob'],
  [/\/index\//, 'index'],
  [/run\.json$/, 'run.json'],
  [/launch\.json$/, 'launch.json'],
  [/kernel\.log$/, 'kernel.log'],
  [/grader\.json$/, 'grader.json'],
  [/\.cassette$/, 'cassette'],
  [/\.cast$/, 'cast'],
  [/report\..*\.json$/, 'crash report'],
];
const kindOf = (name: string): string => KINDS.find(([pattern]) => pattern.test(`/${name}`))?.[1] ?? 'other file';

/** What is there for a moment only, looked for again and again: command lines of all processes, and what starts a run. */
const watchPassing = (home: string) => {
  const argv = new Set<string>();
  const launches = new Set<string>();
  const look = (): void => {
    for (const id of runIds(home)) {
      const text = textOf(join(runDir(home, id), 'launch.json'));
      if (text !== undefined) launches.add(text);
    }
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const text = textOf(`/proc/${pid}/cmdline`);
      if (text !== undefined) argv.add(text);
    }
  };
  const timer = setInterval(look, 50);
  onTestFinished(() => clearInterval(timer));
  return { argv, launches };
};

/** Undefined where it is gone. */
const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};

const scene = () => {
  const root = mkdtempSync(join(tmpdir(), 'turingos-secrets-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  const dirs = Object.fromEntries(['home', 'tmp', 'state', 'cache', 'crash'].map((name) => [name, join(root, name)]));
  for (const dir of Object.values(dirs)) mkdirSync(dir);
  const { home = '', tmp = '', state = '', cache = '', crash = '' } = dirs;
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries({
    TURINGOS_TEST_KEY: KEY,
    TURINGOS_TEST_WRONG: WRONG,
    HOME: root,
    TMPDIR: tmp,
    XDG_STATE_HOME: state,
    XDG_CACHE_HOME: cache,
    NODE_OPTIONS: `--report-on-signal --report-on-fatalerror --report-uncaught-exception --report-dir=${crash}`,
  })) {
    vi.stubEnv(name, value);
  }
  return { root, home, crash };
};

describe.skipIf(lacking !== undefined)(`keys of llama-server${lacking ? ` (${lacking})` : ''}`, () => {
  test('are in no journal, blob, manifest, log, cassette, crash report, output or command line', async () => {
    const server = await llama({ slots: 5, key: KEY });
    const slow = await llama({ ...ENDLESS, key: KEY });
    const { root, home, crash } = scene();
    const { argv, launches } = watchPassing(home);
    const places = new Places();
    const told = (args: readonly string[], { stdout, stderr }: { stdout: string; stderr: string }): void => {
      places.add('stdout', `${args.join(' ')}, stdout`, stdout);
      places.add('stderr', `${args.join(' ')}, stderr`, stderr);
    };
    const said = async (...args: string[]) => {
      const ended = await turingos(...args, '--home', home);
      told(args, ended);
      return ended;
    };
    const brain = { provider: 'openai', vendor: 'llama-server', model: 'tiny', system: '' };
    const at = ({ url }: { url: string }, keyEnv = 'TURINGOS_TEST_KEY', more = {}) => ({
      brain: { ...brain, url: `${url}/v1`, keyEnv, ...more },
    });

    const tape = join(root, 'real.cassette');
    const recorder = begin('cassette', 'record', '--upstream', server.url, '--out', tape);
    onTestFinished(() => void recorder.proc.kill('SIGKILL'));
    const first = await new Promise<string>((resolve) => recorder.proc.stdout?.once('data', resolve));
    const config = join(root, 'turingos.config.yaml');
    writeFileSync(
      config,
      JSON.stringify({
        profiles: {
          good: at(server),
          wrong: at(server, 'TURINGOS_TEST_WRONG'),
          taped: at({ url: /http:\S+/.exec(first)?.[0] ?? '' }),
          slow: { ...at(slow, undefined, { constrained: false }), policy: { limits: { maxTokens: 8192 } } },
        },
      }),
    );
    const profile = (name: string) => ['--profile', name, '--config', config];

    /** A run that is in the midst of something. */
    const midway = async (name: string, kind: string) => {
      const known = runIds(home);
      const args = ['run', 'ledger-12', ...profile(name), '--json', '--home', home];
      const run = begin(...args);
      void run.ended.then((ended) => told(args, ended));
      const newest = () => runIds(home).find((id) => !known.includes(id));
      await vi.waitUntil(() => newest() !== undefined, { timeout: 60_000, interval: 5 });
      const id = newest() as string;
      const dir = runDir(home, id);
      await vi.waitUntil(() => lockHolder(dir) !== undefined, { timeout: 60_000, interval: 5 });
      await firstRecord(dir, (record) => record.kind === kind);
      return { id, dir, ended: run.ended, pid: lockHolder(dir)?.pid as number };
    };

    // Success, direct and through a recorder.
    expect(lastJson(await said('run', 'ledger-3', ...profile('good'), '--json'))).toMatchObject({ outcome: 'passed' });
    expect(lastJson(await said('run', 'hello', ...profile('taped'), '--json'))).toMatchObject({ outcome: 'passed' });
    expect((await fetchThrough(first, WRONG)).status).toBe(401);
    recorder.proc.kill('SIGINT');
    told(['cassette', 'record'], await recorder.ended);

    // 401, waited for by the kernel until it is killed.
    const refused = await midway('wrong', 'brain.failed');
    await said('kill', refused.id, '--json');
    await refused.ended;

    // A kernel that writes a crash report and is then killed in mid-stream; resumed, and killed by the verb.
    const lost = await midway('slow', 'stream.delta');
    places.addFiles(home);
    process.kill(lost.pid, 'SIGUSR2');
    await vi.waitUntil(
      () => readdirSync(crash).some((name) => readFileSync(join(crash, name), 'utf8').endsWith('}\n')),
      {
        timeout: 60_000,
      },
    );
    process.kill(lost.pid, 'SIGKILL');
    await lost.ended;
    const resumed = begin('resume', lost.id, '--json', '--home', home);
    await vi.waitUntil(() => ![undefined, lost.pid].includes(lockHolder(lost.dir)?.pid), { timeout: 60_000 });
    await said('kill', lost.id);
    told(['resume'], await resumed.ended);

    // A kernel that aborts, as after a fault in native code, in mid-stream.
    const aborted = await midway('slow', 'stream.delta');
    process.kill(aborted.pid, 'SIGABRT');
    await aborted.ended;

    // The server goes in mid-stream, when so much was said that it is kept as a blob.
    const cut = await midway('slow', 'stream.delta');
    let chars = 0;
    await firstRecord(cut.dir, ({ kind, text }) => {
      chars += kind === 'stream.delta' ? (text as string).length : 0;
      return chars > 5000;
    });
    await slow.end();
    await firstRecord(cut.dir, ({ kind }) => kind === 'brain.failed');
    await said('kill', cut.id);
    await cut.ended;

    for (const args of [
      ['doctor', ...profile('wrong')],
      ['doctor', ...profile('slow'), '--json'],
      ['profiles', '--config', config, '--json'],
      ['ps', '--all', '--json'],
      ...[refused, cut].flatMap(({ id }) => [
        ['journal', 'cat', id],
        ['replay', id, '--plain'],
      ]),
      ['anomalies', lost.id, '--json'],
      ['fork', refused.id, '--at', '0%', '--headless', ...profile('good'), '--json'],
    ]) {
      await said(...args);
    }
    const cast = await said('export', lost.id, '--format', 'asciicast', '-o', join(root, 'lost.cast'));
    expect(cast).toMatchObject({ code: 0, stderr: '' });

    places.addFiles(root);
    for (const text of launches) places.add('launch.json', 'launch.json', text);
    for (const line of argv) places.add('command line', line.replaceAll('\0', ' '), line);
    // That the places are the right ones: each has what a key would stand beside.
    const counts = places.counts;
    const expected = ['journal', 'blob', 'run.json', 'launch.json', 'kernel.log', 'cassette', 'cast', 'crash report'];
    expect(expected.filter((kind) => counts[kind] === undefined)).toEqual([]);
    expect([...argv].some((line) => line.includes(`kernel\0--dir\0${lost.dir}`))).toBe(true);
    expect(readFileSync(tape, 'utf8')).toContain('"status":401');
    const list = Object.entries(counts).map(([kind, n]) => `${n} × ${kind}`);
    const sum = Object.values(counts).reduce((a, b) => a + b, 0);
    console.log(
      `secrets: ${sum} places (${list.join(', ')}), ${(places.bytes / 1e6).toFixed(1)} MB, ${places.found.length} found`,
    );
    expect(places.found).toEqual([]);
  });
});

const fetchThrough = (announcement: string, key: string): Promise<Response> =>
  fetch(`${/http:\S+/.exec(announcement)?.[0]}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }),
  });
