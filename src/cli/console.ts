/** The way from verbs to the console; React is loaded only on the way to a terminal, never by headless verbs. */
import { setFlagsFromString } from 'node:v8';
import type { ConsoleOptions } from '../app.tsx';
import { selfCommand } from './self-command.ts';
import { knownVerbs } from './verbs.ts';

/** @returns the exit code */
export const openConsole = async (options: ConsoleOptions): Promise<number> => {
  // States are made and dropped by the thousand: a young generation that is let grow doubles the memory and gains no time.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { openConsole: open } = await import('../app.tsx');
  return await open({ verbs: knownVerbs(), command: selfCommand(), ...options });
};
