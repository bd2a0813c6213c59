/** Streams of JSON lines, made safe for a client that prints to the terminal what it cannot read. */
import type { Transformer } from 'node:stream/web';
import { BrainError } from '../../../runtime/ports.ts';

/**
 * A `fetch` whose answers hold whole lines of JSON: a broken line is an error, and the rest of a line that was cut at the
 * end is left out.
 */
export const wholeLines =
  (send: typeof fetch): typeof fetch =>
  async (input, init) => {
    const answer = await send(input, init);
    const { status, headers, body } = answer;
    return new Response(body?.pipeThrough(new TransformStream(lines())) ?? null, { status, headers });
  };

const lines = (): Transformer<Uint8Array, Uint8Array> => {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = '';
  return {
    transform: (part, out) => {
      const pieces = (rest + decoder.decode(part, { stream: true })).split('\n');
      rest = pieces.pop() ?? '';
      for (const piece of pieces) {
        if (piece.trim() === '') continue;
        if (!isObject(piece)) throw new BrainError('malformed', 'a line of the answer is no JSON object');
        out.enqueue(encoder.encode(`${piece}\n`));
      }
    },
    // The last line may do without its end.
    flush: (out) => {
      if (isObject(rest)) out.enqueue(encoder.encode(`${rest}\n`));
    },
  };
};

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
};
