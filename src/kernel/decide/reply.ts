/** From a brain's text to an accepted reply, or to the trap that rejects it. No repair, no aliases, no guessing. */

import type { z } from 'zod';
import { checkCap, type Denial, isDenial } from '../caps.ts';
import { applyMind } from '../loops.ts';
import { type Proc, ROOT_PID, STACK_MAX, type State } from '../state.ts';
import { type Reply, Reply as ReplySchema, type Rights, WORLD_SCHEMAS, type WorldOp } from '../syscalls.ts';
import { clip } from '../text.ts';
import { findPage, viewText } from '../views.ts';

export type Parsed = { ok: true; reply: Reply } | { ok: false; field: string; what: string };

/** Takes off one leading thinking block and one code fence around the whole. */
const peel = (text: string): string => {
  if (text.startsWith('{')) return text;
  const thought = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim();
  const fenced = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?```$/.exec(thought);
  return fenced?.[1] ?? thought;
};

/** Both are quoted to the brain and kept in its state. */
const QUOTE_MAX = 200;
const failure = (field: string, what: string): Parsed => ({
  ok: false,
  field: clip(field, QUOTE_MAX),
  what: clip(what, QUOTE_MAX),
});

const firstIssue = (error: z.ZodError, prefix: string): Parsed => {
  const issue = error.issues[0];
  const path = [prefix, ...(issue?.path ?? [])].filter((part) => part !== '').join('.');
  return failure(path === '' ? 'reply' : path, issue?.message ?? 'invalid');
};

const Outer = ReplySchema.pick({ q: true, mind: true }).loose();

export const parseReply = (text: string): Parsed => {
  let value: unknown;
  try {
    value = JSON.parse(peel(text));
  } catch {
    return failure('json', 'not one JSON object');
  }
  const outer = Outer.safeParse(value);
  if (!outer.success) return firstIssue(outer.error, '');
  const extra = Object.keys(value as object).find((key) => key !== 'q' && key !== 'mind' && key !== 'world');
  if (extra !== undefined) return failure(extra, 'unknown field');
  const { q, mind, world } = outer.data;
  if (world === null) return { ok: true, reply: { q, mind, world } };
  return parseWorld(q, mind, world);
};

const parseWorld = (q: string, mind: Reply['mind'], world: unknown): Parsed => {
  if (typeof world !== 'object' || world === null || Array.isArray(world))
    return failure('world', 'an op or null is wanted');
  const op = (world as { op?: unknown }).op;
  if (typeof op !== 'string') return failure('world.op', 'missing');
  if (!Object.hasOwn(WORLD_SCHEMAS, op)) return failure('world.op', `unknown opcode ${op.slice(0, 40)}`);
  const shape = WORLD_SCHEMAS[op as keyof typeof WORLD_SCHEMAS];
  const schema =
    shape.by !== undefined && Object.hasOwn(world, shape.by) ? (shape.with ?? shape.without) : shape.without;
  const result = schema.safeParse(world);
  if (!result.success) return firstIssue(result.error, 'world');
  return { ok: true, reply: { q, mind, world: result.data as WorldOp } };
};

/** A worker's vote must have the type that the map asked for, and nothing else is asked of it. */
export const voteProblem = (state: State, proc: Proc, reply: Reply): { field: string; what: string } | null => {
  if (reply.world?.op !== 'SYS_HALT' || proc.step === null) return null;
  const { result } = reply.world;
  if (result === undefined) return { field: 'world.result', what: 'a worker halts with its result' };
  const wanted = state.maps[proc.step.map]?.result;
  if (wanted === 'int' && !/^(0|-?[1-9]\d*)$/.test(result))
    return { field: 'world.result', what: 'an integer is wanted' };
  return null;
};

/** A combination of ops that is forbidden; null where there is none. */
export const causalityProblem = (state: State, proc: Proc, reply: Reply): string | null => {
  const { mind, world } = reply;
  const alone = world?.op === 'SYS_HALT' || world?.op === 'SYS_MAP_REDUCE';
  if (alone && mind.length > 0) return `${world.op} stands alone, without mind ops`;
  if (world?.op === 'SYS_MAP_REDUCE' && proc.role !== 'planner') return 'only the planner may map';
  if (applyMind(proc.stack, mind, STACK_MAX) === null) return 'the call stack has no such entry, or no room';
  if (proc.flood !== '' && world !== null && !readsFlood(proc, world))
    return 'the flood was not read; read its pages first';
  const dangling = refsOf(world).find((ref) => !canRefer(state, proc, ref));
  return dangling === undefined ? null : `${dangling}: nothing to refer to`;
};

/** What a reply refers to instead of writing it out. */
export const refsOf = (world: WorldOp | null): string[] => {
  if (world?.op === 'SYS_WRITE') return 'ref' in world ? [world.ref] : [];
  if (world?.op === 'SYS_MAP_REDUCE') return world.tasks.flatMap((task) => ('ref' in task ? [task.ref] : []));
  return [];
};

/** The task, a consensus or a page. */
const canRefer = (state: State, proc: Proc, ref: string): boolean => {
  if (findPage(proc, ref) !== undefined) return true;
  const kind = ref === 'sys://task' || ref.startsWith('sys://map/');
  return kind && viewText(state, proc, ref) !== undefined;
};

const readsFlood = (proc: Proc, world: WorldOp): boolean => {
  if (world.op !== 'SYS_GOTO' || !('view' in world)) return false;
  const ref = findPage(proc, world.view);
  return ref !== undefined && 'sha256' in ref.of && ref.of.sha256 === proc.flood;
};

const NEEDS: Partial<Record<WorldOp['op'], Rights>> = {
  SYS_WRITE: 'w',
  SYS_EXEC: 'x',
  SYS_GOTO: 'r',
  SYS_GIT_LOG: 'r',
};

/** The first handle in the reply that the process may not use so; null where it may use all. */
export const accessProblem = (
  state: State,
  proc: Proc,
  world: WorldOp | null,
): { asked: string; need: string; denial: Denial } | null => {
  if (world === null || (world.op === 'SYS_GOTO' && 'view' in world)) return null;
  if (world.op === 'SYS_MAP_REDUCE') {
    for (const { cap, rights } of world.tasks.flatMap((task) => task.caps)) {
      const found = checkCap(state, proc, cap, rights);
      // A directory may be handed on for writing; its paths are checked when it is used.
      if (isDenial(found) && found.reason !== 'path') return { asked: cap, need: rights, denial: found };
    }
    return null;
  }
  const need = NEEDS[world.op];
  if (need === undefined || !('cap' in world)) return null;
  const found = checkCap(state, proc, world.cap, need, 'path' in world ? world.path : undefined);
  if (isDenial(found)) return { asked: world.cap, need, denial: found };
  if (world.op === 'SYS_EXEC' && world.args.length > 0 && found.more !== true) {
    return { asked: world.cap, need, denial: { reason: 'insufficient', why: 'it takes no further arguments' } };
  }
  return null;
};

/** Evidence that the task demands of a root that halts; null where all is there. */
export const haltProblem = (state: State, proc: Proc, world: WorldOp | null): string | null => {
  if (world?.op !== 'SYS_HALT' || proc.pid !== ROOT_PID) return null;
  const lacking = state.task.evidence.filter((target) => !state.written.includes(target));
  return lacking.length === 0 ? null : `${lacking.join(', ')} was never written.`;
};
