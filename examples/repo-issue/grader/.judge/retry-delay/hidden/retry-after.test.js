import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delay, retryAfter } from '../../../src/index.js';

const NOW = Date.UTC(2031, 0, 5, 12, 0, 0);

test('a date to come', () => {
  assert.equal(retryAfter('Sun, 05 Jan 2031 12:01:30 GMT', NOW), 90_000);
});

test('a date far off', () => {
  assert.equal(retryAfter('Tue, 07 Jan 2031 12:00:00 GMT', NOW), 2 * 24 * 3600 * 1000);
});

test('a date that has passed', () => {
  assert.equal(retryAfter('Sun, 05 Jan 2031 11:00:00 GMT', NOW), 0);
});

test('seconds stay seconds', () => {
  assert.equal(retryAfter('0', NOW), 0);
  assert.equal(retryAfter('120', NOW), 120_000);
});

test('what cannot be read', () => {
  assert.equal(retryAfter('soon', NOW), null);
  assert.equal(retryAfter('', NOW), null);
});

test('then the delay is ours to choose', () => {
  assert.equal(delay(2, 'soon', NOW), 2000);
  assert.equal(delay(2, 'Sun, 05 Jan 2031 12:00:10 GMT', NOW), 10_000);
});
