import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { CONFIG_NAME, configPlaces, findConfig } from '../../../src/adapters/config/find.ts';
import { readKeyBindings } from '../../../src/adapters/config/key-bindings.ts';
import { loadProfiles, readConfig, readConsole, readNotify } from '../../../src/adapters/config/load.ts';
import { EXAMPLES } from '../../../src/adapters/config/schema.ts';
import { SHIPPED_NAMES } from '../../../src/adapters/config/shipped.ts';
import { SYSTEM_PROMPT } from '../../../src/adapters/config/system-prompt.ts';
import { PairSpec } from '../../../src/runtime/brain-spec.ts';
import { scratch } from '../../runtime/rig.ts';

const fileOf = (text: string): string => {
  const path = join(scratch(), CONFIG_NAME);
  writeFileSync(path, text);
  return path;
};
const inProfile = (text: string): string => `profiles:\n  mine:\n${text.replaceAll(/^/gm, '    ')}`;
const only = (text: string) => {
  const [profile, ...others] = readConfig(fileOf(inProfile(text)));
  expect(others).toEqual([]);
  if (profile === undefined) throw new Error('no profile');
  return profile;
};

describe('brains', () => {
  test('the short forms', () => {
    const { pair, from } = only('planner: kimi\nworker: qwen3-coder:30b @ http://127.0.0.1:11435');
    expect(pair.planner.brain).toEqual({
      provider: 'openai',
      vendor: 'kimi',
      model: 'kimi-k2.6',
      urls: ['https://api.moonshot.ai/v1'],
      keyEnv: 'MOONSHOT_API_KEY',
    });
    expect(pair.worker.brain).toEqual({
      provider: 'ollama',
      model: 'qwen3-coder:30b',
      urls: ['http://127.0.0.1:11435'],
      keyEnv: null,
      // What Ollama gives a model by itself is less than a prompt, a frame and a reply.
      contextTokens: 16_384,
    });
    expect(from).toMatch(/turingos\.config\.yaml:2$/);
  });

  test.each([
    ['tiny', { provider: 'embedded', model: 'tiny' }],
    ['SIM', { provider: 'simulated' }],
    ['kimi-cn/other', { vendor: 'kimi-cn', model: 'other', urls: ['https://api.moonshot.cn/v1'] }],
    [
      'gemini',
      {
        vendor: 'gemini',
        model: 'gemini-flash-latest',
        urls: ['https://generativelanguage.googleapis.com/v1beta/openai'],
        keyEnv: 'GEMINI_API_KEY',
      },
    ],
    ['m:1@http://h:1', { model: 'm:1', urls: ['http://h:1'] }],
    ['m@sha256:0123abc @ http://h:1', { provider: 'ollama', model: 'm@sha256:0123abc', urls: ['http://h:1'] }],
    ['qwen3:30b', { provider: 'ollama', urls: ['http://127.0.0.1:11434'] }],
    ['hf.co/some/model @ https://far.example', { provider: 'ollama', model: 'hf.co/some/model' }],
    ['vllm/org/model @ http://a:1/v1, http://b:2/v1', { model: 'org/model', urls: ['http://a:1/v1', 'http://b:2/v1'] }],
  ])('%s', (text, fields) => {
    const { pair } = only(`brain: ${text}`);
    expect(pair.planner.brain).toMatchObject(fields);
    expect(pair.worker).toEqual(pair.planner);
  });

  test('written out, with what a run of it needs', () => {
    const { pair, policy } = only(`planner: tiny
worker:
  provider: openai
  vendor: compatible
  model: m
  urls: [http://127.0.0.1:1/v1, http://127.0.0.1:2/v1]
  keyEnv: MY_KEY
  silenceMs: 5000
  system: Be brief.
  constrained: false
policy: {temperatures: {planner: 600}, limits: {brainMs: 1000}}`);
    expect(pair.worker).toEqual({
      brain: {
        provider: 'openai',
        vendor: 'compatible',
        model: 'm',
        urls: ['http://127.0.0.1:1/v1', 'http://127.0.0.1:2/v1'],
        keyEnv: 'MY_KEY',
        silenceMs: 5000,
      },
      system: 'Be brief.',
      constrained: false,
    });
    expect(pair.planner).toMatchObject({ system: '', constrained: false });
    expect(policy).toEqual({ temperatures: { planner: 600 }, limits: { brainMs: 1000 } });
  });

  test('a GGUF file is seen from where the configuration lies', () => {
    const path = fileOf(inProfile('brain: {provider: embedded, model: models/own.gguf}'));
    expect(readConfig(path)[0]?.pair.worker.brain).toEqual({
      provider: 'embedded',
      model: resolve(path, '..', 'models/own.gguf'),
    });
  });

  test('those behind addresses are told the syscalls and held to the schema', () => {
    expect(only('brain: gemini').pair.worker).toMatchObject({ system: SYSTEM_PROMPT, constrained: true });
  });
});

