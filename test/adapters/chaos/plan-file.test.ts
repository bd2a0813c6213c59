import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPlan } from '../../../src/adapters/chaos/plan-file.ts';
import { FaultKind, FaultSpec } from '../../../src/kernel/chaos.ts';
import { scratch } from '../../runtime/rig.ts';

const fileOf = (text: string): string => {
  const path = join(scratch(), 'plan.yaml');
  writeFileSync(path, text);
  return path;
};
const planOf = (text: string) => readPlan(fileOf(text));
const refused = (text: string): string => {
  const path = fileOf(text);
  try {
    readPlan(path);
  } catch (error) {
    return (error as Error).message.replace(path, 'FILE');
  }
  throw new Error('it was read');
};

describe('a plan', () => {
  it('says a rate as people do; the kernel counts in thousandths', () => {
    expect(
      planOf('faults:\n  - { fault: write.denied, rate: 0.05 }\n  - { fault: log.flood, rate: 0.001, times: 3 }'),
    ).toEqual([
      { fault: 'write.denied', target: 'any', rate: 50 },
      { fault: 'log.flood', target: 'any', times: 3, rate: 1 },
    ]);
  });

  it('strikes once where it says neither how often nor at which rate', () => {
    expect(
      planOf('faults: [{ fault: brain.cut, target: 3 }, { fault: clock.jump, schedule: { tick: 9, nth: 2 } }]'),
    ).toEqual([
      { fault: 'brain.cut', target: 3, times: 1 },
      { fault: 'clock.jump', target: 'any', schedule: { tick: 9, nth: 2 }, times: 1 },
    ]);
  });

  it.each([
    ['x: 1', /^FILE:1: x: there is no such field; there are faults\. For example: faults: \[/],
    ['faults: []', /^FILE:1: faults: is missing, or no list of faults\. For example: /],
    [
      'faults:\n  - fault: brain.cute',
      /^FILE:2: faults\[0\]\.fault: there is no fault brain\.cute; did you mean brain\.cut\?.* For example: fault: write\.denied$/,
    ],
    [
      'faults:\n  - fault: brain.cut\n    rate: 1.5',
      /^FILE:3: faults\[0\]\.rate: has to be from 0\.001 to 1.*For example: rate: 0\.05$/,
    ],
    ['faults:\n  - fault: brain.cut\n    rate: 0.0005', /^FILE:3: faults\[0\]\.rate: /],
    ['faults:\n  - fault: brain.cut\n    often: 2', /^FILE:3: faults\[0\]\.often: there is no such field/],
    ['faults:\n  - fault: brain.cut\n    target: me', /^FILE:3: faults\[0\]\.target: has to be planner, worker, any/],
    ['faults:\n  - fault: brain.cut\n    times: 0', /^FILE:3: faults\[0\]\.times: .*For example: times: 1$/],
    ['faults:\n  - fault: brain.cut\n    schedule: {}', /^FILE:3: faults\[0\]\.schedule: needs tick, nth or both/],
    [
      'faults:\n  - fault: brain.cut\n    schedule: { ticks: 3 }',
      /^FILE:3: faults\[0\]\.schedule\.ticks: there is no such field; did you mean tick\?/,
    ],
    [
      'faults:\n  - fault: brain.cut\n    handle: h3',
      /^FILE:3: faults\[0\]\.handle: goes with cap\.revoked and cap\.swapped/,
    ],
    ['faults:\n  - target: any', /^FILE:2: faults\[0\]\.fault: is missing/],
    ['faults: [', /^FILE:\d: not YAML/],
    ['- a', /^FILE:1: it holds no fields/],
  ])('that is wrong is told in a sentence: %j', (text, sentence) => {
    expect(refused(text)).toMatch(sentence);
    expect(refused(text)).not.toContain('\n');
  });

  it('that is not there is told so', () => {
    expect(() => readPlan('/nowhere/plan.yaml')).toThrow('there is no plan of faults /nowhere/plan.yaml');
  });
});

describe('the shipped plans', () => {
  const plans = Object.fromEntries(
    readdirSync('examples/chaos')
      .filter((name) => name !== 'in-turn.yaml')
      .map((name) => [name, readPlan(join('examples/chaos', name))]),
  );

  it('are good ones', () => {
    for (const plan of Object.values(plans)) for (const spec of plan) expect(FaultSpec.parse(spec)).toEqual(spec);
  });

  it('voyager is the sweep of the seeds', () => {
    expect(plans['voyager.yaml']?.map(({ fault, rate }) => [fault, rate])).toEqual([
      ['exec.timeout', 100],
      ['write.denied', 50],
      ['log.flood', 100],
    ]);
  });

  it('every-fault and storm have every kind', () => {
    for (const name of ['every-fault.yaml', 'storm.yaml']) {
      expect(new Set(plans[name]?.map(({ fault }) => fault))).toEqual(new Set(FaultKind.options));
    }
  });
});
