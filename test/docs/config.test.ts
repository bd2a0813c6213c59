import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configMarkdown } from '../../scripts/docs-config.ts';
import { readKeyBindings } from '../../src/adapters/config/key-bindings.ts';
import { readConfig, readConsole, readNotify } from '../../src/adapters/config/load.ts';
import { KNOWN_FIELDS } from '../../src/adapters/config/schema.ts';
import { DEFAULT_POLICY } from '../../src/kernel/policy.ts';
import { KEYS } from '../../src/screens/keys.ts';
import { rebound } from '../../src/screens/rebind.ts';
import { FIELDS } from '../../src/store/order-text/fields.ts';

const example = new URL('../../examples/turingos.config.yaml', import.meta.url);
const rows = (): string[][] =>
  configMarkdown()
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '));

it('docs/configuration.md is what the schemas say; `npm run docs:config` writes it', () => {
  expect(readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')).toBe(configMarkdown());
});

it('has a row for every field of a brain, of the sections and of what set may change, and says what each does', () => {
  const named = rows().map(([name]) => name);
  const { file, ...others } = KNOWN_FIELDS;
  const fields = [...Object.values(others).flat(), ...FIELDS.map(({ path }) => path), 'panicBudget', 'handleStyle'];
  expect(named).toEqual(
    expect.arrayContaining(fields.filter((name) => name !== 'provider').map((name) => `\`${name}\``)),
  );
  for (const name of file) expect(configMarkdown()).toContain(`\n### ${name}\n`);
  for (const row of rows())
    expect(
      row.filter((text) => /^[A-Z].*\.$|^\w+: [A-Z].*\.$/.test(text)),
      row[0],
    ).toHaveLength(1);
});

it('tells the names that set has and the defaults', () => {
  const of = (path: string) => rows().find(([name]) => name === `\`${path}\``);
  for (const { path, name } of FIELDS) expect(of(path)?.at(-1), path).toContain(`\`${name}\``);
  expect(of('limits.opMs')?.[2]?.replaceAll(',', '')).toBe(String(DEFAULT_POLICY.limits.opMs));
  expect(of('limits.cost')?.[2]).toBe('absent');
});

/** The example with what it only hints at, too: lines in comments that hold fields. */
const whole = (): string =>
  readFileSync(example, 'utf8').replaceAll(/^( *)# ( *[\w.-]+:(?: .*)?)$/gm, (line, indent, field) =>
    field.startsWith('keyEnv') ? line : `${indent}${field}`,
  );

it('the example is good, also with its comments taken off', () => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-config-'));
  try {
    for (const [name, text] of Object.entries({ asItIs: readFileSync(example, 'utf8'), whole: whole() })) {
      const path = join(dir, `${name}.yaml`);
      writeFileSync(path, text);
      const profiles = readConfig(path).map((profile) => profile.name);
      expect(profiles).toEqual(['mine', 'pool', 'local', 'thoughtful', ...(name === 'whole' ? ['priced'] : [])]);
      expect(Object.keys(readConsole(path))).toEqual(name === 'whole' ? ['theme', 'mouse'] : []);
      expect(Object.keys(readNotify(path))).toEqual(name === 'whole' ? ['tmux', 'command', 'on', 'bell'] : []);
      const keys = readKeyBindings(path);
      expect(keys.map(({ id }) => id)).toEqual(name === 'whole' ? ['next-trap', 'live.zoom'] : []);
      expect(rebound(KEYS, keys)).toMatchObject({ ok: true });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
