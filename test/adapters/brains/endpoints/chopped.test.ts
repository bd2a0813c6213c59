/** Streams whose bytes come cut anywhere, framed in any way that the protocols allow, broken off, or spoilt. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createOllamaBrain } from '../../../../src/adapters/brains/endpoints/ollama.ts';
import { createOpenAiBrain } from '../../../../src/adapters/brains/endpoints/openai.ts';
import { type Brain, BrainError } from '../../../../src/runtime/ports.ts';
import { runs } from '../../../helpers/fc.ts';
import { ask, type Collected, collect } from '../../streams.ts';
import { keepServing, type Serving } from './server.ts';

/** A request over a socket takes milliseconds: a twentieth of the runs that a function gets. */
const numRuns = Math.ceil(runs / 20);

interface Delta {
  kind: 'text' | 'reasoning';
  text: string;
}

const piece = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  fc.constantFrom('\n', '\r\n', '\u2028', 'data: ', '[DONE]', '{"error":"x"}', '\\', '"', '\u0000', '🦊', '\ufeff'),
  fc.nat({ max: 40_000 }).map((length) => 'long '.repeat(Math.ceil((length + 1) / 5))),
);
const deltas = fc.array(
  fc.record<Delta>({ kind: fc.constantFrom('text', 'reasoning'), text: piece.map((text) => text.toWellFormed()) }),
  { minLength: 1, maxLength: 8 },
);
const counts = fc.record({ tokensIn: fc.nat({ max: 9999 }), tokensOut: fc.integer({ min: 1, max: 9999 }) });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

/** It comes to its end, though too early; or its connection does. */
type Ending = 'end' | 'reset';

interface Protocol {
  open(url: string): Promise<Brain>;
  /** Bytes of an answer, framed as the numbers say. */
  wire(said: readonly Delta[], usage: { tokensIn: number; tokensOut: number }, frame: readonly number[]): string;
  /** Whether an answer that breaks off behind these bytes has said that it is complete. */
  complete(bytes: string, end: Ending): boolean;
}

/** Framings that change nothing of what is said, in turn as the numbers say. */
const pick = <T>(choices: readonly T[], frame: readonly number[], i: number): T =>
  choices[(frame[i % frame.length] ?? 0) % choices.length] as T;

