/** What is known of vendors stands in one table. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { VENDORS } from '../../../../src/adapters/brains/endpoints/vendors.ts';

const SRC = fileURLToPath(new URL('../../../../src', import.meta.url));
const TABLE = 'adapters/brains/endpoints/vendors.ts';

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, code: readFileSync(join(SRC, name), 'utf8') }));
/** Files whose code, comments and examples for people left out, has the words. */
const having = (words: RegExp): string[] =>
  sources.filter(({ code }) => words.test(code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''))).map(({ name }) => name);

test('nobody else knows their fields, their models or the words of their errors', () => {
  const words = [
    /reasoning_effort|chat_template_kwargs/,
    /insufficient_quota|exceed_context_size/,
    /['"](kimi-k|gemini-)\w/,
  ];
  for (const word of words) expect(having(word), String(word)).toEqual([TABLE]);
});

test('nobody asks which vendor it is', () => {
  const names = Object.keys(VENDORS)
    .filter((name) => name !== 'openai')
    .join('|');
  expect(having(new RegExp(`[!=]==? ['"](${names})['"]|case ['"](${names})['"]`))).toEqual([]);
  expect(having(/vendor [!=]== ['"]/)).toEqual([]);
});
