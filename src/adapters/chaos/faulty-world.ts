import type { AttachedFault, WorldRequest } from '../../kernel/records/events.ts';
import { clip } from '../../kernel/text.ts';
import type { Performed } from '../../runtime/ports.ts';
import type { RestorableWorld } from '../worlds/restorable.ts';

/**
 * Applies `write.denied` to writes that carry it: a tenth of the payload is really written, then the world is put back and the op
 * fails with EACCES, the fault's id as applied. A write that fails by itself, or a request that is no write, takes no fault.
 */
export const faultyWorld = (world: RestorableWorld): RestorableWorld => ({
  kind: world.kind,
  hash: () => world.hash(),
  observe: (target) => world.observe(target),
  undo: () => world.undo(),
  files: () => world.files(),
  snapshot: () => world.snapshot(),
  restore: (snapshot) => world.restore(snapshot),
  dispose: () => world.dispose(),
  perform: (request, signal, fault) =>
    request.op === 'SYS_WRITE' && fault?.fault === 'write.denied'
      ? denied(world, request, signal, fault)
      : world.perform(request, signal),
});

const denied = async (
  world: RestorableWorld,
  request: Extract<WorldRequest, { op: 'SYS_WRITE' }>,
  signal: AbortSignal,
  fault: AttachedFault,
): Promise<Performed> => {
  const before = await world.snapshot();
  try {
    const whole = await world.perform(request, signal);
    if (!whole.ok) return whole;
    await world.restore(before);
    // A tenth of a patch would be no patch: what is left half done is its text, in place of the file's.
    const mode = request.mode === 'append' ? 'append' : 'replace';
    await world.perform({ ...request, mode, content: clip(request.content, request.content.length / 10) }, signal);
  } finally {
    await world.restore(before);
  }
  const detail = `${request.target}: write denied`;
  return { ok: false, worldHash: await world.hash(), errno: 'EACCES', detail, timedOut: false, applied: fault.id };
};
