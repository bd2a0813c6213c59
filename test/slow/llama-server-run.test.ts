/** Whole runs on llama.cpp's own server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LlamaServer } from '../../scripts/lib/llama-server.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { begin, firstRecord, lastJson, newHome, turingos } from '../cli/harness.ts';
import { allRecords } from '../runtime/rig.ts';
import { BUILD_MS, built, lacking, llama } from './llama.ts';

beforeAll(async () => {
  if (lacking === undefined) await built();
}, BUILD_MS);

/** The shipped profile, at another address, with the prompt that the tiny model was trained on: none. */
const configFor = ({ url }: LlamaServer, home: string): string => {
  const brain = { provider: 'openai', vendor: 'llama-server', model: 'tiny', url: `${url}/v1`, system: '' };
  const path = join(home, 'turingos.config.yaml');
  writeFileSync(path, JSON.stringify({ profiles: { 'llama-server': { brain } } }));
  return path;
};

const common = (config: string, home: string) => ['--profile', 'llama-server', '--config', config, '--home', home];

describe.skipIf(lacking !== undefined)(`runs on llama-server${lacking ? ` (${lacking})` : ''}`, () => {
  test('doctor finds it and its model; a run of a dozen maps goes to its end and verifies', async () => {
    const server = await llama({ slots: 5 });
    const home = newHome();
    const args = common(configFor(server, home), home);
    const doctor = await turingos('doctor', ...args);
    expect(doctor.stdout).toMatch(new RegExp(`ok +brain .*tiny @ 127\\.0\\.0\\.1:${server.port}: answered`));
    const ended = await turingos('run', 'ledger-12', '--json', ...args);
    const { id, dir, outcome } = lastJson(ended) as { id: string; dir: string; outcome: string };
    expect([ended.code, outcome]).toEqual([0, 'passed']);

    const records = await allRecords(dir);
    const replies = records.filter(({ kind }) => kind === 'brain.replied');
    expect(replies.length).toBeGreaterThan(30);
    for (const reply of replies) {
      expect(reply).toMatchObject({ finish: 'stop' });
      expect(reply.tokensIn).toBeGreaterThan(50);
      expect(reply.tokensOut).toBeGreaterThan(5);
      expect(reply.totalMs).toBeGreaterThanOrEqual(reply.firstTokenMs as number);
    }
    expect(records.filter(({ kind }) => kind === 'brain.failed')).toEqual([]);
    expect((await turingos('verify', id, '--home', home)).code).toBe(0);
  });

  test('the server is killed and started again in the midst: the run waits, goes on, passes and verifies', async () => {
    const server = await llama({ slots: 5 });
    const home = newHome();
    const run = begin('run', 'ledger-12', '--json', ...common(configFor(server, home), home));
    while (runIds(home).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const dir = runDir(home, runIds(home)[0] as string);
    await firstRecord(dir, ({ kind, tick }) => kind === 'route.dispatched' && (tick as number) >= 3);
    await server.end();
    // Its retries are over by then: the kernel waits.
    await firstRecord(dir, ({ kind, error }) => kind === 'brain.failed' && error === 'unreachable');
    await llama({ slots: 5, port: server.port });
    const ended = await run.ended;
    expect(lastJson(ended)).toMatchObject({ outcome: 'passed' });
    expect((await turingos('verify', '@last', '--home', home)).code).toBe(0);
  });
});
