/** From what a profile says to what a run keeps: every default is filled in here, once. */
import { resolve } from 'node:path';
import type { BrainSpec, PairSpec, SeatSpec } from '../../runtime/brain-spec.ts';
import { OLLAMA, VENDORS, type Vendor } from '../brains/endpoints/vendors.ts';
import { readPlaybook } from './playbook-file.ts';
import { type BrainFields, CONTEXT_TOKENS, type ProfileFields } from './schema.ts';
import { isCheckpoint } from './short-form.ts';
import { SYSTEM_PROMPT } from './system-prompt.ts';

/**
 * @param base the directory that relative paths of GGUF files and playbooks are seen from
 * @throws ConfigError where a playbook cannot be had
 */
export const pairOf = ({ planner, worker, brain }: ProfileFields, base: string): PairSpec => ({
  planner: seatOf((planner ?? brain) as BrainFields, base),
  worker: seatOf((worker ?? brain) as BrainFields, base),
});

/** The embedded model was trained without a system prompt and on whole replies; others need to be told, and held. */
const seatOf = (fields: BrainFields, base: string): SeatSpec => {
  const remote = fields.provider === 'ollama' || fields.provider === 'openai';
  return {
    brain: brainOf(fields, base),
    system: fields.system ?? (remote ? SYSTEM_PROMPT : ''),
    constrained: fields.constrained ?? remote,
  };
};

const brainOf = (fields: BrainFields, base: string): BrainSpec => {
  if (fields.provider === 'simulated') {
    const { rates, playbook } = fields;
    return {
      provider: 'simulated',
      ...(rates === undefined ? {} : { rates }),
      ...(playbook === undefined ? {} : { playbook: readPlaybook(resolve(base, playbook)) }),
    };
  }
  if (fields.provider === 'embedded') return { provider: 'embedded', model: modelFile(fields.model, base) };
  const { url, urls, keyEnv, model, thinking, silenceMs, price } = fields;
  const vendor = fields.provider === 'openai' ? (fields.vendor ?? 'compatible') : undefined;
  const facts: Pick<Vendor, 'baseUrl' | 'keyEnv'> = vendor === undefined ? OLLAMA : VENDORS[vendor];
  const common = {
    model,
    urls: urls ?? [url ?? facts.baseUrl ?? ''],
    keyEnv: keyEnv === undefined ? facts.keyEnv : keyEnv,
    ...(thinking === undefined ? {} : { thinking }),
    ...(silenceMs === undefined ? {} : { silenceMs }),
    ...(price === undefined ? {} : { price: { in: micro(price.in), out: micro(price.out) } }),
  };
  if (vendor !== undefined) return { provider: 'openai', vendor, ...common };
  const contextTokens = (fields.provider === 'ollama' ? fields.contextTokens : undefined) ?? CONTEXT_TOKENS;
  return { provider: 'ollama', ...common, contextTokens };
};

const micro = (dollars: number): number => Math.round(dollars * 1_000_000);

const modelFile = (model: string, base: string): string => (isCheckpoint(model) ? model : resolve(base, model));
