/** Shapes of answers: what the real server puts into them, and what it leaves out. */
import type { LlamaModel } from 'node-llama-cpp';
import type { Counts } from './generate.ts';
import { type Behind, digestOf, type Loaded, sizeOf } from './models.ts';

const details = {
  parent_model: '',
  format: 'gguf',
  family: 'llama',
  families: ['llama'],
  parameter_size: '967.81K',
  quantization_level: 'F32',
};

/** When the models came here: when the server began. */
const MODIFIED = new Date().toISOString();

export const listed = (name: string, { file }: Behind) => ({
  name,
  model: name,
  modified_at: MODIFIED,
  size: sizeOf(file),
  digest: digestOf(file),
  details,
});

export const running = ({ name, expiresAt, model }: Loaded, { file }: Behind) => ({
  name,
  model: name,
  size: model.size,
  digest: digestOf(file),
  details,
  expires_at: (expiresAt ?? new Date(8.64e15)).toISOString(),
  size_vram: 0,
});

export const shown = (model: LlamaModel, { file, thinks }: Behind) => ({
  modelfile: `FROM ${file}\n`,
  template: model.fileInfo.metadata.tokenizer?.chat_template ?? '',
  details,
  model_info: {
    'general.architecture': model.fileInfo.metadata.general.architecture,
    'llama.context_length': model.trainContextSize,
  },
  capabilities: ['completion', ...(thinks ? ['thinking'] : [])],
  modified_at: MODIFIED,
});

const nanoseconds = (ms: number): number => Math.round(ms * 1e6);

/** Durations in nanoseconds; what is zero is left out. */
export const metrics = (counts: Counts, loadMs: number, totalMs: number): Record<string, number> =>
  Object.fromEntries(
    Object.entries({
      total_duration: nanoseconds(totalMs),
      load_duration: nanoseconds(loadMs),
      prompt_eval_count: counts.tokensIn,
      prompt_eval_duration: nanoseconds(counts.promptMs),
      eval_count: counts.tokensOut,
      eval_duration: nanoseconds(counts.evalMs),
    }).filter(([, value]) => value > 0),
  );

/** How `/api/chat` and `/api/generate` wrap the same pieces. */
export type Wrap = (content: string, thinking: string) => Record<string, unknown>;

export const asMessage: Wrap = (content, thinking) => ({
  message: { role: 'assistant', content, ...(thinking === '' ? {} : { thinking }) },
});
export const asResponse: Wrap = (content, thinking) => ({
  response: content,
  ...(thinking === '' ? {} : { thinking }),
});
