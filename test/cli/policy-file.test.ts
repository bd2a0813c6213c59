import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
