/** A training row: the frame as the kernel would show it, the reply that is right for it, and what kind of state it is. */
import { createHash } from 'node:crypto';
import { composeFrame, type FrameView } from '../src/kernel/frame.ts';
import type { MindOp, Reply, Role } from '../src/kernel/syscalls.ts';

export interface Row {
  role: Role;
  /** `planner.map`, `worker.sum`, …; `+CODE` is appended when the frame shows a trap. */
  kind: string;
  frame: string;
  reply: string;
  /** What the split goes by: rows with equal keys are on the same side. */
  key: string;
}

export const FRAME_LIMIT = 4096;

export const emptyView: FrameView = {
  role: '',
  task: '',
  cap: '',
  callstack: '',
  q: '',
  last: '',
  map: '',
  trap: '',
  notice: '',
  told: '',
  at: '',
  page: null,
};

export const frameOf = (view: FrameView): string => composeFrame(view, FRAME_LIMIT).text;

/** A page that holds all of a text. */
export const wholePage = (text: string): FrameView['page'] => ({ n: 1, of: 1, text, chars: text.length });

/** Replies are written compactly, keys in this order: q first, because it is where a model can work before it acts. */
export const replyText = (q: string, mind: readonly MindOp[], world: Reply['world']): string =>
  JSON.stringify({ q, mind, world });

/** A tenth of all contents is never trained on. */
export const heldOut = (key: string): boolean => createHash('sha256').update(key).digest().readUInt16LE(0) % 10 === 0;
