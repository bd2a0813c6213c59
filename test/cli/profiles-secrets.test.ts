/** A key in the environment is sent to its server, and is to be found nowhere else. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { delta, event, SSE } from '../adapters/brains/endpoints/openai-server.ts';
import { requires } from '../helpers/requires.ts';
import { allRecords } from '../runtime/rig.ts';
import { begin, lastJson, newHome, turingos } from './harness.ts';
import { answerChat, brainAt, chats, configWith, referenceServer } from './profiles-server.ts';

const ps = requires('procps');

const filesUnder = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);

test('a run whose server repeats the key in its errors: journal, blobs, logs, manifests, output and ps are free of it', async ({
  skip,
}) => {
  skip(ps !== undefined, ps);
  const secret = `key-${randomBytes(12).toString('hex')}`;
  vi.stubEnv('TURINGOS_TEST_KEY', secret);
  let asked = 0;
  let processes = '';
  const server = await referenceServer(async (answer, request) => {
    asked += 1;
    const said = { error: { message: `the key ${secret} of ${request.headers.authorization} is no good`, type: 'x' } };
    if (asked === 1) return answer.json(401, said);
    if (asked === 2) return answer.json(400, said);
    if (asked === 3) {
      // In mid-stream.
      return void answer
        .head(200, SSE)
        .chunk(delta({ content: '{"q"' }), event(said))
        .end();
    }
    if (asked === 4) processes = (await promisify(execFile)('ps', ['-eww', '-o', 'args'])).stdout;
    answerChat(answer, request);
  });
  const config = configWith({ brain: { ...brainAt(server.url), keyEnv: 'TURINGOS_TEST_KEY' } });
  const home = newHome();
  const args = ['--profile', 'mine', '--config', config, '--json', '--home', home];
  const run = begin('run', 'ledger-3', ...args);

  let launch = '';
  await vi.waitUntil(
    () => {
      const [id] = runIds(home);
      const path = id === undefined ? '' : join(runDir(home, id), 'launch.json');
      if (!existsSync(path)) return false;
      launch = readFileSync(path, 'utf8');
      return launch.endsWith('}');
    },
    { timeout: 30_000, interval: 1 },
  );
  const ended = await run.ended;
  const { id, dir, outcome } = lastJson(ended) as { id: string; dir: string; outcome: string };
  expect(outcome).toBe('passed');
  expect(chats(server).every(({ headers }) => headers.authorization === `Bearer ${secret}`)).toBe(true);
  const failures = (await allRecords(dir)).filter(({ kind }) => kind === 'brain.failed');
  expect(JSON.stringify(failures)).toContain('<TURINGOS_TEST_KEY>');

  expect(processes).toContain(`kernel --dir ${dir}`);
  const places: Record<string, string> = { launch, processes, stdout: ended.stdout, stderr: ended.stderr };
  for (const path of filesUnder(home)) places[path] = readFileSync(path, 'latin1');
  for (const verb of [
    ['doctor', '--profile', 'mine', '--config', config, '--home', home],
    ['doctor', '--profile', 'mine', '--config', config, '--home', home, '--json'],
    ['profiles', '--config', config],
    ['profiles', '--json', '--config', config],
    ['journal', 'cat', id, '--home', home],
    ['replay', id, '--plain', '--home', home],
    ['anomalies', id, '--home', home],
  ]) {
    const said = await turingos(...verb);
    places[verb.join(' ')] = said.stdout + said.stderr;
  }
  expect(Object.keys(places).some((path) => path.includes('journal'))).toBe(true);
  expect(Object.keys(places).some((path) => path.endsWith('run.json'))).toBe(true);
  for (const [place, text] of Object.entries(places)) {
    expect(text, place).not.toBe(undefined);
    expect(text.includes(secret) || text.includes(secret.slice(4)), place).toBe(false);
  }
}, 120_000);

test('a run that never begins does not tell it either', async () => {
  const secret = `two words ${randomBytes(12).toString('hex')}`;
  vi.stubEnv('TURINGOS_TEST_KEY', secret);
  const server = await referenceServer();
  const config = configWith({ brain: { ...brainAt(server.url), keyEnv: 'TURINGOS_TEST_KEY' } });
  const args = ['--profile', 'mine', '--config', config, '--home', newHome()];
  const { code, stdout, stderr } = await turingos('doctor', ...args);
  expect(code).toBe(69);
  expect(stdout).toContain('TURINGOS_TEST_KEY');
  expect(stdout + stderr).not.toContain(secret.slice(-24));
  expect(chats(server)).toEqual([]);
});
