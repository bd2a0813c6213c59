import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wholeLines } from '../../../../src/adapters/brains/endpoints/json-lines.ts';
import { runs } from '../../../helpers/fc.ts';

/** What a client gets of bytes that came cut at such places. */
const through = async (bytes: Uint8Array, cuts: readonly number[]): Promise<string> => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const parts = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
  const answer = await wholeLines(async () => new Response(ReadableStream.from(parts)))('http://x');
  return answer.text();
};

const line = fc.record({ message: fc.record({ content: fc.string({ unit: 'binary' }) }), done: fc.boolean() });
const cuts = fc.array(fc.nat(), { maxLength: 12 });

test('lines come whole, wherever their bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line), cuts, fc.constantFrom('\n', '\r\n', '\n\n'), async (values, where, end) => {
      const lines = values.map((value) => JSON.stringify(value).toWellFormed());
      const got = await through(Buffer.from(lines.map((text) => text + end).join('')), where);
      expect(
        got
          .split('\n')
          .slice(0, -1)
          .map((text) => text.trim()),
      ).toEqual(lines);
    }),
    { numRuns: runs },
  );
});

test('a line that was cut off at the end is left out, whatever is left of it', async () => {
  await fc.assert(
    fc.asyncProperty(line, line, fc.nat(), cuts, async (whole, half, at, where) => {
      const first = `${JSON.stringify(whole).toWellFormed()}\n`;
      const second = JSON.stringify(half).toWellFormed();
      const got = await through(Buffer.from(first + second.slice(0, at % second.length).toWellFormed()), where);
      expect(got).toBe(first);
    }),
    { numRuns: runs },
  );
});