describe('a simulated brain', () => {
  const PLAYBOOK = 'name: mine\nplanner:\n  start: end\n  steps:\n    end:\n      halt: {}\n';
  const withPlaybook = (playbook: string, fields = 'playbook: steps.yaml') => {
    const file = fileOf(inProfile(`brain:\n  provider: simulated\n  ${fields}`));
    const beside = join(dirname(file), 'steps.yaml');
    writeFileSync(beside, playbook);
    return { file, beside };
  };

  test('is kept whole: its rates and its playbook, not the name of a file', () => {
    const { file } = withPlaybook(PLAYBOOK, 'playbook: steps.yaml\n  rates: {schema: 40, slip: 100}');
    const spec = readConfig(file)[0]?.pair.planner.brain;
    expect(spec).toMatchObject({
      provider: 'simulated',
      rates: { schema: 40, slip: 100 },
      playbook: { name: 'mine', planner: { start: 'end', steps: { end: { halt: {} } } } },
    });
    const again = PairSpec.parse(JSON.parse(JSON.stringify(readConfig(file)[0]?.pair)));
    expect(again.worker.brain).toEqual(spec);
  });

  test('with a wrong playbook: file, line and field', () => {
    const { file, beside } = withPlaybook(PLAYBOOK.replace('start: end', 'start: begin'));
    expect(() => readConfig(file)).toThrow(`${beside}:3: planner.start: there is no step begin. Begin with: name:`);
    const misspelt = withPlaybook(PLAYBOOK.replace('halt', 'hault'));
    expect(() => readConfig(misspelt.file)).toThrow(
      `${misspelt.beside}:6: planner.steps.end.hault: there is no such field`,
    );
    expect(() => readConfig(withPlaybook('', 'playbook: none.yaml').file)).toThrow(
      /there is no playbook .*none\.yaml: name one that is there/,
    );
  });

  test('with rates that are no thousandths of all replies', () => {
    const { file } = withPlaybook(PLAYBOOK, 'rates: {schema: 600, slip: 600}');
    expect(() => readConfig(file)).toThrow('brain.rates: are thousandths of replies, together at most 1000');
  });
});

