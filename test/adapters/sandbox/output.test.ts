import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Output } from '../../../src/adapters/sandbox/output.ts';
import { runs } from '../../helpers/fc.ts';

const textOf = (limit: number, ...chunks: (string | Uint8Array)[]): string => {
  const output = new Output(limit);
  for (const chunk of chunks) output.add(Buffer.from(chunk as Uint8Array));
  return output.text();
};

test('what fits comes as it was, whatever chunks it came in', () => {
  const text = 'a€\u{1f600}\n';
  const bytes = Buffer.from(text);
  expect(textOf(bytes.length, ...[...bytes].map((byte) => Uint8Array.of(byte)))).toBe(text);
  expect(textOf(0)).toBe('');
});

test('a character that the limit goes through is dropped whole', () => {
  expect(textOf(3, 'ab€')).toBe('ab\n[of 5 bytes of output, all after the first 2 were dropped]\n');
});

test('what is cut at the end of a line gets no empty line', () => {
  expect(textOf(2, 'a\nb\n')).toBe('a\n[of 4 bytes of output, all after the first 2 were dropped]\n');
});

test('bytes that are no UTF-8 take three bytes each, and the limit holds all the same', () => {
  expect(textOf(4, Uint8Array.of(0xff, 0xff))).toBe(
    '\u{fffd}\n[of 2 bytes of output, all after the first 3 were dropped]\n',
  );
});

test('any bytes in any chunks: well-formed, within the limit, and told when something is missing', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 })), fc.nat(40), (chunks, limit) => {
      const text = textOf(limit, ...chunks);
      const all = Buffer.concat(chunks);
      expect(text.isWellFormed()).toBe(true);
      const line = /\n?\[of (\d+) bytes of output, all after the first (\d+) were dropped\]\n$/.exec(text);
      if (!line) {
        expect(text).toBe(all.toString());
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
      } else {
        expect(Number(line[1])).toBe(all.length);
        expect(Number(line[2])).toBeLessThanOrEqual(limit);
        expect(all.toString().startsWith(Buffer.from(text).subarray(0, Number(line[2])).toString())).toBe(true);
      }
    }),
    { numRuns: runs },
  );
});
