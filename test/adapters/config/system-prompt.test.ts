import { describe, expect, test } from 'vitest';
import { SYSTEM_PROMPT } from '../../../src/adapters/config/system-prompt.ts';
import { parseReply } from '../../../src/kernel/decide/reply.ts';
import { MindOp, WORLD_SCHEMAS } from '../../../src/kernel/syscalls.ts';

/** Each op that is written out in the prompt. */
const examples = [...SYSTEM_PROMPT.matchAll(/\{"op":"(SYS_\w+)"/g)].map(({ index, 1: name = '' }) => {
  for (let end = index + 1; ; end = SYSTEM_PROMPT.indexOf('}', end) + 1) {
    try {
      return { name, op: JSON.parse(SYSTEM_PROMPT.slice(index, end)) as Record<string, unknown> };
    } catch (error) {
      if (end === 0) throw error;
    }
  }
});

describe('the fixed system prompt', () => {
  test('shows every syscall', () => {
    const known = [...Object.keys(WORLD_SCHEMAS), ...MindOp.options.map(({ shape }) => shape.op.value)];
    expect(new Set(examples.map(({ name }) => name))).toEqual(new Set(known));
  });

  test.each(examples)('$name as it is shown is one that the kernel takes', ({ name, op }) => {
    const reply = Object.hasOwn(WORLD_SCHEMAS, name)
      ? { q: '', mind: [], world: op }
      : { q: '', mind: [op], world: null };
    expect(parseReply(JSON.stringify(reply))).toEqual({ ok: true, reply });
  });

  test('is short beside a frame’s limit of tokens', () => {
    expect(SYSTEM_PROMPT.length).toBeLessThan(5000);
  });
});
