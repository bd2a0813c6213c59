/**
 * A filter of system calls for what namespaces do not fence: kernel keys outlive every process; a user namespace of the
 * sandbox's own would give it capabilities again; some memory is charged to no process; some calls read the kernel's log or are there for
 * debuggers of the kernel. A call that is refused fails with ENOSYS, as on a system that was built without it.
 */

interface Machine {
  /** AUDIT_ARCH_*: a call by way of another architecture's numbers must not pass. */
  audit: number;
  refused: readonly number[];
  clone: number;
  unshare: number;
  ioctl: number;
}

// Numbers from the kernel's syscall tables. clone3 is refused since its flags lie behind a pointer, where no filter can
// look; libraries then use clone.
const MACHINES: Partial<Record<string, Machine>> = {
  x64: {
    audit: 0xc000003e,
    refused: [
      ...[248, 249, 250], // add_key request_key keyctl
      ...[435, 308], // clone3 setns
      ...[29, 319, 447], // shmget memfd_create memfd_secret
      ...[103, 298, 321, 323, 425, 426, 427], // syslog perf_event_open bpf userfaultfd io_uring_setup io_uring_enter io_uring_register
    ],
    clone: 56,
    unshare: 272,
    ioctl: 16,
  },
  arm64: {
    audit: 0xc00000b7,
    refused: [217, 218, 219, 435, 268, 194, 279, 447, 116, 241, 280, 282, 425, 426, 427],
    clone: 220,
    unshare: 97,
    ioctl: 29,
  },
};

const CLONE_NEWUSER = 0x10000000;
/** Types into the terminal as if the operator did; the second reaches the same on a text console. */
const [TIOCSTI, TIOCLINUX] = [0x5412, 0x541c];
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
/** Offsets in struct seccomp_data; arguments are eight bytes each, of which the low half counts here. */
const [NUMBER, ARCH, ARG0, ARG1] = [0, 4, 16, 24];

type Op = [code: number, yes: number, no: number, value: number];

/** The filter as the array of struct sock_filter that bwrap reads, or undefined for a machine we have no numbers of. */
export const seccompFilter = (arch: string = process.arch): Buffer | undefined => {
  const machine = MACHINES[arch];
  if (!machine) return undefined;
  /** Refuses when the accumulator's test holds. */
  const refuse = (test: number, value: number): Op[] => [
    [test, 0, 1, value],
    [RETURN, 0, 0, ENOSYS],
  ];
  /** For one call alone: looks at an argument, and decides. */
  const inspect = (call: number, arg: number, tests: [number, number][]): Op[] => {
    const body: Op[] = [
      [LOAD, 0, 0, arg],
      ...tests.flatMap(([test, value]) => refuse(test, value)),
      [RETURN, 0, 0, ALLOW],
    ];
    return [[EQUAL, 0, body.length, call], ...body];
  };
  const program: Op[] = [
    [LOAD, 0, 0, ARCH],
    [EQUAL, 1, 0, machine.audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    ...refuse(AT_LEAST, X32),
    ...machine.refused.flatMap((call) => refuse(EQUAL, call)),
    ...inspect(machine.clone, ARG0, [[ANY_BIT, CLONE_NEWUSER]]),
    ...inspect(machine.unshare, ARG0, [[ANY_BIT, CLONE_NEWUSER]]),
    ...inspect(machine.ioctl, ARG1, [
      [EQUAL, TIOCSTI],
      [EQUAL, TIOCLINUX],
    ]),
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
