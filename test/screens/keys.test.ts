import { readFileSync } from 'node:fs';
import type { Key } from 'ink';
import { describe, expect, test } from 'vitest';
import { keyNames } from '../../src/screens/key-names.ts';
import { type Binding, bindingFor, bindingsOf, KEYS, keysText, type Scope } from '../../src/screens/keys.ts';
import { keysMarkdown, SCOPE_TITLES } from '../../src/screens/keys-doc.ts';

const scopes = Object.keys(SCOPE_TITLES) as Scope[];

test.each(scopes)('%s: no key means two things', (scope) => {
  const keys = bindingsOf(scope, false).flatMap((binding) => binding.keys);
  expect(keys).toEqual([...new Set(keys)]);
});

test('on a screen, only a capital may change the run', () => {
  for (const binding of KEYS as readonly Binding[]) {
    if (binding.writes !== true || (binding.scope !== 'live' && binding.scope !== 'runs')) continue;
    for (const key of binding.keys) expect(key).toMatch(/^[A-Z]$/);
  }
});

test('read-only takes away every key that may change the run, and no other', () => {
  for (const scope of scopes) {
    const left = bindingsOf(scope, true);
    expect(left.some((binding) => binding.writes)).toBe(false);
    expect(left.length).toBe(bindingsOf(scope, false).filter((binding) => binding.writes !== true).length);
  }
  expect(bindingFor('live', 'K', true)).toBeUndefined();
  expect(bindingFor('live', 'K', false)?.id).toBe('kill');
});

test('every question can be left without consequences', () => {
  for (const scope of ['help', 'kill', 'quit', 'inject'] as const) {
    expect(bindingFor(scope, 'escape', false)?.id).toBe('close');
  }
});

test('docs/keys.md is made from the table', () => {
  expect(readFileSync('docs/keys.md', 'utf8')).toBe(keysMarkdown());
});

describe('key names', () => {
  const key = (fields: Partial<Key> = {}): Key => ({ ...fields }) as Key;
  test('one event of several characters is several keys', () => {
    expect(keyNames('jj\rK', key())).toEqual(['j', 'j', 'enter', 'K']);
    expect(keyNames('é日', key())).toEqual(['é', '日']);
  });
  test('special keys, control keys, and what has no name', () => {
    expect(keyNames('', key({ upArrow: true }))).toEqual(['up']);
    expect(keyNames('', key({ escape: true }))).toEqual(['escape']);
    expect(keyNames('c', key({ ctrl: true }))).toEqual(['ctrl+c']);
    expect(keyNames('q', key({ meta: true }))).toEqual([]);
    expect(keyNames('\u0000\u0001', key())).toEqual([]);
  });
  test('names for people', () => {
    expect(keysText(['1', '2', '3'])).toBe('1-3');
    expect(keysText(['pagedown', 'ctrl+d'])).toBe('PgDn Ctrl+d');
  });
});
