import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readConfig } from '../../../src/adapters/config/load.ts';
import { EXAMPLES } from '../../../src/adapters/config/schema.ts';
import { ConfigError } from '../../../src/adapters/config/yaml-file.ts';
import { PairSpec } from '../../../src/runtime/brain-spec.ts';
import { runs } from '../../helpers/fc.ts';

const dir = mkdtempSync(join(tmpdir(), 'turingos-config-'));
const path = join(dir, 'turingos.config.yaml');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A file is good, or its one sentence names the file and a line; nothing else ever comes of it. */
const outcome = (text: string): 'good' | string => {
  writeFileSync(path, text);
  try {
    for (const { pair } of readConfig(path)) PairSpec.parse(pair);
    return 'good';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as ConfigError;
    expect(message).toMatch(/turingos\.config\.yaml:\d+: /);
    return message;
  }
};

const word = fc.oneof(
  fc.constantFrom(...Object.keys(EXAMPLES), '__proto__', 'constructor', 'apiKey', 'mine'),
  fc.string({ maxLength: 8 }),
);
const leaf = fc.oneof(
  fc.constantFrom(
    'tiny',
    'sim',
    'kimi',
    'm:1 @ http://h:1',
    'ollama',
    'openai',
    'embedded',
    'http://h:1',
    'vllm/x',
    'on',
  ),
  fc.string({ maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(word, tie('node'), { maxKeys: 4 }),
  ),
})).node;

describe('whatever a file holds', () => {
  test('any tree of values', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), (value, whole) => {
        outcome(stringify(whole ? value : { profiles: { mine: value } }));
      }),
      { numRuns: runs },
    );
  });

  test('any brain', () => {
    const brain = fc.dictionary(
      fc.constantFrom('provider', 'vendor', 'model', 'url', 'urls', 'keyEnv', 'thinking'),
      leaf,
    );
    fc.assert(
      fc.property(brain, leaf, (planner, worker) => {
        outcome(stringify({ profiles: { mine: { planner, worker } } }));
      }),
      { numRuns: runs },
    );
  });

  test('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'profiles: {}[]&*a\n-"#|>!%@'), maxLength: 60 }), (text) => {
        outcome(text);
      }),
      { numRuns: runs },
    );
  });
});
