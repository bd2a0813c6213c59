import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delay } from '../src/index.js';

test('doubles up to a minute', () => {
  assert.deepEqual(
    [1, 2, 3, 7, 20].map((attempt) => delay(attempt, undefined, 0)),
    [1000, 2000, 4000, 60_000, 60_000],
  );
});

test('what the server asks for goes first', () => {
  assert.equal(delay(1, '5', 0), 5000);
});
