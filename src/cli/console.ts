/** The way from verbs to the console; React is loaded only on the way to a terminal, never by headless verbs. */
import type { ConsoleOptions } from '../app.tsx';

/** @returns the exit code */
export const openConsole = async (options: ConsoleOptions): Promise<number> => {
  const { openConsole: open } = await import('../app.tsx');
  return await open(options);
};
