/**
 * What a brain may ask for: the only grammar a reply can have.
 *
 * A reply is one JSON object `{"q": text, "mind": [op…], "world": op | null}`. It is accepted whole or rejected whole.
 * The zod schemas below are the definition; the JSON schema that constrains brains is generated from them.
 */
import { z } from 'zod';

/** Upper bounds, in UTF-16 units or items, that keep state and frames bounded whatever a brain writes. */
export const LIMITS = {
  q: 400,
  handle: 120,
  path: 300,
  content: 16_384,
  stackText: 200,
  taskText: 400,
  result: 400,
  mindOps: 8,
  tasks: 16,
  taskCaps: 8,
  args: 16,
  arg: 256,
  logLimit: 50,
} as const;

export const Rights = z.enum(['r', 'w', 'rw', 'x']);
export type Rights = z.infer<typeof Rights>;

const Handle = z.string().min(1).max(LIMITS.handle);
const Path = z.string().min(1).max(LIMITS.path);
const Ref = z.string().startsWith('sys://').max(LIMITS.path);

export const MindOp = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('SYS_PUSH'), text: z.string().min(1).max(LIMITS.stackText) }),
  z.strictObject({ op: z.literal('SYS_POP') }),
  z.strictObject({ op: z.literal('SYS_EDIT'), text: z.string().min(1).max(LIMITS.stackText) }),
  // Moves the entry at index `from` (0 is the top) so that it ends up at index `to`.
  z.strictObject({ op: z.literal('SYS_MOVE'), from: z.int().min(0).max(63), to: z.int().min(0).max(63) }),
]);
export type MindOp = z.infer<typeof MindOp>;

const writeMode = z.enum(['replace', 'append', 'patch']);
const WriteContent = z.strictObject({
  op: z.literal('SYS_WRITE'),
  cap: Handle,
  path: Path.optional(),
  mode: writeMode,
  content: z.string().max(LIMITS.content),
});
const WriteRef = z.strictObject({
  op: z.literal('SYS_WRITE'),
  cap: Handle,
  path: Path.optional(),
  mode: writeMode,
  ref: Ref,
});
const Exec = z.strictObject({
  op: z.literal('SYS_EXEC'),
  cap: Handle,
  args: z.array(z.string().max(LIMITS.arg)).max(LIMITS.args),
});
const GotoCap = z.strictObject({ op: z.literal('SYS_GOTO'), cap: Handle, path: Path.optional() });
const GotoView = z.strictObject({ op: z.literal('SYS_GOTO'), view: Ref });
const GitLog = z.strictObject({
  op: z.literal('SYS_GIT_LOG'),
  cap: Handle,
  limit: z.int().min(1).max(LIMITS.logLimit).optional(),
  path: Path.optional(),
  grep: z.string().min(1).max(LIMITS.arg).optional(),
  since: z.string().min(1).max(40).optional(),
});

const TaskCaps = z.array(z.strictObject({ cap: Handle, rights: Rights })).max(LIMITS.taskCaps);
const TaskText = z.strictObject({ text: z.string().min(1).max(LIMITS.taskText), caps: TaskCaps });
const TaskRef = z.strictObject({ ref: Ref, caps: TaskCaps });
const MapTask = z.union([TaskText, TaskRef]);
const MapReduce = z.strictObject({
  op: z.literal('SYS_MAP_REDUCE'),
  tasks: z.array(MapTask).min(1).max(LIMITS.tasks),
  result: z.enum(['int', 'text']),
});
const Halt = z.strictObject({ op: z.literal('SYS_HALT'), result: z.string().max(LIMITS.result).optional() });

export type MapTask = z.infer<typeof MapTask>;
export type WriteOp = z.infer<typeof WriteContent> | z.infer<typeof WriteRef>;
export type ExecOp = z.infer<typeof Exec>;
export type GotoOp = z.infer<typeof GotoCap> | z.infer<typeof GotoView>;
export type GitLogOp = z.infer<typeof GitLog>;
export type MapReduceOp = z.infer<typeof MapReduce>;
export type HaltOp = z.infer<typeof Halt>;
export type WorldOp = WriteOp | ExecOp | GotoOp | GitLogOp | MapReduceOp | HaltOp;

const workerOps = [GotoCap, GotoView, WriteContent, WriteRef, Exec, GitLog, Halt] as const;
const worldOps = [...workerOps, MapReduce] as const;

export const AnyWorldOp = z.union(worldOps);

/** A reply of any role. Roles differ in what is *permitted* (a trap), so parsing is the same for both. */
export const Reply = z.strictObject({
  q: z.string().max(LIMITS.q),
  mind: z.array(MindOp).max(LIMITS.mindOps),
  world: z.union([...worldOps, z.null()]),
});
export type Reply = { q: string; mind: MindOp[]; world: WorldOp | null };

export type OpKind = WorldOp['op'];

/** The schema of each world op; two where an op has two shapes, told apart by the named field. */
export const WORLD_SCHEMAS: Record<OpKind, { by?: string; with?: z.ZodType; without: z.ZodType }> = {
  SYS_WRITE: { by: 'ref', with: WriteRef, without: WriteContent },
  SYS_EXEC: { without: Exec },
  SYS_GOTO: { by: 'view', with: GotoView, without: GotoCap },
  SYS_GIT_LOG: { without: GitLog },
  SYS_MAP_REDUCE: { without: MapReduce },
  SYS_HALT: { without: Halt },
};

export type Role = 'planner' | 'worker';

const ReplyOf: Record<Role, z.ZodType> = {
  planner: Reply,
  worker: Reply.extend({ world: z.union([...workerOps, z.null()]) }),
};

/** The JSON schema (draft 2020-12) that constrains a brain of this role. Generated, never written by hand. */
export const replyJsonSchema = (role: Role): Record<string, unknown> => {
  const { $schema: _, ...schema } = z.toJSONSchema(ReplyOf[role]) as Record<string, unknown>;
  return schema;
};
