/** The fields of a policy that may be changed while a run is under way, and how a change is laid over a policy. */
import { z } from 'zod';
import { DEFAULT_POLICY, Policy } from './policy.ts';

/**
 * By path. What is not here would break what a run has built on it: handles that brains know, pages cut to size; the panic
 * budget only rises by a grant (K5).
 */
export const SETTABLE = [
  'traps.THRASH_ROUTE',
  'traps.THRASH_ROUTE.same',
  'traps.THRASH_ROUTE.stall',
  'traps.THRASH_MIND',
  'traps.THRASH_MIND.ticks',
  'traps.WATCHDOG',
  'traps.WATCHDOG.same',
  'traps.PERIOD_LOOP',
  'traps.PERIOD_LOOP.times',
  'traps.PERIOD_LOOP.window',
  'traps.PERIOD_LOOP.minPeriod',
  'traps.LOG_FLOOD',
  'traps.LOG_FLOOD.bytes',
  'firstLooks',
  'streak',
  'redFlags',
  'rejections',
  'workers.pool',
  'workers.aheadBy',
  'workers.ballots',
  'temperatures.planner',
  'temperatures.workers',
  'temperatures.perTrap',
  'temperatures.max',
  'limits.maxTicks',
  'limits.wallMs',
  'limits.tokens',
  'limits.cost',
  'limits.maxTokens',
  'limits.brainMs',
  'limits.opMs',
  'limits.outageMs',
  'backoff.firstMs',
  'backoff.maxMs',
  'pauseOn.thrash',
  'pauseOn.panic',
  'pauseOn.denied',
  'pace',
] as const;
export type Settable = (typeof SETTABLE)[number];

/** `null` takes a field away, which turns off what it governs. */
export const PolicyValue = z.union([z.int(), z.literal('max'), z.array(z.int()).min(1).max(32), z.null()]);
export type PolicyValue = z.infer<typeof PolicyValue>;

export interface PolicyChange {
  field: Settable;
  before: PolicyValue;
  after: PolicyValue;
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a path; a whole trap as `null` where it is off. */
export const policyValue = (policy: Policy, field: Settable): PolicyValue => {
  let at: unknown = policy;
  for (const name of field.split('.')) at = isFields(at) ? at[name] : undefined;
  // A trap as a whole has no value of its own: it is off, or its parts are named.
  return isFields(at) ? 1 : ((at as PolicyValue | undefined) ?? null);
};

/** The policy with a change laid over it; not checked. A trap that was off comes back with the default's other values. */
export const withValue = (policy: Policy, field: Settable, value: PolicyValue): Policy =>
  laid(policy, DEFAULT_POLICY as unknown, field.split('.'), value) as Policy;

const laid = (base: unknown, fallback: unknown, [name = '', ...rest]: string[], value: PolicyValue): Fields => {
  const fields: Fields = isFields(base) ? base : isFields(fallback) ? fallback : {};
  const inner = isFields(fallback) ? fallback[name] : undefined;
  if (rest.length > 0) return { ...fields, [name]: laid(fields[name], inner, rest, value) };
  if (value !== null) return { ...fields, [name]: value === 1 && isFields(inner) ? inner : value };
  const { [name]: _, ...others } = fields;
  return others;
};

/** @returns the changes that a list of wishes comes to, those already in force left out; or why they cannot be */
export const policyChanges = (
  policy: Policy,
  wishes: readonly { field: Settable; value: PolicyValue }[],
): PolicyChange[] | string => {
  const changes: PolicyChange[] = [];
  let next = policy;
  const twice = wishes.find(({ field }, i) =>
    wishes.some((other, j) => i !== j && `${other.field}.`.startsWith(`${field}.`)),
  );
  if (twice !== undefined) return `${twice.field} is named twice`;
  for (const { field, value } of wishes) {
    const before = policyValue(next, field);
    if (JSON.stringify(before) === JSON.stringify(value)) continue;
    next = withValue(next, field, value);
    changes.push({ field, before, after: value });
  }
  const checked = Policy.safeParse(next);
  if (checked.success) return changes;
  const issue = checked.error.issues[0];
  return `${issue?.path.join('.') ?? 'policy'}: ${lower(issue?.message ?? 'invalid')}`;
};

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
