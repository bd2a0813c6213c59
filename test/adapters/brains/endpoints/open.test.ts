import { expect, test } from 'vitest';
import { type EndpointSpec, openEndpoints } from '../../../../src/adapters/brains/endpoints/index.ts';
import { ask, collect } from '../../streams.ts';
import { deadUrl, type Script, serve } from './server.ts';

const says =
  (text: string): Script =>
  (answer, { path }) => {
    if (path === '/api/tags') return answer.json(200, { models: [{ name: 'm:latest', digest: 'd' }] });
    if (path === '/api/chat') {
      const last = { message: { role: 'assistant', content: text }, done: true, done_reason: 'stop' };
      return answer
        .head(200)
        .chunk(`${JSON.stringify(last)}\n`)
        .end();
    }
    const choice = { index: 0, delta: { content: text }, finish_reason: 'stop' };
    answer.head(200, { 'content-type': 'text/event-stream' });
    answer.chunk(`data: ${JSON.stringify({ choices: [choice] })}\n\ndata: [DONE]\n\n`).end();
  };

const openAi = (url: string): EndpointSpec => ({
  protocol: 'openai',
  vendor: 'vllm',
  baseUrl: `${url}/v1`,
  model: 'm',
});
const ollama = (url: string): EndpointSpec => ({ protocol: 'ollama', baseUrl: url, model: 'm' });

test('endpoints of both protocols serve one role, and one that is down is passed over', async () => {
  const [one, two] = [await serve(says('one')), await serve(says('two'))];
  const brain = await openEndpoints([openAi(one.url), openAi(await deadUrl()), ollama(two.url)]);
  const texts: string[] = [];
  for (let i = 0; i < 8; i += 1) texts.push((await collect(brain.stream(ask()))).text);
  expect(new Set(texts)).toEqual(new Set(['one', 'two']));
  await brain.dispose();
});

test('a request that is turned away is tried again once, not by every layer', async () => {
  const busy = await serve((answer) => answer.json(503, { error: 'Loading model' }));
  const { error } = await collect((await openEndpoints([openAi(busy.url)])).stream(ask()));
  expect(error).toMatchObject({ code: 'overloaded' });
  expect(busy.asked).toHaveLength(3);
});

test('a server that comes back in time is waited for', async () => {
  const server = await serve((answer) => answer.reset(), says('here again'));
  expect((await collect((await openEndpoints([openAi(server.url)])).stream(ask()))).text).toBe('here again');
});
