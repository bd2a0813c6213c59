import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { readKeyBindings } from '../../src/adapters/config/key-bindings.ts';
import { type Binding, bindingFor, KEYS, putInForce } from '../../src/screens/keys.ts';
import { keyNamed, rebind, rebound } from '../../src/screens/rebind.ts';

afterEach(() => putInForce(KEYS));

const TABLE: readonly Binding[] = KEYS;

test('a key that is bound anew does what its action does, on all screens or on one; the old key does nothing', () => {
  expect(
    rebind([
      { id: 'next-trap', keys: ['f', 'Ctrl+t'] },
      { id: 'live.zoom', keys: ['o'] },
    ]),
  ).toBeUndefined();
  expect(bindingFor('live', 'f', false)?.id).toBe('next-trap');
  expect(bindingFor('inspect', 'ctrl+t', false)?.id).toBe('next-trap');
  expect(bindingFor('live', 'e', false)).toBeUndefined();
  expect(bindingFor('live', 'o', false)?.id).toBe('zoom');
  expect(bindingFor('inspect', 'z', false)?.id).toBe('zoom');
});

test('two actions may change places', () => {
  expect(
    rebind([
      { id: 'live.zoom', keys: ['s'] },
      { id: 'live.sort', keys: ['z'] },
    ]),
  ).toBeUndefined();
  expect(bindingFor('live', 's', false)?.id).toBe('zoom');
});

test.each([
  ['nxt-trap', ['f'], /there is no such action; docs\/keys\.md names them, as in n/],
  ['filter.accept', ['f'], /there is no such action/],
  ['next-trap', ['z'], /"z" is the key of (live|inspect)\.zoom already/],
  ['kill', ['x'], /it may change a run, and only a capital may: "x" is none/],
  ['kill', ['Ctrl+k'], /only a capital may/],
  ['zoom', ['Hyper'], /"Hyper" is no key/],
  ['pane', ['a'], /stay/],
])('%s: %j is told, and nothing is changed', (id, keys, why) => {
  const problem = rebind([
    { id: 'live.tiles', keys: ['b'] },
    { id, keys },
  ]);
  expect(problem).toMatchObject({ at: 1, why: expect.stringMatching(why) });
  expect(bindingFor('live', 'v', false)?.id).toBe('tiles');
});

test('names of keys', () => {
  expect(['Space', 'PgDn', 'Esc', 'Ctrl+D', 'K', 'k', '日', ''].map(keyNamed)).toEqual([
    ...[' ', 'pagedown', 'escape', 'ctrl+d', 'K', 'k', '日', undefined],
  ]);
});

test('property: whatever is bound, no key means two things, and no lower-case key changes a run', () => {
  const screens = TABLE.filter(({ scope }) => ['live', 'runs', 'inspect'].includes(scope));
  const change = fc.record({
    id: fc.constantFrom(...screens.map(({ scope, id }) => `${scope}.${id}`), ...screens.map(({ id }) => id)),
    keys: fc.array(fc.constantFrom('a', 'b', 'z', 'Z', 'Q', 'U', 'Space', 'Ctrl+e', 'F1', '"'), {
      minLength: 1,
      maxLength: 3,
    }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
      const result = rebound(TABLE, changes);
      if (!result.ok) {
        expect(result.why).toMatch(/\w/);
        return;
      }
      for (const scope of ['live', 'runs', 'inspect'] as const) {
        const own = result.table.filter((binding) => binding.scope === scope);
        const keys = own.flatMap((binding) => [...new Set(binding.keys)]);
        expect(keys).toEqual([...new Set(keys)]);
        for (const { writes, keys: bound } of own) if (writes) for (const key of bound) expect(key).toMatch(/^[A-Z]$/);
      }
    }),
  );
});

test('the configuration names actions and keys; what is wrong is one sentence with file and line', () => {
  const dir = mkdtempSync(join(tmpdir(), 'keys-'));
  try {
    const path = join(dir, 'turingos.config.yaml');
    writeFileSync(path, 'keys:\n  next-trap: f\n  runs.sort: [o, 3]\n  live.zoom: {}\n');
    expect(() => readKeyBindings(path)).toThrow(
      `${path}:4: keys.live.zoom: has to be a key or up to 8 of them. For example: keys: {`,
    );
    writeFileSync(path, 'keys:\n  next-trap: f\n  runs.sort: [o, 3]\n');
    const [first, second] = readKeyBindings(path);
    expect(first).toMatchObject({ id: 'next-trap', keys: ['f'] });
    expect(second).toMatchObject({ id: 'runs.sort', keys: ['o', '3'] });
    expect(second?.wrong('is taken').message).toMatch(
      /:3: keys\.runs\.sort: is taken\. For example: keys: \{next-trap: f/,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});
