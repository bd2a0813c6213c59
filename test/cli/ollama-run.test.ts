/** Whole runs whose brains are behind Ollama's protocol, with a real model at work. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { groupMembers } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { allRecords } from '../runtime/rig.ts';
import { is, startOllama } from '../support/ollama-server/start.ts';
import { begin, firstRecord, lastJson, newHome, turingos } from './harness.ts';
import { configWith } from './profiles-server.ts';

const start = async (port = 0) => {
  const server = await startOllama(port);
  onTestFinished(() => server.kill());
  return server;
};
/** As the carried model was trained: it is told nothing, and writes whole replies by itself. */
const tinyAt = (url: string, model = 'tiny') => ({ provider: 'ollama', model, url, system: '', constrained: false });
const chatsOf = ({ seen }: Awaited<ReturnType<typeof start>>) => seen.filter(is('asked', { path: '/api/chat' }));

test('hello, with a profile of turingos.config.yaml: passed, verified, and no connection is left', async () => {
  const server = await start();
  const home = newHome();
  const config = configWith({ brain: tinyAt(server.url) });
  const args = ['--headless', '--profile', 'mine', '--config', config, '--json', '--home', home];
  const { code, ...ended } = await turingos('run', 'hello', ...args);
  const { id, dir, outcome } = lastJson({ code, ...ended }) as { id: string; dir: string; outcome: string };
  expect([code, outcome]).toEqual([0, 'passed']);
  expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  const manifest = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  expect(manifest.brains.planner).toMatchObject({ name: 'tiny', digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const records = await allRecords(dir);
  const replied = records.filter(({ kind }) => kind === 'brain.replied');
  expect(replied).toHaveLength(chatsOf(server).length);
  for (const { tokensIn, tokensOut, firstTokenMs, totalMs } of replied) {
    for (const count of [tokensIn, tokensOut, firstTokenMs, totalMs]) expect(count).toBeGreaterThan(0);
  }
  await vi.waitUntil(() => server.seen.filter(is('connections')).at(-1)?.open === 0, { timeout: 30_000, interval: 5 });
}, 60_000);

test('a worker on an Ollama that is killed in mid-stream and comes back: the run waits, goes on, passes and verifies', async () => {
  const first = await start();
  const home = newHome();
  const config = configWith({ planner: 'tiny', worker: tinyAt(first.url), policy: { backoff: { firstMs: 50 } } });
  const run = begin('run', 'ledger-3', '--headless', '--profile', 'mine', '--config', config, '--json', '--home', home);
  await first.first(is('asked', { path: '/api/chat' }));
  await first.kill('SIGKILL');
  const dir = runDir(home, runIds(home)[0] as string);
  expect(await firstRecord(dir, ({ kind }) => kind === 'process.blocked')).toMatchObject({ error: 'unreachable' });
  const second = await start(first.port);
  const { outcome, id } = lastJson(await run.ended);
  expect(outcome).toBe('passed');
  expect(chatsOf(second).length).toBeGreaterThan(0);
  expect((await turingos('verify', id as string, '--home', home)).code).toBe(0);
}, 60_000);

test('turingos kill in mid-stream: the server sees its connections go and stops, the text is kept, nothing is left', async () => {
  const server = await start();
  const home = newHome();
  const config = configWith({ brain: tinyAt(server.url, 'tiny-endless'), policy: { limits: { maxTokens: 8192 } } });
  const run = begin('run', 'ledger-3', '--headless', '--profile', 'mine', '--config', config, '--json', '--home', home);
  await server.first(is('asked', { path: '/api/chat' }));
  const id = runIds(home)[0] as string;
  const dir = runDir(home, id);
  await firstRecord(dir, ({ kind }) => kind === 'stream.delta');
  const { code, ...killed } = await turingos('kill', id, '--json', '--home', home);
  const { group, by } = lastJson({ code, ...killed }) as { group: number; by: string };
  expect([code, by]).toEqual([0, 'command']);
  const [{ n } = { n: 0 }] = chatsOf(server);
  expect(await server.first(is('left', { n }))).toBeDefined();
  expect((await server.first(is('ended', { n }))).how).toBe('left');
  await run.ended;
  expect(groupMembers(group)).toEqual([]);
  const aborted = (await allRecords(dir)).filter(({ kind }) => kind === 'stream.aborted');
  expect(aborted).toEqual([expect.objectContaining({ partial: expect.stringMatching(/./) })]);
  expect((await turingos('verify', id, '--home', home)).code).toBe(0);
}, 60_000);
