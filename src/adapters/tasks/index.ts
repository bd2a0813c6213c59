export { BUILT_IN } from './built-in.ts';
export { keepGrader, keptGrader } from './kept.ts';
export { loadTask } from './load.ts';
export { type LoadedTask, TaskError } from './task.ts';
export { checkTask } from './task-file.ts';
