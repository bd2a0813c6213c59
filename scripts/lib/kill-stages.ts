/** What streams are killed on: for each kind of brain a server of its own, that goes on talking until it is left. */
import { llamaServer } from './llama-build.ts';
import { startLlamaServer } from './llama-server.ts';

export interface Stage {
  /** Who talks. */
  server: string;
  /** The brain in both seats, as a configuration file has it. */
  brain: Record<string, unknown>;
  /** Where the server listens on loopback. */
  port: number;
  /** Requests that it works on, by its own account. */
  busy(): Promise<number>;
  close(): Promise<void>;
}

/** Far more than the model was trained on: what it says does not matter, as long as it goes on. */
const ENDLESS_TOKENS = 16_384;

const openai = async (): Promise<Stage> => {
  const { binary, release } = await llamaServer((line) => console.error(line));
  const server = await startLlamaServer({
    binary,
    context: ENDLESS_TOKENS,
    args: ['--ignore-eos', '--override-kv', 'llama.context_length=int:16384'],
  });
  return {
    server: `llama-server ${release}`,
    brain: {
      provider: 'openai',
      vendor: 'llama-server',
      model: 'tiny',
      url: `${server.url}/v1`,
      system: '',
      constrained: false,
    },
    port: server.port,
    busy: server.busy,
    close: () => server.end(),
  };
};

export const STAGES: Record<string, () => Promise<Stage>> = { openai };
