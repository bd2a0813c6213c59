import { expect, test } from 'vitest';
import { createOllamaBrain } from '../../../../src/adapters/brains/endpoints/ollama.ts';
import { createOpenAiBrain } from '../../../../src/adapters/brains/endpoints/openai.ts';
import type { Brain } from '../../../../src/runtime/ports.ts';
import { ask } from '../../streams.ts';
import { type Answer, type Fixture, serve, within } from './server.ts';

const TIMES = 50;

/** Goes on saying a word until the connection is gone. */
const endless =
  (word: string) =>
  (answer: Answer, { closed }: { closed: Promise<void> }) => {
    const timer = setInterval(() => answer.chunk(word), 1);
    void closed.then(() => clearInterval(timer));
    answer.head(200, { 'content-type': 'text/event-stream' }).chunk(word);
  };

const openAi = async (): Promise<[Brain, Fixture]> => {
  const word = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'on ' }, finish_reason: null }] })}\n\n`;
  const server = await serve(endless(word));
  return [createOpenAiBrain({ vendor: 'compatible', baseUrl: `${server.url}/v1`, model: 'm' }), server];
};
const ollama = async (): Promise<[Brain, Fixture]> => {
  const word = `${JSON.stringify({ message: { role: 'assistant', content: 'on ' }, done: false })}\n`;
  const server = await serve((answer, asked) =>
    asked.path === '/api/tags'
      ? answer.json(200, { models: [] }, { connection: 'close' })
      : endless(word)(answer, asked),
  );
  return [await createOllamaBrain({ baseUrl: server.url, model: 'm' }), server];
};

test.each([
  ['openai', openAi],
  ['ollama', ollama],
])('%s: 50 streams are ended in the midst, and the server sees each connection go', async (_, open) => {
  const [brain, server] = await open();
  for (let i = 0; i < TIMES; i += 1) {
    const controller = new AbortController();
    let heard = 0;
    let gone: Promise<boolean> | undefined;
    for await (const item of brain.stream(ask({ signal: controller.signal }))) {
      if (item.type === 'end') {
        expect(item.finish).toBe('aborted');
        continue;
      }
      heard += 1;
      if (heard < 3) continue;
      gone ??= within(250, server.asked.at(-1)?.closed as Promise<void>);
      controller.abort();
    }
    expect(await gone).toBe(true);
  }
  expect(server.asked.filter(({ method }) => method === 'POST')).toHaveLength(TIMES);
  expect(server.connections.open).toBe(0);
});
