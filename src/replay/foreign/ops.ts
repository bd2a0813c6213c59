/**
 * The earlier system's ops in the words of ours, as far as there are any. What has no counterpart stands in the reply's raw
 * text, which is always kept: task ids and statuses of SYS_MOVE, a git ref.
 */
import type { WorldRequest } from '../../kernel/records/index.ts';
import { LIMITS, type MindOp, type WorldOp } from '../../kernel/syscalls.ts';
import { clip } from '../../kernel/text.ts';
import type { Place } from '../../kernel/words.ts';
import type { LegacyOp, Tuple } from './tuple.ts';

/** It had no handles: pointers and commands stand where ours name one. */
const SHELL = '$';

const word = (op: LegacyOp, key: string): string => (typeof op[key] === 'string' ? op[key] : '');

/** Where a register points: a file, or something of the system's own (`sys://…`, a command, the halt). */
export const placeOf = (pointer: string): Place => {
  const own = pointer === '' || pointer === 'HALT' || pointer.startsWith('sys://') || pointer.startsWith(SHELL);
  if (own) return { view: clip(pointer === '' ? '(nowhere)' : pointer, LIMITS.path) };
  return { cap: clip(pointer, LIMITS.handle) };
};

/** SYS_MOVE names a task id where ours has places on the stack: none of those is translated. */
export const mindOps = (ops: readonly LegacyOp[]): MindOp[] => {
  const mind: MindOp[] = [];
  for (const op of ops.slice(0, LIMITS.mindOps)) {
    if (op.op === 'SYS_POP') mind.push({ op: 'SYS_POP' });
    if (op.op !== 'SYS_PUSH' && op.op !== 'SYS_EDIT') continue;
    mind.push({ op: op.op, text: clip(word(op, 'task') || '(no text)', LIMITS.stackText) });
  }
  return mind;
};

export const worldOp = ({ world, writeTarget, d }: Pick<Tuple, 'world' | 'writeTarget' | 'd'>): WorldOp | null => {
  if (world === null) return null;
  switch (world.op) {
    case 'SYS_WRITE': {
      const cap = word(world, 'semantic_cap') || writeTarget || d || '(nowhere)';
      const content = clip(word(world, 'payload') || word(world, 'content'), LIMITS.content);
      return { op: 'SYS_WRITE', cap: clip(cap, LIMITS.handle), mode: 'replace', content };
    }
    case 'SYS_EXEC':
      return { op: 'SYS_EXEC', cap: SHELL, args: [clip(word(world, 'cmd'), LIMITS.arg)] };
    case 'SYS_GOTO': {
      const pointer = word(world, 'pointer') || '(nowhere)';
      if (pointer.startsWith('sys://')) return { op: 'SYS_GOTO', view: clip(pointer, LIMITS.path) };
      return { op: 'SYS_GOTO', cap: clip(pointer, LIMITS.handle) };
    }
    case 'SYS_GIT_LOG': {
      const limit = Math.min(LIMITS.logLimit, Math.max(1, Math.trunc(Number(world.limit)) || LIMITS.logLimit));
      const grep = clip(word(world, 'query_params'), LIMITS.arg);
      const since = clip(word(world, 'since'), 40);
      return {
        ...{ op: 'SYS_GIT_LOG', cap: clip(word(world, 'path') || '.', LIMITS.handle), limit },
        ...(grep === '' ? {} : { grep }),
        ...(since === '' ? {} : { since }),
      };
    }
    case 'SYS_HALT':
      return { op: 'SYS_HALT' };
    default:
      return null;
  }
};

/** What the world is asked to perform; null for what never reaches it. */
export const worldRequest = (op: WorldOp | null): WorldRequest | null => {
  switch (op?.op) {
    case 'SYS_WRITE':
      return { op: 'SYS_WRITE', target: op.cap, mode: op.mode, content: 'content' in op ? op.content : '' };
    case 'SYS_EXEC':
      return { op: 'SYS_EXEC', argv: [...op.args] };
    case 'SYS_GIT_LOG':
      return { op: 'SYS_GIT_LOG', target: op.cap, limit: op.limit ?? LIMITS.logLimit };
    default:
      return null;
  }
};
