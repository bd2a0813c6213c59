/** A run that crashes, with whoever debugs it at work: what is left behind has the key nowhere. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { lockHolder } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { delta, event, SSE } from '../adapters/brains/endpoints/openai-server.ts';
import type { Script } from '../adapters/brains/endpoints/server.ts';
import { beginServing } from '../cli/cassette-process.ts';
import { begin, firstRecord, newHome, turingos } from '../cli/harness.ts';
import { answerChat, brainAt, chats, configWith, referenceServer } from '../cli/profiles-server.ts';
import { requires } from '../helpers/requires.ts';
import { scratch } from '../runtime/rig.ts';

const ps = requires('procps');

const filesUnder = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);

test('a run that crashes and is gone on with, through a recorder: reports, cassette, bundle, recording and words are free of it', async ({
  skip,
}) => {
  skip(ps !== undefined, ps);
  const secret = `key-${randomBytes(12).toString('hex')}`;
  vi.stubEnv('TURINGOS_TEST_KEY', secret);
  const dumps = scratch();
  // Whoever debugs sets these; a report has the environment in it unless it is told not to.
  vi.stubEnv('NODE_OPTIONS', `--report-on-signal --report-signal=SIGUSR2 --report-directory=${dumps}`);
  let chat: Script = async (answer, { headers }) => {
    const said = { error: { message: `no good: ${headers.authorization}`, type: 'x' } };
    answer.head(200, SSE).chunk(delta({ content: '{"q"' }));
    chat = (again, request) => {
      // It never ends: the kernel crashes meanwhile.
      const told = `{"q":"${request.headers.authorization} `;
      again.head(200, SSE).chunk(...[0, 20, 30].map((at, i, all) => delta({ content: told.slice(at, all[i + 1]) })));
      chat = answerChat;
    };
    answer.chunk(event(said)).end();
  };
  const server = await referenceServer((answer, request) => chat(answer, request));
  const out = join(scratch(), 'real.cassette');
  const recorder = await beginServing('record', '--upstream', server.url, '--out', out);
  const config = configWith({ brain: { ...brainAt(recorder.url), keyEnv: 'TURINGOS_TEST_KEY' } });
  const home = newHome();
  const args = ['--headless', '--profile', 'mine', '--config', config, '--json', '--home', home];
  const run = begin('run', 'ledger-3', ...args);
  await vi.waitUntil(() => chats(server).length === 2, { timeout: 60_000, interval: 5 });
  const id = runIds(home)[0] as string;
  const dir = runDir(home, id);
  await firstRecord(dir, ({ kind, text }) => kind === 'stream.delta' && String(text).includes('Bearer'));
  const kernel = lockHolder(dir)?.pid as number;
  process.kill(kernel, 'SIGUSR2');
  await vi.waitUntil(() => readdirSync(dumps).length > 0, { timeout: 30_000, interval: 5 });
  const places: Record<string, string> = {
    processes: (await promisify(execFile)('ps', ['-eww', '-o', 'args'])).stdout,
  };
  process.kill(kernel, 'SIGSEGV');
  const crashed = await run.ended;
  places.crashed = crashed.stdout + crashed.stderr;

  const bundle = join(scratch(), 'bundle');
  for (const verb of [
    ['resume', id, '--json'],
    ['verify', id, '--json'],
    ['bundle', id, '-o', bundle],
    ['export', id, '--format', 'asciicast', '-o', join(dumps, 'run.cast')],
    ['journal', 'cat', id],
    ['journal', 'stat', id],
    ['replay', id, '--plain'],
    ['anomalies', id],
    ['why', id],
    ['ps', '--all'],
    ['runs', '--plain'],
    ['fork', id, '--at', 't2', '--json'],
    ['doctor', '--profile', 'mine', '--config', config],
  ]) {
    const said = await turingos(...verb, '--home', home);
    places[verb.join(' ')] = said.stdout + said.stderr;
  }
  expect(places['resume '.concat(id, ' --json')]).toContain('"passed"');
  await recorder.end('SIGINT');
  for (const path of [out, ...[home, dumps, bundle].flatMap(filesUnder)]) places[path] = readFileSync(path, 'latin1');
  for (const part of ['.cassette', '.cast', 'bundle/', 'kernel.log', 'report.']) {
    expect(
      Object.keys(places).some((path) => path.includes(part)),
      part,
    ).toBe(true);
  }
  for (const [place, text] of Object.entries(places)) {
    expect(text.includes(secret), place).toBe(false);
  }
}, 240_000);
