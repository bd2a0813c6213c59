/** Reads a plan of faults. Rates are written as people say them, 0.1; the kernel counts in thousandths. */
import { z } from 'zod';
import { FaultKind, FaultSpec, RATE_WORDS, STRUCK_BY, thousandths } from '../../kernel/chaos.ts';
import { isObject } from '../config/lay-over.ts';
import { didYouMean } from '../config/nearest.ts';
import { problemIn, reasonOf, tellingIssue, unknownField } from '../config/problem.ts';
import { type Path, readYaml, type YamlFile } from '../config/yaml-file.ts';

const EXAMPLES: Readonly<Record<string, string>> = {
  faults: 'faults: [{ fault: write.denied, rate: 0.05 }]',
  fault: 'fault: write.denied',
  target: 'target: planner',
  times: 'times: 1',
  rate: 'rate: 0.05',
  schedule: 'schedule: { tick: 12 }',
  tick: 'schedule: { tick: 12 }',
  nth: 'schedule: { nth: 3 }',
  handle: 'handle: h3',
};
const FIELDS = ['fault', 'target', 'times', 'rate', 'schedule', 'handle'] as const;
const FAULTS_MAX = 64;

const Entry = z.strictObject({
  ...FaultSpec.shape,
  target: FaultSpec.shape.target.default('any'),
  rate: z
    .number()
    .refine((rate) => thousandths(rate) !== undefined, RATE_WORDS)
    .optional(),
});

/**
 * An entry that says neither how often nor at which rate strikes once.
 * @throws ConfigError
 */
export const readPlan = (path: string): FaultSpec[] => {
  const file = readYaml(path, EXAMPLES.faults as string, 'plan of faults');
  const { value } = file;
  if (!isObject(value)) throw wrong(file, [], 'it holds no fields', 'faults');
  const extra = Object.keys(value).find((name) => name !== 'faults');
  if (extra !== undefined) throw wrong(file, [extra], unknownField(extra, ['faults']), 'faults');
  const { faults } = value;
  if (!Array.isArray(faults) || faults.length === 0) throw wrong(file, ['faults'], 'is missing, or no list of faults');
  if (faults.length > FAULTS_MAX) throw wrong(file, ['faults'], `holds more than ${FAULTS_MAX}`);
  return faults.map((entry, i) => specOf(file, ['faults', i], entry));
};

const specOf = (file: YamlFile, at: Path, written: unknown): FaultSpec => {
  const parsed = Entry.safeParse(written);
  if (!parsed.success) throw issueIn(file, at, written, parsed.error);
  const { rate, times, ...rest } = parsed.data;
  if (rest.handle !== undefined && STRUCK_BY[rest.fault] !== 'handle') {
    throw wrong(file, [...at, 'handle'], `goes with cap.revoked and cap.swapped, not with ${rest.fault}`);
  }
  const often = times ?? (rate === undefined ? 1 : undefined);
  return {
    ...rest,
    ...(often === undefined ? {} : { times: often }),
    ...(rate === undefined ? {} : { rate: thousandths(rate) as number }),
  };
};

const issueIn = (file: YamlFile, at: Path, written: unknown, { issues }: z.ZodError) => {
  const issue = tellingIssue(issues);
  if (issue === undefined) return wrong(file, at, 'is wrong');
  if (issue.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys;
    const known = issue.path.includes('schedule') ? ['tick', 'nth'] : FIELDS;
    return wrong(
      file,
      [...at, ...issue.path, name],
      unknownField(name, known),
      issue.path.length === 0 ? 'faults' : 'schedule',
    );
  }
  const field = [...at, ...issue.path];
  if (issue.path[0] === 'fault' && isObject(written)) {
    const { fault } = written;
    const all = FaultKind.options;
    const why = typeof fault === 'string' ? `there is no fault ${fault}${didYouMean(fault, all)}` : 'is missing';
    return wrong(file, field, `${why}; there are ${all.join(', ')}`);
  }
  if (issue.path[0] === 'target')
    return wrong(file, field, 'has to be planner, worker, any, or the number of a process');
  return wrong(file, field, reasonOf(issue.message));
};

/** @param like the field to give an example of; default: the last one that has one */
const wrong = (file: YamlFile, field: Path, why: string, like?: string) => {
  const known = field.findLast((key) => typeof key === 'string' && Object.hasOwn(EXAMPLES, key));
  return problemIn(file, field, why, EXAMPLES[like ?? String(known ?? 'faults')] as string);
};
