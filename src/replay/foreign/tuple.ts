/** A replay tuple: one tick of the earlier system, with the registers before and after and what its brain saw. */
import { jsonObject } from './entries.ts';

export interface LegacyOp {
  op: string;
  [field: string]: unknown;
}

export interface Tuple {
  /** Its fields in file order. */
  fields: Record<string, unknown>;
  seq: number | null;
  /** State text before and after. */
  q: string;
  qNext: string;
  /** Where it looked, and where it looks next. */
  d: string;
  dNext: string;
  /** What it found there, and all that its brain was shown. */
  observed: string;
  shown: string;
  /** The op that the tick was counted as. */
  action: LegacyOp;
  mind: readonly LegacyOp[];
  world: LegacyOp | null;
  writeTarget: string;
  leaf: string;
  prev: string;
  root: string;
  /** `vliw` has mind and world ops apart, `legacy` one op. */
  format: 'legacy' | 'vliw';
}

const MIND = ['SYS_PUSH', 'SYS_POP', 'SYS_EDIT', 'SYS_MOVE'];

/** @returns why it is none, else the tuple */
export const parseTuple = (text: string): Tuple | 'not_json' | 'schema' => {
  const fields = jsonObject(text);
  if (fields === undefined) return 'not_json';
  const action = opOf(fields.a_t);
  const { leaf_hash: leaf, prev_merkle_root: prev, merkle_root: root } = fields;
  if (action === undefined || typeof leaf !== 'string' || typeof prev !== 'string' || typeof root !== 'string') {
    return 'schema';
  }
  const word = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '');
  const vliw = 'mind_ops' in fields || 'world_op' in fields;
  const isMind = MIND.includes(action.op);
  return {
    fields,
    seq: typeof fields.tick_seq === 'number' ? fields.tick_seq : null,
    ...{ q: word('q_t'), qNext: word('q_next'), d: word('d_t'), dNext: word('d_next') },
    ...{ observed: word('observed_slice'), shown: word('s_t'), writeTarget: word('write_target') },
    action,
    mind: vliw ? opsOf(fields.mind_ops) : isMind ? [action] : [],
    world: vliw ? (opOf(fields.world_op) ?? null) : isMind ? null : action,
    ...{ leaf, prev, root },
    format: vliw ? 'vliw' : 'legacy',
  };
};

const opOf = (value: unknown): LegacyOp | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  return typeof (value as LegacyOp).op === 'string' ? (value as LegacyOp) : undefined;
};

const opsOf = (value: unknown): LegacyOp[] =>
  Array.isArray(value) ? value.map(opOf).filter((op) => op !== undefined) : [];
