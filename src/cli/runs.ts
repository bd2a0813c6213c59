/** `turingos` alone: the runs screen on a terminal, else help; `runs --json`: the list. */
import type { Command } from 'commander';
import { EXIT } from '../runtime/exit-codes.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { appearanceOf, type ScreenOptions } from './appearance.ts';
import { openConsole } from './console.ts';
import type { CommonOptions } from './options.ts';
import { psVerb } from './ps.ts';

export interface RunsOptions extends CommonOptions, ScreenOptions {}

export const runsVerb = async (program: Command, options: RunsOptions = {}): Promise<number> => {
  if (options.json === true) return await psVerb({ ...options, all: true });
  if (process.stdout.isTTY === true && process.stdin.isTTY === true) {
    return await openConsole({ home: homeDir(options.home), appearance: await appearanceOf(options) });
  }
  program.outputHelp();
  return EXIT.ok;
};
