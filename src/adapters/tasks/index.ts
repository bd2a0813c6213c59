export { BUILT_IN } from './built-in.ts';
export type { GradingPlace } from './command-grader.ts';
export { exportRepo } from './export-repo.ts';
export { graderOf } from './grader-of.ts';
export { keepJudge, keptJudge } from './kept.ts';
export { loadTask } from './load.ts';
export { type LoadedTask, TaskError } from './task.ts';
export { checkTask } from './task-file.ts';
export type { Judge } from './task-schema.ts';
