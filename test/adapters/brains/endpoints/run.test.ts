import { expect, onTestFinished, test, vi } from 'vitest';
import { type EndpointSpec, openEndpoints } from '../../../../src/adapters/brains/endpoints/index.ts';
import { simulate } from '../../../../src/adapters/brains/simulated.ts';
import { DEFAULT_POLICY } from '../../../../src/kernel/index.ts';
import { verifyDecisions } from '../../../../src/runtime/verify.ts';
import { allRecords, rig } from '../../../runtime/rig.ts';
import { type Script, serve } from './server.ts';

const KEY = 'run-Secret-0123456789';

interface Chat {
  messages: { content: string }[];
  seed?: number;
  options?: { seed: number };
}

/** The reference policy's reply to the frame in a request, a few characters at a time: what is tested is the way there. */
const pieces = (json: Record<string, unknown>): string[] => {
  const { messages, seed, options } = json as unknown as Chat;
  const { text } = simulate(messages.at(-1)?.content ?? '', seed ?? options?.seed ?? 0, {});
  return text.match(/.{1,7}/gs) ?? [];
};

const openAi: Script = (answer, { json }) => {
  answer.head(200, { 'content-type': 'text/event-stream' });
  const said = (delta: object, finish: string | null = null) =>
    answer.chunk(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
  for (const content of pieces(json)) said({ content });
  said({}, 'stop');
  const usage = { prompt_tokens: 111, completion_tokens: 22 };
  answer.chunk(`data: ${JSON.stringify({ choices: [], usage })}\n\n`, 'data: [DONE]\n\n').end();
};
const ollama: Script = (answer, { json, path }) => {
  if (path !== '/api/chat') return answer.json(200, { models: [{ name: 'w:latest', digest: 'weights' }] });
  answer.head(200);
  for (const content of pieces(json)) {
    answer.chunk(`${JSON.stringify({ message: { role: 'assistant', content }, done: false })}\n`);
  }
  answer
    .chunk(`${JSON.stringify({ message: { content: '' }, done: true, done_reason: 'stop', eval_count: 33 })}\n`)
    .end();
};

test('a whole run over both protocols: an outage is waited for by the kernel, and no record has the key', async () => {
  vi.stubEnv('TEST_RUN_KEY', KEY);
  onTestFinished(() => void vi.unstubAllEnvs());
  const refused: Script = (answer, { headers }) =>
    answer.json(
      429,
      { error: { message: `Rate limit reached for ${headers.authorization}` } },
      { 'retry-after': '30' },
    );
  const [vendor, local] = [await serve(refused, refused, openAi), await serve(ollama)];
  const planner: EndpointSpec = {
    protocol: 'openai',
    vendor: 'llama-server',
    baseUrl: `${vendor.url}/v1`,
    model: 'p',
    keyEnv: 'TEST_RUN_KEY',
  };
  const { engine, started, journal, dir } = await rig({
    planner: await openEndpoints([planner]),
    worker: await openEndpoints([{ protocol: 'ollama', baseUrl: local.url, model: 'w' }]),
    // What the server asks for is capped by the policy, so that nobody waits here.
    policy: { ...DEFAULT_POLICY, backoff: { firstMs: 1, maxMs: 5 } },
  });
  expect(started.worker).toEqual({ name: 'w', digest: 'weights', simulated: false });
  await engine.start(started);
  expect(await engine.ended).toMatchObject({ outcome: 'passed' });
  await journal.sync();
  expect(await verifyDecisions(dir)).toMatchObject({ ok: true, divergence: null });

  const records = await allRecords(dir);
  // Each answer was one attempt of the kernel: nothing below tried again what asks for thirty seconds.
  expect(records.filter(({ kind }) => kind === 'process.blocked')).toMatchObject([
    { error: 'rate_limited', waitMs: 5, attempt: 1 },
    { error: 'rate_limited', waitMs: 5, attempt: 2 },
  ]);
  const replied = records.filter(({ kind }) => kind === 'brain.replied');
  expect(replied.length).toBe(vendor.asked.length - 2 + local.asked.filter(({ path }) => path === '/api/chat').length);
  expect(new Set(replied.map(({ tokensOut }) => tokensOut))).toEqual(new Set([22, 33]));
  expect(vendor.asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  expect(JSON.stringify(records)).toContain('<TEST_RUN_KEY>');
  expect(JSON.stringify(records)).not.toContain(KEY);
});
