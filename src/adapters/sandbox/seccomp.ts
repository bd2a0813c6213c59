/**
 * A filter of system calls for what namespaces do not fence. A call that is refused fails with ENOSYS, as on a system that
 * was built without it, and an address family with EAFNOSUPPORT.
 */
import { MACHINES } from './seccomp-calls.ts';

const CLONE_NEWUSER = 0x10000000;
/** Types into the terminal as if the operator did; the second reaches the same on a text console. */
const [TIOCSTI, TIOCLINUX] = [0x5412, 0x541c];
/** Unix, IPv4, IPv6, netlink: what a namespace of the network holds. Of others some reach the host of a virtual machine. */
const FAMILIES = [1, 2, 10, 16];
/** The number space of x32, which passes as x86-64. */
const X32 = 0x40000000;

const LOAD = 0x20;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const ENOSYS = 0x00050000 | 38;
const EAFNOSUPPORT = 0x00050000 | 97;
/** Offsets in struct seccomp_data; arguments are eight bytes each, of which the low half counts here. */
const [NUMBER, ARCH, ARG0, ARG1] = [0, 4, 16, 24];

type Op = [code: number, yes: number, no: number, value: number];

/** The filter as the array of struct sock_filter that bwrap reads, or undefined for a machine we have no numbers of. */
export const seccompFilter = (arch: string = process.arch): Buffer | undefined => {
  const machine = MACHINES[arch];
  if (!machine) return undefined;
  /** Decides when the accumulator's test holds. */
  const when = (test: number, value: number, verdict: number): Op[] => [
    [test, 0, 1, value],
    [RETURN, 0, 0, verdict],
  ];
  /** For one call alone: looks at an argument, and decides. */
  const inspect = (call: number, arg: number, tests: Op[], otherwise = ALLOW): Op[] => {
    const body: Op[] = [[LOAD, 0, 0, arg], ...tests, [RETURN, 0, 0, otherwise]];
    return [[EQUAL, 0, body.length, call], ...body];
  };
  const families = FAMILIES.flatMap((family) => when(EQUAL, family, ALLOW));
  const program: Op[] = [
    [LOAD, 0, 0, ARCH],
    [EQUAL, 1, 0, machine.audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    ...when(AT_LEAST, X32, ENOSYS),
    ...Object.values(machine.refused).flatMap((call) => when(EQUAL, call, ENOSYS)),
    ...inspect(machine.clone, ARG0, when(ANY_BIT, CLONE_NEWUSER, ENOSYS)),
    ...inspect(machine.unshare, ARG0, when(ANY_BIT, CLONE_NEWUSER, ENOSYS)),
    ...inspect(machine.ioctl, ARG1, [...when(EQUAL, TIOCSTI, ENOSYS), ...when(EQUAL, TIOCLINUX, ENOSYS)]),
    ...inspect(machine.socket, ARG0, families, EAFNOSUPPORT),
    ...inspect(machine.socketpair, ARG0, families, EAFNOSUPPORT),
    [RETURN, 0, 0, ALLOW],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, yes, no, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
};
