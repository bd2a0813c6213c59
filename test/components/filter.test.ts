import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterOf, filterTitle, searchOf } from '../../src/components/filter.ts';

const fits = (filter: string, row: string): boolean => filterOf(filter).test(row);

describe('what is let through', () => {
  test.each([
    ['', 'anything'],
    ['  ', 'anything'],
    ['!', 'anything'],
    ['eacces', 't79 w5 EACCES x2'],
    ['w5 eacces', 't79 w5 EACCES x2'],
    ['eacces w5', 't79 w5 EACCES x2'],
    ['^t7\\d', 't79 w5 EACCES x2'],
    ['route|mind', 't84 P1 THRASH_ROUTE'],
    ['!route', 't79 w5 EACCES x2'],
    ['!^t8 !route', 't79 w5 EACCES x2'],
    ['vfd://rw/<name>', 'rw w5 vfd://rw/<name> x2'],
    ['x\\(3\\)', 'call x(3)'],
    ['\\!x', 'no !x here'],
    ['日本', '答えは日本語'],
  ])('%j lets %j through', (filter, row) => expect(fits(filter, row)).toBe(true));

  test.each([
    ['eacces', 't84 P1 THRASH_ROUTE'],
    ['w5 route', 't79 w5 EACCES x2'],
    ['!eacces', 't79 w5 EACCES x2'],
    ['w5 !eacces', 't79 w5 EACCES x2'],
    ['^5', 't79 w5 EACCES x2'],
  ])('%j keeps %j out', (filter, row) => expect(fits(filter, row)).toBe(false));
});

test.each([
  ['(', 'a ( is not closed'],
  ['[a', 'a [ is not closed'],
  ['a)', 'a ) has no ('],
  ['*', 'there is nothing to repeat'],
  ['a{2000}', 'it repeats too often'],
  ['(a{1,30}){1,30}', 'it repeats too often'],
  ['(?=a)', 'there is no looking around'],
  ['ok [z-a]', 'a range runs backwards'],
  ['x'.repeat(300), 'it is longer than 200 characters'],
])('%j is told in words, and lets every row through', (filter, why) => {
  expect(filterOf(filter).problem).toContain(why);
  expect(filterOf(filter).problem).not.toContain('\n');
  expect(fits(filter, 'whatever')).toBe(true);
  expect(filterOf(filter).places('whatever')).toEqual([]);
  expect(filterTitle(filterOf(filter))).toContain('! no pattern, all shown');
});

// Each takes V8's own engine longer than the universe has lasted, on rows like these.
test.each(['(a+)+$', '(a*)*b', '(a|aa)+$', '(x+x+)+y', '(.*)*(.*)*(.*)*!$'])(
  '%s does not freeze the screen',
  (filter) => {
    const rows = Array.from({ length: 500 }, (_, i) => `${'a'.repeat(200)}${'x'.repeat(200)} ${i}`);
    expect(rows.filter((row) => fits(filter, row))).toEqual([]);
  },
);

test('a search is one pattern, blanks and all', () => {
  expect(searchOf('line 3').places('a line 3, line 4')).toEqual([[2, 8]]);
  expect(searchOf('line 3').test('3 line')).toBe(false);
  expect(searchOf('!line 3').test('3 line')).toBe(true);
});

test('places are marked in order, none within another', () => {
  expect(filterOf('ab b').places('abxbAB')).toEqual([
    [0, 2],
    [3, 4],
    [4, 6],
  ]);
  expect(filterOf('x*').places('axxa')).toEqual([[1, 3]]);
  expect(filterOf('!a').places('aaa')).toEqual([]);
});

const quoted = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}!]/g, '\\$&');

test('property: any text, quoted, finds itself, and with ! leaves itself out', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/\s/.test(text));
  fc.assert(
    fc.property(word, fc.string(), fc.string(), (text, before, after) => {
      const row = `${before}${text}${after}`;
      expect(fits(quoted(text), row)).toBe(true);
      expect(fits(`!${quoted(text)}`, row)).toBe(false);
    }),
  );
});

test('property: any input is a filter or a sentence, and never throws', () => {
  const typed = fc.string({
    unit: fc.constantFrom(
      'a',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '*',
      '+',
      '?',
      '\\',
      '|',
      '!',
      ' ',
      '-',
      '^',
      '$',
      '9',
      ',',
    ),
    maxLength: 30,
  });
  fc.assert(
    fc.property(typed, fc.string(), (filter, row) => {
      const { problem, places } = filterOf(filter);
      expect(typeof fits(filter, row)).toBe('boolean');
      for (const [start, end] of places(row)) expect(end).toBeGreaterThan(start);
      if (problem !== '') expect(problem).toMatch(/is no pattern: /);
    }),
  );
});
