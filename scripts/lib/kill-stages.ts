/** What streams are killed on: for each kind of brain whoever talks, until it is left. */
import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { is, startOllama } from '../../test/support/ollama-server/start.ts';
import { openConnections } from './connections.ts';
import { llamaServer } from './llama-build.ts';
import { startLlamaServer } from './llama-server.ts';

export interface Stage {
  /** Who talks. */
  server: string;
  /** The brain in both seats, as a configuration file has it. */
  brain: Record<string, unknown>;
  /** What `turingos run` is told besides. */
  args: readonly string[];
  /** What a run keeps open on the side that talks. @param pid of the run's kernel */
  open(pid: number): Set<string>;
  /** What is being worked on there, by its own account. */
  busy(pid: number): number | Promise<number>;
  /** Its streams come to an end by themselves, so that a kill may fall between two. */
  finite?: true;
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
  // A server has a machine of its own elsewhere; here it would take a whole processor from the run that is measured.
  setPriority(server.pid, 10);
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
    args: [],
    open: () => openConnections(server.port),
    busy: server.busy,
    close: () => server.end(),
  };
};

const ollama = async (): Promise<Stage> => {
  const server = await startOllama();
  const { seen } = server;
  return {
    server: "the test server of Ollama's protocol over node-llama-cpp",
    brain: { provider: 'ollama', model: 'tiny-endless', url: server.url, system: '', constrained: false },
    args: [],
    open: () => openConnections(server.port),
    busy: () => seen.filter(is('asked', { path: '/api/chat' })).length - seen.filter(is('ended')).length,
    close: () => server.kill(),
  };
};

/** Tokens that come one every 30 ms are a stream that one can hit. */
const PACE = '30';

/** One that has ended stays listed until its parent has asked how. */
const isAlive = (stat: string): boolean => !/\) [ZX] /.test(readFileSync(stat, 'utf8'));

/** It talks in threads of the run's own kernel: they are what has to go. */
const embedded = async (): Promise<Stage> => {
  const threads = (pid: number): Set<string> => {
    try {
      return new Set(readdirSync(`/proc/${pid}/task`).filter((tid) => isAlive(`/proc/${pid}/task/${tid}/stat`)));
    } catch {
      return new Set();
    }
  };
  return {
    server: 'node-llama-cpp in the kernel',
    brain: { provider: 'embedded', model: 'tiny' },
    args: ['--pace', PACE],
    open: threads,
    busy: (pid) => threads(pid).size,
    finite: true,
    close: async () => {},
  };
};

export const STAGES: Record<string, () => Promise<Stage>> = { openai, ollama, embedded };