const OPENAI: Protocol = {
  open: async (url) => createOpenAiBrain({ vendor: 'compatible', baseUrl: `${url}/v1`, model: 'm' }),
  wire: (said, { tokensIn, tokensOut }, frame) => {
    const choice = (delta: object, finish: string | null) => ({
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const events: unknown[] = [
      choice({ role: 'assistant', content: '' }, null),
      ...said.map(({ kind, text }) => choice(kind === 'text' ? { content: text } : { reasoning_content: text }, null)),
      choice({}, 'stop'),
      { choices: [], usage: { prompt_tokens: tokensIn, completion_tokens: tokensOut } },
    ];
    const end = pick(['\n', '\r\n', '\r'], frame, 0);
    const framed = events.map((event, i) => {
      const json = JSON.stringify(event);
      const before = pick(
        ['', `: keep-alive${end}${end}`, `event: message${end}`, `id: ${i}${end}`, end],
        frame,
        i + 1,
      );
      return `${before}${pick(['data: ', 'data:'], frame, i + 2)}${json}${end}${end}`;
    });
    return `${framed.join('')}data: [DONE]${end}${end}`;
  },
  complete: (bytes, end) => bytes.includes(`"finish_reason":"stop"}]}${end === 'end' ? '' : '\n\n'}`),
};

const OLLAMA: Protocol = {
  open: (url) => createOllamaBrain({ baseUrl: url, model: 'm' }),
  wire: (said, { tokensIn, tokensOut }, frame) => {
    const part = (message: object, more: object) =>
      JSON.stringify({ model: 'm', message: { role: 'assistant', ...message }, ...more });
    const lines = [
      ...said.map(({ kind, text }) =>
        part(kind === 'text' ? { content: text } : { content: '', thinking: text }, { done: false }),
      ),
      part(
        { content: '' },
        {
          done: true,
          done_reason: 'stop',
          eval_count: tokensOut,
          ...(tokensIn > 0 ? { prompt_eval_count: tokensIn } : {}),
        },
      ),
    ];
    return lines.map((line, i) => `${line}${pick(['\n', '\r\n', '\n\n', ' \n', '\n \r\n'], frame, i)}`).join('');
  },
  complete: (bytes, end) => (end === 'end' ? /"done":true[^\n]*}(\n|$)/ : /"done":true.*\n/).test(bytes),
};

const inParts = (bytes: Buffer, where: readonly number[]): Buffer[] => {
  const places = [0, ...where.map((part) => Math.floor(part * bytes.length)), bytes.length].sort((a, b) => a - b);
  return places
    .slice(1)
    .map((end, i) => bytes.subarray(places[i], end))
    .filter(({ length }) => length > 0);
};

/** Neighbours of a kind are one text: how it was cut into deltas is the server's affair. */
const merged = (said: readonly { type?: string; kind?: string; text: string }[]): string[] =>
  said.reduce<string[]>((all, { type, kind = type, text }) => {
    const last = all.at(-1);
    if (last?.startsWith(`${kind}:`)) all[all.length - 1] = last + text;
    else all.push(`${kind}:${text}`);
    return all;
  }, []);

describe.each([
  ['openai', OPENAI],
  ['ollama', OLLAMA],
])('%s', (_, { open, wire, complete }) => {
  let serving: Serving;
  let brain: Brain;
  const printed: unknown[][] = [];
  beforeAll(async () => {
    serving = await keepServing();
    serving.answer = (answer) => answer.json(200, { models: [] });
    brain = await open(serving.url);
    for (const name of ['log', 'warn', 'error'] as const) {
      vi.spyOn(console, name).mockImplementation((...args) => void printed.push(args));
    }
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await brain.dispose();
    await serving.close();
  });

  const heard = (parts: readonly Buffer[], end: Ending = 'end'): Promise<Collected> => {
    serving.answer = (answer) => {
      answer.head(200, { 'content-type': 'text/event-stream' }).chunk(...parts);
      if (end === 'end') answer.end();
      else answer.halfClose();
    };
    return collect(brain.stream(ask({ frame: 'f' })));
  };

  test('what is said arrives whole, wherever its bytes are cut and however it is framed', async () => {
    await fc.assert(
      fc.asyncProperty(
        deltas,
        counts,
        fc.array(fc.nat(), { minLength: 1 }),
        cuts,
        async (said, usage, frame, where) => {
          const found = await heard(inParts(Buffer.from(wire(said, usage, frame)), where));
          expect(found.error).toBeUndefined();
          expect(merged(found.deltas)).toEqual(merged(said));
          expect(found.end).toMatchObject({ finish: 'stop', usage });
        },
      ),
      { numRuns },
    );
  });

  test('byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(deltas, counts, async (said, usage) => {
        const short = said.map(({ kind, text }) => ({ kind, text: text.slice(0, 20).toWellFormed() }));
        const bytes = Buffer.from(wire(short, usage, [0]));
        const found = await heard([...bytes].map((_, i) => bytes.subarray(i, i + 1)));
        expect(merged(found.deltas)).toEqual(merged(short));
        expect(found.end?.finish).toBe('stop');
      }),
      { numRuns: Math.ceil(numRuns / 5) },
    );
  });

  test('broken off at any byte, it is cut off with what was said, and complete only where it said so', async () => {
    await fc.assert(
      fc.asyncProperty(
        deltas,
        counts,
        cuts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom<Ending>('end', 'reset'),
        async (said, usage, where, at, end) => {
          const whole = Buffer.from(wire(said, usage, [0]));
          const bytes = whole.subarray(0, Math.floor(at * whole.length));
          const found = await heard(inParts(bytes, where), end);
          const all = said.map(({ text }) => text).join('');
          expect(all.startsWith(found.deltas.map(({ text }) => text).join(''))).toBe(true);
          if (complete(bytes.toString(), end)) {
            expect(found.end?.finish).toBe('stop');
            return;
          }
          expect(found.end).toBeUndefined();
          expect(found.error).toBeInstanceOf(BrainError);
          // Nothing heard and no clean end: it was not reached.
          const codes = found.deltas.length === 0 && end === 'reset' ? ['unreachable', 'cut_off'] : ['cut_off'];
          expect(codes).toContain((found.error as BrainError).code);
        },
      ),
      { numRuns },
    );
  });

  test('spoilt in some bytes, it is told with a typed error or read as it is; nothing is printed, and nobody waits', async () => {
    const spoils = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.uint8Array({ minLength: 1, maxLength: 4 })),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(deltas, counts, spoils, cuts, async (said, usage, marks, where) => {
        const bytes = Buffer.from(wire(said, usage, [0]));
        for (const [at, garbage] of marks) bytes.set(garbage.subarray(0, 1), Math.floor(at * (bytes.length - 1)));
        const found = await heard(inParts(bytes, where));
        if (found.error !== undefined) expect(found.error).toBeInstanceOf(BrainError);
        else expect(found.end).toBeDefined();
        expect(printed).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('what is no stream at all is told with a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), cuts, async (garbage, where) => {
        const found = await heard(inParts(Buffer.from(garbage), where));
        expect(found.error).toBeInstanceOf(BrainError);
        expect(printed).toEqual([]);
      }),
      { numRuns },
    );
  });
});
