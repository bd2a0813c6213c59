/** A real llama-server for tests: built at the first need, and ended with the test. */
import { onTestFinished } from 'vitest';
import { BUILD_PACKAGES, type BuiltServer, builtServer, llamaServer } from '../../scripts/lib/llama-build.ts';
import { type LlamaServer, type LlamaServerOptions, startLlamaServer } from '../../scripts/lib/llama-server.ts';
import { createOpenAiBrain, type OpenAiOptions } from '../../src/adapters/brains/endpoints/openai.ts';
import { requires } from '../helpers/requires.ts';

/** Why there can be none; undefined where there can. */
export const lacking =
  builtServer() === undefined
    ? BUILD_PACKAGES.map((name) => requires(name)).find((why) => why !== undefined)
    : undefined;

/** For hooks that may have to build it first. */
export const BUILD_MS = 45 * 60_000;

/** Built, once for all tests. */
export const built = (): Promise<BuiltServer> => llamaServer((line) => console.error(line));

export const llama = async (options: Omit<LlamaServerOptions, 'binary'> = {}): Promise<LlamaServer> => {
  const server = await startLlamaServer({ binary: (await built()).binary, ...options });
  onTestFinished(() => server.end());
  return server;
};

export const brainAt = ({ url }: { url: string }, more: Partial<OpenAiOptions> = {}) => {
  const brain = createOpenAiBrain({ vendor: 'llama-server', baseUrl: `${url}/v1`, model: 'tiny', ...more });
  onTestFinished(() => brain.dispose());
  return brain;
};

/** A server that goes on until it is stopped, and a request that lets it. */
export const ENDLESS: Omit<LlamaServerOptions, 'binary'> = {
  context: 16_384,
  args: ['--ignore-eos', '--override-kv', 'llama.context_length=int:16384'],
};
export const ENDLESS_TOKENS = 8192;
