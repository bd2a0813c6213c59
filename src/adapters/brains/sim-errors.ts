/** Seeded errors of the simulated brain: one draw decides which error a reply has, a second one its shape. */
import { draw } from '../../kernel/digest.ts';
import type { Reply, WorldOp } from '../../kernel/syscalls.ts';
import type { ReadFrame } from './frame-reader.ts';
import type { Planned } from './sim-playbook.ts';

/**
 * Thousandths of replies, together at most 1,000: `schema` violates the reply's schema, `badHandle` names a handle that it does not
 * hold, `thrash` looks again where it looks already, `slip` gives a wrong sum, or one of the playbook's slips, `cut` ends without a finish reason. An error
 * that a reply has no place for (a slip where nothing is summed) leaves it right.
 */
export interface SimRates {
  schema?: number;
  badHandle?: number;
  thrash?: number;
  slip?: number;
  cut?: number;
}

export const ERRORS = ['schema', 'badHandle', 'thrash', 'slip', 'cut'] as const;
type SimError = (typeof ERRORS)[number];

/** @throws RangeError when a rate is no thousandth, or all together pass 1,000 */
export const checkRates = (rates: SimRates): void => {
  const values = ERRORS.map((error) => rates[error] ?? 0);
  const bad = values.some((rate) => !Number.isInteger(rate) || rate < 0);
  if (bad || values.reduce((sum, rate) => sum + rate, 0) > 1000) {
    throw new RangeError('error rates are thousandths: whole numbers that together are at most 1000');
  }
};

export const drawError = (seed: number, rates: SimRates): SimError | undefined => {
  // Drawing costs a hash; most simulated brains make no errors.
  if (ERRORS.every((error) => (rates[error] ?? 0) === 0)) return undefined;
  let left = draw(seed, 'sim.error', 0, 0, 0) % 1000;
  for (const error of ERRORS) {
    left -= rates[error] ?? 0;
    if (left < 0) return error;
  }
  return undefined;
};

/** The reply's text with the error in it. */
export const misreply = (error: SimError, { reply, slips }: Planned, seen: ReadFrame, seed: number): string => {
  const shape = draw(seed, 'sim.shape', 0, 0, 0);
  const text = JSON.stringify(reply);
  switch (error) {
    case 'schema':
      return violations[shape % violations.length]?.(text, reply) ?? text;
    case 'badHandle':
      return JSON.stringify({ ...reply, world: withHandle(reply.world, inventHandle(seen, shape)) });
    case 'thrash':
      return JSON.stringify({ q: seen.q, mind: [], world: lookAgain(seen.at) });
    case 'slip':
      return JSON.stringify(slips[shape % slips.length] ?? { ...reply, world: slipped(reply.world, shape) });
    case 'cut':
      return text.slice(0, 1 + (shape % (text.length - 1)));
  }
};

const violations: readonly ((text: string, reply: Reply) => string)[] = [
  (_, { q, world }) => JSON.stringify({ q, world }),
  (text) => text.replace('SYS_', 'SYSCALL_'),
  (text) => text.slice(0, -1),
  (_, reply) => JSON.stringify({ ...reply, thought: 'step by step' }),
  (text) => `Sure, here it is: ${text}`,
];

const inventHandle = (seen: ReadFrame, shape: number): string => {
  const target = seen.hold.at(-1)?.target ?? 'ANSWER.txt';
  return shape % 2 === 0 ? `vfd://rw/${target}` : 'h9';
};

const withHandle = (op: WorldOp | null, cap: string): WorldOp | null => {
  if (op === null) return op;
  if ('cap' in op) return { ...op, cap };
  if (op.op !== 'SYS_MAP_REDUCE') return op;
  const tasks = op.tasks.map((task) => ({ ...task, caps: task.caps.map(({ rights }) => ({ cap, rights })) }));
  return { ...op, tasks };
};

const lookAgain = (at: string): WorldOp => {
  if (at === '' || at.startsWith('sys://')) return { op: 'SYS_GOTO', view: at === '' ? 'sys://task' : at };
  const space = at.indexOf(' ');
  return space === -1
    ? { op: 'SYS_GOTO', cap: at }
    : { op: 'SYS_GOTO', cap: at.slice(0, space), path: at.slice(space + 1) };
};

/** One digit of a numeric result goes wrong. */
const slipped = (op: WorldOp | null, shape: number): WorldOp | null => {
  if (op?.op !== 'SYS_HALT' || op.result === undefined || !/^\d+$/.test(op.result)) return op;
  const at = shape % op.result.length;
  const digit = (Number(op.result[at]) + 1 + (shape % 8)) % 10;
  const wrong = `${op.result.slice(0, at)}${digit}${op.result.slice(at + 1)}`;
  return { ...op, result: String(Number(wrong)) };
};
