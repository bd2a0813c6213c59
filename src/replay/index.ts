/** Travelling through runs: their indexes, and what screens read from. */
export { type OpenRunOptions, openRun } from './disk-source.ts';
export { dropIndex } from './index-lock.ts';
export { startIndexThread } from './index-thread.ts';
export { type BuildOptions, buildIndex, type IndexReport } from './indexer.ts';
export { recordsSource } from './records-source.ts';
export { resumeFrom } from './resume-from.ts';
