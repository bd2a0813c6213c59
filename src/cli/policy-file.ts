/** A policy file: YAML or JSON, laid over the default. `null` takes a field away, which turns off what it governs. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isObject, layOver } from '../adapters/config/lay-over.ts';
import { Policy } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';

/** @throws UserError 66 or 65 whose sentence names the file and the field */
export const policyFrom = (path: string, base: Policy): Policy => {
  const parsed = Policy.safeParse(layOver(base, read(path)));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
  const why = issue?.code === 'unrecognized_keys' ? 'there is no such field' : lower(issue?.message ?? 'invalid');
  throw new UserError(`policy ${path}: ${field.join('.')}: ${why}`, EXIT.badInput);
};

/** What is known to be good, laid over a policy. */
export const laidOver = (base: Policy, over: Record<string, unknown>): Policy => Policy.parse(layOver(base, over));

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const read = (path: string): Record<string, unknown> => {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError(`there is no policy file ${path}`, EXIT.notFound);
    throw new UserError(`policy ${path} cannot be read: ${message.split('\n')[0]}`, EXIT.badInput);
  }
  if (isObject(value)) return value;
  throw new UserError(`policy ${path} holds no fields: write for example \`panicBudget: 5\``, EXIT.badInput);
};
