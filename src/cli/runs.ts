/** `turingos` alone: the runs screen on a terminal, else help. */
import type { Command } from 'commander';
import { EXIT } from '../runtime/exit-codes.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { appearanceOf, type ScreenOptions } from './appearance.ts';
import { openConsole } from './console.ts';

export interface RunsOptions extends ScreenOptions {
  home?: string;
}

export const runsVerb = async (program: Command, options: RunsOptions = {}): Promise<number> => {
  if (process.stdout.isTTY === true && process.stdin.isTTY === true) {
    return await openConsole({ home: homeDir(options.home), appearance: await appearanceOf(options) });
  }
  program.outputHelp();
  return EXIT.ok;
};
