/** Opens the brain that a swap names, in the kernel's process, before the order is given: one that cannot be had changes nothing. */
import type { OperatorCommand } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { nameOf } from './kernel-begin.ts';
import type { Pair } from './pair.ts';
import { keysOf, knownProfiles, profileNamed } from './profile-choice.ts';

/**
 * @param config the file with the profile; default as for any verb, seen from where the run was started
 * @throws UserError where there is no such profile, or its brain cannot be had
 */
export const withBrain = async (
  order: OperatorCommand,
  pair: Pair,
  config: string | undefined,
): Promise<OperatorCommand> => {
  if (order.command !== 'swap') return order;
  const { role, profile } = order;
  const spec = profileNamed(profile, knownProfiles(config), `swap ${role}`).pair[role];
  const missing = keysOf(spec.brain).find((name) => (process.env[name] ?? '').trim() === '');
  if (missing !== undefined) {
    throw new UserError(
      `profile ${profile} needs a key, and this run's kernel was started without ${missing}: set it, and resume the run once its kernel is gone, or fork it with --profile ${profile}`,
      EXIT.unavailable,
    );
  }
  const { text, seat } = await pair.open(profile, spec);
  return { command: 'swap', role, profile, brain: nameOf(seat), seat: text };
};
