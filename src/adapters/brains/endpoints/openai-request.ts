/** A frame as the body of a request of the OpenAI protocol. */
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { BrainRequest } from '../../../runtime/ports.ts';
import { describedIn, plainSchema } from './schema.ts';
import type { Vendor } from './vendors.ts';

export type Thinking = 'on' | 'off';

export const openAiBody = (
  vendor: Vendor,
  model: string,
  thinking: Thinking | undefined,
  { frame, system, schema, temperature, seed, maxTokens }: BrainRequest,
): ChatCompletionCreateParamsStreaming => {
  const described = schema !== null && vendor.schema === 'json_object' ? describedIn(system, schema) : system;
  const sampled = vendor.fixedSampling?.test(model) !== true;
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      ...(described === '' ? [] : [{ role: 'system' as const, content: described }]),
      { role: 'user', content: frame },
    ],
    [vendor.maxTokens]: maxTokens,
    ...(sampled ? { temperature: temperature / 1000 } : {}),
    ...(sampled && vendor.seed ? { seed } : {}),
    ...(schema === null ? {} : { response_format: formatOf(vendor, schema) }),
    ...(thinking === undefined ? {} : vendor.thinking?.[thinking]),
  };
};

const formatOf = ({ schema: kind }: Vendor, schema: Record<string, unknown>) =>
  kind === 'json_object'
    ? { type: 'json_object' as const }
    : { type: 'json_schema' as const, json_schema: { name: 'reply', schema: plainSchema(schema) } };
