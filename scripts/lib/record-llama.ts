/** Records a cassette from a real llama-server, through the verb that operators use. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createOpenAiBrain } from '../../src/adapters/brains/endpoints/openai.ts';
import type { BrainRequest } from '../../src/runtime/ports.ts';
import { type Collected, collect } from '../../test/adapters/streams.ts';
import { ASKS, STALL_MS } from '../../test/cassettes/llama-asks.ts';
import { llamaServer } from './llama-build.ts';
import { type LlamaServer, startLlamaServer } from './llama-server.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
export const KEY = 'recorded-Key-0123456789';
export const WRONG = 'mistaken-Key-9876543210';
const KEY_ENV = 'TURINGOS_RECORDED_KEY';

export type Answers = Record<keyof typeof ASKS, Collected>;

/** @param out a file that is not there yet. @returns what was heard through the recorder */
export const recordLlama = async (out: string): Promise<Answers> => {
  const { binary } = await llamaServer((line) => console.error(line));
  const server = await startLlamaServer({ binary, key: KEY });
  const recorder = spawn(process.execPath, [MAIN, 'cassette', 'record', '--upstream', server.url, '--out', out], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [said] = (await once(recorder.stdout, 'data')) as [Buffer];
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(said))?.[0];
    if (url === undefined) throw new Error(`the recorder said: ${said}`);
    recorder.stdout.resume();
    const answers = await askAll(`${url}/v1`, server);
    recorder.kill('SIGINT');
    await once(recorder, 'close');
    return answers;
  } finally {
    recorder.kill('SIGKILL');
    await server.end();
  }
};

const askAll = async (baseUrl: string, server: LlamaServer): Promise<Answers> => {
  process.env[KEY_ENV] = KEY;
  const brain = createOpenAiBrain({ vendor: 'llama-server', baseUrl, model: 'tiny', keyEnv: KEY_ENV });
  const hear = (request: BrainRequest) => collect(brain.stream(request));
  try {
    await brain.listModels();
    const [whole, short, schema] = [await hear(ASKS.whole), await hear(ASKS.short), await hear(ASKS.schema)];
    process.env[KEY_ENV] = WRONG;
    const refused = await hear(ASKS.refused);
    process.env[KEY_ENV] = KEY;
    const exceeded = await hear(ASKS.exceeded);
    const stalled = await inTheMidst(brain.stream(ASKS.stalled), async () => {
      process.kill(server.pid, 'SIGSTOP');
      await sleep(STALL_MS);
      process.kill(server.pid, 'SIGCONT');
    });
    const controller = new AbortController();
    const left = await inTheMidst(brain.stream({ ...ASKS.left, signal: controller.signal }), () => controller.abort());
    const killed = await inTheMidst(brain.stream(ASKS.killed), () => server.end());
    return { whole, short, schema, refused, exceeded, stalled, left, killed };
  } finally {
    delete process.env[KEY_ENV];
    await brain.dispose();
  }
};

/** Reads a stream, and does something at its third part. */
const inTheMidst = async (
  stream: ReturnType<ReturnType<typeof createOpenAiBrain>['stream']>,
  act: () => unknown,
): Promise<Collected> => {
  let parts = 0;
  const watched = async function* () {
    for await (const item of stream) {
      yield item;
      parts += 1;
      if (parts === 3) void act();
    }
  };
  return await collect(watched());
};
