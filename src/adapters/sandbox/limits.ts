/** The bounds of one exec, and how the system is told of them. */
import type { SandboxLimits } from './contract.ts';

export const DEFAULT_LIMITS: SandboxLimits = {
  cpuSeconds: 60,
  memoryBytes: 1024 ** 3,
  processes: 128,
  outputBytes: 256 * 1024,
  fileBytes: 64 * 1024 ** 2,
};

/**
 * Node and its like reserve address space that they never use (Node 24 does not start with less than 2 GB), so what a
 * process may reserve is this much more than what the tree may use. The tree's use is watched; this is the backstop.
 */
const RESERVE_BYTES = 4 * 1024 ** 3;

/** `prlimit` options, one string that the launcher splits at spaces. `own` counts processes of this user namespace alone. */
export const prlimitOptions = (limits: SandboxLimits, own: 'own' | 'shared'): string =>
  [
    // Soft, then a second later hard: a process may catch SIGXCPU, but not what follows.
    `--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 1}`,
    `--as=${limits.memoryBytes + RESERVE_BYTES}`,
    `--fsize=${limits.fileBytes}`,
    '--core=0',
    '--nofile=1024',
    // One more for the init of the process namespace. Outside a namespace of one's own, the count would take in
    // everything that the same user runs.
    ...(own === 'own' ? [`--nproc=${limits.processes + 1}`] : []),
  ].join(' ');
