/** `turingos` alone: the runs screen on a terminal, else help. */
import type { Command } from 'commander';
import { EXIT } from '../runtime/exit-codes.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { openConsole } from './console.ts';

export const runsVerb = async (program: Command, home?: string): Promise<number> => {
  if (process.stdout.isTTY === true && process.stdin.isTTY === true) return await openConsole({ home: homeDir(home) });
  program.outputHelp();
  return EXIT.ok;
};