describe('what is wrong is told with file, line, field, reason and an example', () => {
  test.each([
    [
      'an unknown field of the file',
      'profile: {}',
      /yaml:1: profile: .*did you mean profiles\?.*For example: profiles:/,
    ],
    ['no profiles', '{}', /yaml:1: profiles: is missing/],
    ['no YAML', 'profiles: [', /yaml:\d+: not YAML/],
    ['a list', '[]', /yaml:1: it holds no fields/],
    ['an empty file', '', /yaml:1: it holds no fields/],
    ['an alias to nothing', 'profiles: *a', /yaml:1: .*alias/],
    ['a name that nobody can type', 'profiles: {"a b": {brain: tiny}}', /yaml:1: profiles\.a b: is no name/],
    [
      'an unknown field',
      inProfile('planner: tiny\nworkr: tiny'),
      /yaml:4: profiles\.mine\.workr: .*did you mean worker\?/,
    ],
    ['one seat', inProfile('planner: tiny'), /yaml:2: profiles\.mine\.worker: is missing.*For example: worker: /],
    ['both ways', inProfile('planner: tiny\nbrain: tiny'), /profiles\.mine\.planner: brain names both seats/],
    ['an unknown word', inProfile('brain: tinny'), /yaml:3: profiles\.mine\.brain: .*did you mean tiny\?/],
    ['a vendor without a model', inProfile('brain: vllm'), /names no model: write vllm\/MODEL/],
    [
      'a vendor without an address',
      inProfile('brain: vllm/m'),
      /yaml:3: profiles\.mine\.brain: no address is given, and vllm/,
    ],
    ['no URL', inProfile('brain: m:1 @ nowhere'), /yaml:3: profiles\.mine\.brain: an address has to be a URL/],
    [
      'no URL, and no blanks',
      inProfile('worker: m:1@h:1\nplanner: tiny'),
      /yaml:3: profiles\.mine\.worker: an address has to.*worker: "qwen3/,
    ],
    [
      'a URL in a list',
      inProfile('brain: {provider: openai, vendor: vllm, model: m, urls: ["http://h/v1", nowhere]}'),
      /yaml:3: profiles\.mine\.brain\.urls\[1\]: an address.*urls: \["http:\/\/127\.0\.0\.1:8000\/v1"/,
    ],
    ['a model of an Ollama without its tag', inProfile('brain: qwen3'), /named with its tag, as in qwen3:latest/],
    [
      'a name that stands there twice',
      'profiles: {mine: {brain: tiny}}\nprofiles: {}',
      /yaml:2: a name stands here for the second time/,
    ],
    ['a tab', 'profiles:\n\tmine: {brain: tiny}', /yaml:2: a tab stands/],
    [
      'what belongs to the policy',
      inProfile('brain: {provider: ollama, model: m, temperature: 0.2}'),
      /brain\.temperature: .*example: policy: {temperatures: .*in thousandths/,
    ],
    ['a URL with a login', inProfile('brain: m:1 @ http://a:b@c'), /without a login/],
    ['no provider', inProfile('brain: {model: m}'), /brain\.provider: has to be one of ollama, openai/],
    [
      'an unknown field of a brain',
      inProfile('brain:\n  provider: ollama\n  modle: m'),
      /yaml:5: profiles\.mine\.brain\.modle: there is no such field; did you mean model\?.*For example: brain: /,
    ],
    ['an unknown vendor', inProfile('brain: {provider: openai, vendor: kimmi, model: m}'), /brain\.vendor: .*"kimi"/],
    [
      'url and urls',
      inProfile('brain: {provider: ollama, model: m, url: "http://a", urls: ["http://b"]}'),
      /one of the/,
    ],
    [
      'a switch that is not there',
      inProfile('brain: {provider: openai, vendor: openai, model: m, thinking: off}'),
      /think/,
    ],
    [
      'a checkpoint that is not there',
      inProfile('brain: {provider: embedded, model: big}'),
      /tiny or tiny-early.*example: model: tiny$/,
    ],
    [
      'a wrong policy',
      inProfile('brain: tiny\npolicy: {limits: {maxTiks: 1}}'),
      /policy\.limits\.maxTiks: .*maxTicks\?/,
    ],
    [
      'a value of the policy',
      inProfile('brain: tiny\npolicy: {panicBudget: -1}'),
      /yaml:4: .*policy\.panicBudget: too small/,
    ],
  ])('%s', (_, text, words) => {
    const path = fileOf(text);
    expect(() => readConfig(path)).toThrow(words);
    expect(() => readConfig(path)).toThrow(path);
  });

  test('and the examples are good ones', () => {
    const inBrain = (fields: string) => (example: string) => inProfile(`brain: {${fields}, ${example}}`);
    const besides = (seat: string) => (example: string) => inProfile(`${seat}: tiny\n${example}`);
    const places: Record<string, (example: string) => string> = {
      profiles: (example) => example,
      planner: besides('worker'),
      worker: besides('planner'),
      brain: inProfile,
      policy: besides('brain'),
      temperatures: besides('brain'),
      provider: inBrain('model: m'),
      model: inBrain('provider: ollama'),
      vendor: inBrain('provider: openai, model: m, url: "http://h/v1"'),
      'openai.model': inBrain('provider: openai, url: "http://h/v1"'),
      'openai.url': inBrain('provider: openai, model: m'),
      'openai.urls': inBrain('provider: openai, model: m'),
      'embedded.model': inBrain('provider: embedded'),
      rates: inBrain('provider: simulated'),
    };
    // A playbook names a file, which is not here; how the console looks is for no brain.
    const { playbook: _, console: looks, theme, mouse, keys, notify, ...examples } = EXAMPLES;
    expect(readNotify(fileOf(notify as string))).toMatchObject({ bell: true, on: ['panic', 'end'] });
    for (const example of [looks, theme, mouse] as string[]) readConsole(fileOf(example));
    expect(readKeyBindings(fileOf(keys as string)).map(({ id }) => id)).toEqual(['next-trap', 'live.zoom']);
    for (const [name, example] of Object.entries(examples)) {
      const put = places[name] ?? inBrain('provider: ollama, model: m');
      expect(readConfig(fileOf(put(example))), name).toHaveLength(1);
    }
  });

  test('a file that was named has to be there', () => {
    expect(() => loadProfiles(join(scratch(), 'none.yaml'))).toThrow(/there is no configuration file .*none\.yaml/);
    expect(() => readConfig(scratch())).toThrow(/not a file/);
  });
});

describe('keys are refused, and not repeated', () => {
  const KEY = 'sk-aB3dE5gH7jK9mN1pQ3sT5vW7yZ';
  test.each([
    ['in keyEnv', `brain: {provider: openai, vendor: kimi, model: m, keyEnv: ${KEY}}`],
    [
      'another shape',
      'brain: {provider: openai, vendor: gemini, model: m, keyEnv: AIzaSyA1234567890abcdefghijklmnopqrstuv}',
    ],
    ['a long random word', 'brain: {provider: ollama, model: m, keyEnv: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b}'],
    ['under a name of its own', 'brain: {provider: openai, vendor: kimi, model: m, apiKey: hunter2}'],
    ['in an address', `brain: m:1 @ http://host/${KEY}/v1`],
    ['in a prompt', `brain: {provider: ollama, model: m, system: use ${KEY}}`],
    ['as a name', `"${KEY}": tiny`],
    ['in lower case', 'brain: {provider: ollama, model: m, keyEnv: hunter}'],
  ])('%s', (_, text) => {
    const path = fileOf(inProfile(text));
    let said = '';
    try {
      readConfig(path);
    } catch (error) {
      said = String(error);
    }
    expect(said).toMatch(/environment variable/);
    expect(said).toContain('keyEnv: MOONSHOT_API_KEY');
    expect(said).not.toMatch(/aB3dE5|AIza|9f86|hunter/);
  });

  test('what people write is none', () => {
    for (const word of [
      'qwen3-coder:30b-a3b-instruct-q4_K_M',
      'hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:Q4_K_M',
    ]) {
      expect(only(`brain: "${word} @ http://127.0.0.1:11435"`).pair.worker.brain).toMatchObject({ model: word });
    }
  });
});

describe('where profiles come from', () => {
  test('all that are shipped can be had', () => {
    vi.stubEnv('XDG_CONFIG_HOME', scratch());
    const { all, file } = loadProfiles();
    expect(file).toBeUndefined();
    expect(all.map(({ name }) => name)).toEqual(SHIPPED_NAMES);
    for (const { pair, from } of all) expect([PairSpec.parse(pair), from]).toEqual([pair, 'shipped']);
    vi.unstubAllEnvs();
  });

  test('a file may take the name of a shipped one', () => {
    const { all } = loadProfiles(fileOf('profiles: {sim: {brain: tiny}, own: {brain: sim}}'));
    expect(all.map(({ name }) => name)).toEqual([...SHIPPED_NAMES.filter((name) => name !== 'sim'), 'sim', 'own']);
    expect(all.find(({ name }) => name === 'sim')?.pair.worker.brain).toEqual({ provider: 'embedded', model: 'tiny' });
  });

  test('here first, then the user’s own', () => {
    const config = scratch();
    vi.stubEnv('XDG_CONFIG_HOME', config);
    expect(configPlaces()).toEqual([resolve(CONFIG_NAME), join(config, 'turingos', 'config.yaml')]);
    expect(findConfig()).toBeUndefined();
    mkdirSync(join(config, 'turingos'));
    writeFileSync(join(config, 'turingos', 'config.yaml'), 'profiles: {}');
    expect(findConfig()).toBe(join(config, 'turingos', 'config.yaml'));
    expect(findConfig('other.yaml')).toBe(resolve('other.yaml'));
    vi.unstubAllEnvs();
  });

  test('the example in the repository is a good one', () => {
    const example = resolve(import.meta.dirname, '../../../examples', CONFIG_NAME);
    expect(readConfig(example).map(({ name }) => name)).toEqual(['mine', 'pool', 'local', 'thoughtful']);
  });
});
