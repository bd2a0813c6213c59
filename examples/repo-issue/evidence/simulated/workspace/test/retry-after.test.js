import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfter } from '../src/index.js';

const NOW = Date.UTC(2026, 9, 21, 7, 27, 30);

test('seconds', () => {
  assert.equal(retryAfter('30', NOW), 30_000);
  assert.equal(retryAfter(' 2 ', NOW), 2000);
});

test('no header', () => {
  assert.equal(retryAfter(undefined, NOW), null);
});

test('an HTTP date', () => {
  assert.equal(retryAfter('Wed, 21 Oct 2026 07:28:00 GMT', NOW), 30_000);
});
