// Tests that need a system package say so: without it they are skipped with the package's name, but under CI, where
// .ci/run has installed it, they fail.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** System packages, by their Debian names, and the command that each brings. */
const COMMANDS = {
  tmux: 'tmux',
  bubblewrap: 'bwrap',
  procps: 'ps',
  git: 'git',
  cmake: 'cmake',
  'g++': 'g++',
  make: 'make',
} as const;

/**
 * Undefined when the package is there, else the reason to skip. Throws under CI=true.
 *
 *     const tmux = requires('tmux');
 *     test('…', ({ skip }) => {
 *       skip(tmux !== undefined, tmux);
 */
export function requires(name: keyof typeof COMMANDS, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const command = COMMANDS[name];
  if ((env.PATH ?? '').split(delimiter).some((dir) => isExecutable(join(dir, command)))) return undefined;
  const reason = `needs the system package ${name}, whose command ${command} is not in PATH`;
  if (env.CI === 'true') throw new Error(`This test ${reason}: .ci/run should have installed it.`);
  return reason;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
