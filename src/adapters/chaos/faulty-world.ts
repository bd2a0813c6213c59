import type { AttachedFault, WorldRequest } from '../../kernel/records/events.ts';
import { clip } from '../../kernel/text.ts';
import type { Performed } from '../../runtime/ports.ts';
import type { RestorableWorld } from '../worlds/restorable.ts';

/** Characters that a `log.flood` adds to what a command prints. */
export const FLOOD_CHARS = 50_000;

/**
 * Applies the faults of writes and commands to the ops that carry them; each says the fault's id as applied. An op that fails by
 * itself, or one of another kind, takes no fault.
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
  perform: (request, signal, fault) => {
    if (request.op === 'SYS_WRITE' && fault?.fault === 'write.denied') return denied(world, request, signal, fault);
    if (request.op === 'SYS_EXEC' && fault?.fault === 'exec.timeout') return timedOut(world, request, signal, fault);
    if (request.op === 'SYS_EXEC' && fault?.fault === 'log.flood') return flooded(world, request, signal, fault);
    return world.perform(request, signal);
  },
});

/** A tenth of the payload is really written, then the world is put back and the op fails with EACCES. */
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

/** The command really runs; then it counts as one that did not come to an end, and the world is put back. Nobody waits. */
const timedOut = async (
  world: RestorableWorld,
  request: Extract<WorldRequest, { op: 'SYS_EXEC' }>,
  signal: AbortSignal,
  fault: AttachedFault,
): Promise<Performed> => {
  const before = await world.snapshot();
  try {
    const whole = await world.perform(request, signal);
    if (!whole.ok) return whole;
  } finally {
    await world.restore(before);
  }
  const detail = `${request.argv[0] ?? ''}: timed out`;
  return { ok: false, worldHash: await world.hash(), errno: 'ETIMEDOUT', detail, timedOut: true, applied: fault.id };
};

const LINE = 'W 0000 worker pool: retrying, queue is not empty\n';
const FLOOD = LINE.repeat(Math.ceil(FLOOD_CHARS / LINE.length)).slice(0, FLOOD_CHARS);

const flooded = async (
  world: RestorableWorld,
  request: WorldRequest,
  signal: AbortSignal,
  { id }: AttachedFault,
): Promise<Performed> => {
  const done = await world.perform(request, signal);
  return done.ok ? { ...done, output: done.output + FLOOD, applied: id } : done;
};
