/** Servers of the OpenAI protocol as tests script them, and what came of asking one. */
import { expect } from 'vitest';
import { createOpenAiBrain, type OpenAiOptions } from '../../../../src/adapters/brains/endpoints/openai.ts';
import { BrainError } from '../../../../src/runtime/ports.ts';
import { ask, type Collected, collect } from '../../streams.ts';
import { type Script, serve } from './server.ts';

export const SSE = { 'content-type': 'text/event-stream' };
export const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
export const delta = (fields: Record<string, unknown>, finish: string | null = null): string =>
  event({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: fields, finish_reason: finish }] });
export const DONE = 'data: [DONE]\n\n';
export const usage = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 };
export const sse =
  (...parts: (string | Uint8Array)[]): Script =>
  (answer) =>
    void answer
      .head(200, SSE)
      .chunk(...parts)
      .end();

export const brainAt = (url: string, more: Partial<OpenAiOptions> = {}) =>
  createOpenAiBrain({ vendor: 'compatible', baseUrl: `${url}/v1`, model: 'm', ...more });
export const asked = async (script: Script, more: Partial<OpenAiOptions> = {}): Promise<Collected> => {
  const { url } = await serve(script);
  return collect(brainAt(url, more).stream(ask({ frame: 'hello' })));
};
export const failure = (found: Collected): BrainError => {
  expect(found.error).toBeInstanceOf(BrainError);
  return found.error as BrainError;
};
