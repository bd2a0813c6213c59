import { expect, test } from 'vitest';
import { MAX_SPEED, nextSpeed, parseSpeed, speedText } from '../../src/store/speed.ts';

test('speeds double from a quarter to 64, then as fast as it goes, and stay at their ends', () => {
  const up = [0.25];
  while (nextSpeed(up.at(-1) ?? 0, 1) !== up.at(-1)) up.push(nextSpeed(up.at(-1) ?? 0, 1));
  expect(up.map(speedText)).toEqual(['x0.25', 'x0.5', 'x1', 'x2', 'x4', 'x8', 'x16', 'x32', 'x64', 'max']);
  expect(nextSpeed(MAX_SPEED, -1)).toBe(64);
  expect(nextSpeed(0.25, -1)).toBe(0.25);
  // One that was given on the command line may lie between two.
  expect([nextSpeed(3, 1), nextSpeed(3, -1)]).toEqual([4, 2]);
});

test('speeds that can be given', () => {
  expect(['max', '0.25', '3', '64'].map(parseSpeed)).toEqual([MAX_SPEED, 0.25, 3, 64]);
  expect(['', '0', '65', '-1', 'x2', '1e1', 'fast'].map(parseSpeed)).toEqual(Array(7).fill(undefined));
});
