import type { LastingWorld } from '../../runtime/ports.ts';
import type { MemoryCommand } from './memory-commands.ts';
import { MemoryCore, type MemorySnapshot } from './memory-core.ts';
import type { RestorableWorld } from './restorable.ts';

/**
 * A `World` over a `MemoryCore`.
 * @param files path → text
 * @param commands in-memory commands besides the built-in ones, by name
 * @throws RangeError when a path is not one
 */
export const createMemoryWorld = (
  files: Record<string, string>,
  commands: Readonly<Record<string, MemoryCommand>> = {},
): RestorableWorld & LastingWorld & { readonly core: MemoryCore } => {
  const core = new MemoryCore(files, commands);
  return {
    kind: 'memory',
    core,
    hash: async () => core.hash(),
    observe: async (target) => core.observe(target),
    perform: async (request, signal) =>
      signal.aborted
        ? { ok: false, worldHash: core.hash(), errno: 'ECANCELED', detail: 'the op was called off', timedOut: false }
        : core.perform(request),
    undo: async () => core.undo(),
    files: async () => new Map(core.files()),
    snapshot: async () => core.snapshot(),
    restore: async (snapshot) => core.restore(snapshot as MemorySnapshot),
    past: async () => core.past(),
    restoreTo: async (hash, { past, writes }) => {
      core.recall(past);
      for (const request of writes) core.perform(request);
      if (core.hash() === hash) return;
      throw new Error(
        `the files cannot be made again from the journal: its writes lead to ${core.hash().slice(0, 8)}, not to ${hash.slice(0, 8)}`,
      );
    },
    dispose: async () => {},
  };
};
