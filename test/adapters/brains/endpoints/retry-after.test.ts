import { expect, test } from 'vitest';
import { retryAfterIn, retryAfterOf } from '../../../../src/adapters/brains/endpoints/retry-after.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each<[string, Record<string, string>, number | undefined]>([
  ['seconds', { 'retry-after': '7' }, 7000],
  ['parts of seconds', { 'retry-after': ' 0.5 ' }, 500],
  ['now', { 'retry-after': '0' }, 0],
  ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
  ['a date that is over', { 'retry-after': 'Wed, 31 Dec 2025 23:59:00 GMT' }, 0],
  ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '7' }, 250],
  ['nothing', {}, undefined],
  ['no time at all', { 'retry-after': 'soon' }, undefined],
  ['an empty header', { 'retry-after': '' }, undefined],
])('headers: %s', (_, headers, ms) => {
  expect(retryAfterOf(new Headers(headers), NOW)).toBe(ms);
});

test.each([
  ['"retryDelay": "34s"', 34_000],
  ['Please try again in 6ms.', 6],
  ['please try again after 1 seconds', 1000],
  ['try again in 2m', 120_000],
  ['Please try again in 7m12.5s.', 432_500],
  ['retry after 1h', 3_600_000],
  ['retry in 1.5 s', 1500],
  ['try another model', undefined],
])('words: %s', (body, ms) => {
  expect(retryAfterIn(body)).toBe(ms);
});
