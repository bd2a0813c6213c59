import { expect, test } from 'vitest';
import { jsonText, table } from '../../src/cli/print.ts';
import { turingos } from './harness.ts';

test('columns are as wide as their widest cell, without blanks at the end', () => {
  expect(
    table([
      ['ID', 'WHY'],
      ['00c0ffee', 'ok'],
      ['1', ''],
    ]),
  ).toBe('ID        WHY\n00c0ffee  ok\n1');
});

test('a column is as wide as what is printed of it, not as what was sent', () => {
  expect(table([['\u001b]0;a long title\u0007ab', 'x']])).toBe('ab  x');
});

test('JSON carries no control character that a terminal could obey, and reads back the same', () => {
  const hostile = { text: '\u001b]0;title\u0007 \u009b2J \u007f' };
  expect(jsonText(hostile)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(JSON.parse(jsonText(hostile))).toEqual(hostile);
});

test('what an error quotes is shown, not obeyed', async () => {
  const { stderr, code } = await turingos('run', 'task\u001b]0;owned\u0007\u009b2J');
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(stderr).toContain('There is no task');
  expect(code).toBe(66);
});
