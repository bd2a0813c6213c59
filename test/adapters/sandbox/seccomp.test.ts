/** The filter's verdicts, by a machine that runs it as the kernel does. */
import { describe, expect, test } from 'vitest';
import { seccompFilter } from '../../../src/adapters/sandbox/seccomp.ts';

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 };
const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const ENOSYS = 0x00050000 | 38;

const verdict = (filter: Buffer, audit: number, number: number, args: bigint[] = []): number => {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(audit, 4);
  for (const [index, arg] of args.entries()) data.writeBigUInt64LE(arg, 16 + index * 8);
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const [code, yes, no, value] = [
      filter.readUInt16LE(at),
      filter[at + 2],
      filter[at + 3],
      filter.readUInt32LE(at + 4),
    ];
    const jump = (holds: boolean): void => {
      at += 8 * ((holds ? yes : no) as number);
    };
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x15) jump(accumulator === value);
    else if (code === 0x35) jump(accumulator >= value);
    else if (code === 0x45) jump((accumulator & value) !== 0);
    else if (code === 0x06) return value;
    else throw new Error(`no instruction ${code}`);
  }
  throw new Error('the filter has no end');
};

describe.each([
  ['x64', { read: 0, clone: 56, unshare: 272, ioctl: 16, keyctl: 250 }],
  ['arm64', { read: 63, clone: 220, unshare: 97, ioctl: 29, keyctl: 219 }],
] as const)('%s', (arch, call) => {
  const filter = seccompFilter(arch) as Buffer;
  const judge = (number: number, ...args: bigint[]): number => verdict(filter, AUDIT[arch], number, args);

  test('what programs need passes', () => {
    expect(judge(call.read, 0n)).toBe(ALLOW);
    // What fork and threads ask for, a new session of namespaces without a user's, and the size of a terminal.
    expect(judge(call.clone, 0x1200011n)).toBe(ALLOW);
    expect(judge(call.clone, 0x3d0f00n)).toBe(ALLOW);
    expect(judge(call.unshare, 0x400n)).toBe(ALLOW);
    expect(judge(call.ioctl, 1n, 0x5413n)).toBe(ALLOW);
  });

  test('keys, user namespaces and typing into a terminal do not', () => {
    expect(judge(call.keyctl)).toBe(ENOSYS);
    expect(judge(435)).toBe(ENOSYS);
    expect(judge(call.clone, 0x10000011n)).toBe(ENOSYS);
    expect(judge(call.unshare, 0x10000000n)).toBe(ENOSYS);
    expect(judge(call.unshare, 0x1_1000_0400n)).toBe(ENOSYS);
    expect(judge(call.ioctl, 0n, 0x5412n)).toBe(ENOSYS);
    // The kernel looks at 32 bits of the request, so nothing in the others may hide it.
    expect(judge(call.ioctl, 0n, 0xffff_ffff_0000_5412n)).toBe(ENOSYS);
    expect(judge(call.ioctl, 0n, 0x541cn)).toBe(ENOSYS);
  });

  test("another architecture's numbers end the process", () => {
    expect(verdict(filter, 0x40000003, call.read)).toBe(KILL);
    expect(judge(0x40000000 | call.read)).toBe(ENOSYS);
  });
});

test('a machine whose numbers we do not know has no filter', () => {
  expect(seccompFilter('riscv64')).toBeUndefined();
});
