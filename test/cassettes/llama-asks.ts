/** What llama-server was asked for `llama-server.cassette`, word for word: a cassette knows a request by its body. */
import type { BrainRequest } from '../../src/runtime/ports.ts';
import { ask } from '../adapters/streams.ts';

/** What a worker is shown in the middle of its map: the tiny model was trained on such. */
export const frameOf = (a: number, b: number): string => `[role] worker of map m1, step 2 of 3
[task] sum r02
[hold]
h1 r rows/
[q] read r02
[last] SYS_GOTO h1 r02
[at] h1 r02
[page 1/1]
add ${a} and ${b}
`;

export const FRAME = frameOf(4410, 4900);

/** Nothing that the model would say by itself; with characters of several bytes. */
export const VERDICT = {
  type: 'object',
  properties: { verdict: { enum: ['né 🦊', 'non'] }, count: { type: 'integer', minimum: 10, maximum: 99 } },
  required: ['verdict', 'count'],
  additionalProperties: false,
};

export const ASKS = {
  /** To its end. */
  whole: ask({ frame: frameOf(1000, 1) }),
  /** To its limit of tokens. */
  short: ask({ frame: frameOf(2000, 2), maxTokens: 8 }),
  schema: ask({ frame: frameOf(3000, 3), schema: VERDICT, temperature: 1000, seed: 3 }),
  /** With a wrong key. */
  refused: ask({ frame: frameOf(4000, 4) }),
  exceeded: ask({ frame: FRAME.repeat(20) }),
  /** The server stands still for a while in the midst of it. */
  stalled: ask({ frame: frameOf(5000, 5) }),
  /** We leave. */
  left: ask({ frame: frameOf(6000, 6) }),
  /** `kill -9` of the server in the midst of it. */
  killed: ask({ frame: frameOf(7000, 7) }),
} satisfies Record<string, BrainRequest>;

export const LLAMA_CASSETTE = new URL('./llama-server.cassette', import.meta.url);
/** How long the server stands still, ms. */
export const STALL_MS = 600;
