/** What an operator may grant is what a task file may give; the kernel itself takes any target, as old journals hold them. */
import { capTargetProblem } from '../adapters/worlds/cap-target.ts';
import type { OperatorCommand } from '../kernel/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';

/** @throws UserError where no world could have what is granted */
export const refuseTarget = (order: OperatorCommand, world: 'memory' | 'workspace'): void => {
  // A command is granted by its name.
  if (order.command !== 'grant' || order.rights === 'x') return;
  const why = capTargetProblem(world, order.target);
  if (why === undefined) return;
  throw new UserError(
    `${JSON.stringify(order.target)} cannot be granted: ${why}; for example \`grant P1 rw ANSWER.txt\``,
    EXIT.usage,
  );
};
