import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyFrom } from '../../../../src/adapters/brains/endpoints/key.ts';
import { runs } from '../../../helpers/fc.ts';

const KEY = 'abacab-secret';
const key = keyFrom('MY_KEY', { MY_KEY: KEY });
const through = (pieces: readonly string[]): string[] => {
  const cleaner = key.cleaner();
  const told = pieces.map((piece) => cleaner.next(piece));
  return [...told, cleaner.rest()];
};

test('a key in a text that comes in pieces is in none of what is told, and all else is', () => {
  const word = fc.oneof(fc.constantFrom(KEY, 'ab', 'abac', 'abacab-', 'secret', 'x'), fc.string({ maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.array(fc.nat({ max: 5 }), { minLength: 1 }), (words, sizes) => {
      const text = words.join('');
      const pieces: string[] = [];
      for (let at = 0, i = 0; at < text.length; i += 1) {
        const size = (sizes[i % sizes.length] ?? 0) + 1;
        pieces.push(text.slice(at, at + size));
        at += size;
      }
      const told = through(pieces);
      expect(told.join('')).toBe(text.replaceAll(KEY, '<MY_KEY>'));
      for (const part of told) expect(part).not.toContain(KEY);
    }),
    { numRuns: runs },
  );
});

test('what cannot begin a key is held back for nobody', () => {
  expect(through(['{"q":', '"x"}'])).toEqual(['{"q":', '"x"}', '']);
  expect(keyFrom(null).cleaner().next('abacab-secret')).toBe('abacab-secret');
});
