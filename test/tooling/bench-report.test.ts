import { expect, test } from 'vitest';
import { formatTable, median, toJson } from '../../bench/report.ts';

const result = {
  name: 'journal',
  rows: [
    { metric: 'append', median: 212_345.6, unit: 'records/s', runs: 5, ratio: 1.234, peer: 'pino' },
    { metric: 'open', median: 0.01234, unit: 'ms', runs: 20 },
  ],
};

test('the table lines up', () => {
  expect(formatTable(result)).toBe(
    [
      '',
      'journal',
      'metric   median  unit       runs  against',
      '------  -------  ---------  ----  -----------',
      'append  212,346  records/s     5  1.23 x pino',
      'open     0.0123  ms           20',
    ].join('\n'),
  );
});

test('the JSON keeps medians and ratios unrounded, by name and metric', () => {
  expect(toJson([result])).toEqual({
    journal: {
      append: { median: 212_345.6, unit: 'records/s', runs: 5, ratio: 1.234, peer: 'pino' },
      open: { median: 0.01234, unit: 'ms', runs: 20 },
    },
  });
});

test('medians', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(/at least one/);
});
