import type { Grader } from '../../runtime/ports.ts';
import { commandGrader, type GradingPlace } from './command-grader.ts';
import { checksGrader } from './graders.ts';
import type { Judge } from './task-schema.ts';

/** @param place null where no command can run, as in memory */
export const graderOf = (judge: Judge, place: GradingPlace | null): Grader => {
  if ('checks' in judge) return checksGrader(judge.checks);
  if (place === null) throw new Error('a command as a grader needs a workspace and a sandbox');
  return commandGrader(judge.command, place);
};
