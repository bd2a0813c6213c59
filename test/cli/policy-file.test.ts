import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { policyFrom } from '../../src/cli/policy-file.ts';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { scratch } from '../runtime/rig.ts';

const policyOf = (text: string) => {
  const path = join(scratch(), 'policy.yaml');
  writeFileSync(path, text);
  return policyFrom(path, DEFAULT_POLICY);
};

test('what a policy file says is laid over the default, field by field', () => {
  expect(policyOf('panicBudget: 9\nlimits: {maxTicks: 20}\n')).toEqual({
    ...DEFAULT_POLICY,
    panicBudget: 9,
    limits: { ...DEFAULT_POLICY.limits, maxTicks: 20 },
  });
});

test('null takes a field away, which turns its behaviour off; lists are replaced', () => {
  const { traps, temperatures } = policyOf('{"traps": {"WATCHDOG": null}, "temperatures": {"workers": [0]}}');
  expect(traps.WATCHDOG).toBeUndefined();
  expect(traps.PERIOD_LOOP).toEqual(DEFAULT_POLICY.traps.PERIOD_LOOP);
  expect(temperatures.workers).toEqual([0]);
});

test('an unknown field is told with the one that was meant, also where set has another name for it', () => {
  expect(() => policyOf('wall: 3s')).toThrow(
    /wall: there is no such field; did you mean limits\.wallMs\? For example: /,
  );
  expect(() => policyOf('limits: {wall: 3s}')).toThrow(/limits\.wall: .*did you mean limits\.wallMs\?/);
  expect(() => policyOf('limits: {maxTick: 3}')).toThrow(/did you mean maxTicks\?; there are maxTicks, /);
});

test.each([
  ['a flow map without its end', 'a: {', /policy\.yaml:1: not YAML \(\w+\)\. Begin with: panicBudget: 5$/],
  ['what is nested without end', '['.repeat(200_000), /policy\.yaml:1: (nested too deep|not YAML)/],
  ['a file larger than any policy', '#'.repeat(1024 * 1024 + 1), /larger than 1048576 bytes$/],
])('%s is one sentence', (_, text, sentence) => {
  expect(() => policyOf(text)).toThrow(sentence);
});

test('a directory is no policy file', () => {
  expect(() => policyFrom(scratch(), DEFAULT_POLICY)).toThrow(/: not a file; name a policy file$/);
});

test('a tag or a key that YAML warns of prints nothing beside the sentence', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  expect(() => policyOf('!!js/function x')).toThrow(/holds no fields/);
  expect(() => policyOf('? [a]\n: 1')).toThrow(/there is no such field/);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
