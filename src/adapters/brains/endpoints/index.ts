/** Brains behind addresses: what profiles name, put together. */
import type { Brain } from '../../../runtime/ports.ts';
import { createBalancedBrain } from './balanced.ts';
import type { EndpointBrain } from './endpoint-brain.ts';
import { createOllamaBrain, type OllamaOptions } from './ollama.ts';
import { createOpenAiBrain, type OpenAiOptions } from './openai.ts';
import { retrying } from './retrying.ts';

export type EndpointSpec = ({ protocol: 'openai' } & OpenAiOptions) | ({ protocol: 'ollama' } & OllamaOptions);

/** @throws BrainError where the options are no good */
export const openEndpoint = async (spec: EndpointSpec): Promise<EndpointBrain> =>
  spec.protocol === 'openai' ? createOpenAiBrain(spec) : createOllamaBrain(spec);

/** The brain of a role: one endpoint or several of one model, tried again once, around all of them. */
export const openEndpoints = async (specs: readonly [EndpointSpec, ...EndpointSpec[]]): Promise<Brain> => {
  const [first, ...others] = specs;
  const brain = await openEndpoint(first);
  if (others.length === 0) return retrying(brain);
  return retrying(createBalancedBrain([brain, ...(await Promise.all(others.map(openEndpoint)))]));
};
