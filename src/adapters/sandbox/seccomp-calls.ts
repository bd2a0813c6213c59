/** Numbers of the system calls that the filter looks at, from the kernel's tables. */

export interface Machine {
  /** AUDIT_ARCH_*: a call by way of another architecture's numbers must not pass. */
  audit: number;
  /** Refused whatever their arguments are. */
  refused: Record<Refused, number>;
  /** Judged by an argument. */
  clone: number;
  unshare: number;
  ioctl: number;
  socket: number;
  socketpair: number;
}

type Refused =
  // Keys belong to a user, not to a process, and outlive it.
  | 'add_key'
  | 'request_key'
  | 'keyctl'
  // Namespaces. clone3's flags lie behind a pointer, where no filter can look; libraries then use clone.
  | 'clone3'
  | 'setns'
  // Memory that is charged to no process, so that nobody sees who has it.
  | 'shmget'
  | 'semget'
  | 'msgget'
  | 'memfd_create'
  | 'memfd_secret'
  // The kernel's log, and what debuggers of the kernel use.
  | 'syslog'
  | 'perf_event_open'
  | 'bpf'
  | 'userfaultfd'
  | 'io_uring_setup'
  | 'io_uring_enter'
  | 'io_uring_register';

/** The same on every architecture. */
const recent = { clone3: 435, memfd_secret: 447, io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 };

export const MACHINES: Partial<Record<string, Machine>> = {
  x64: {
    audit: 0xc000003e,
    refused: {
      ...recent,
      ...{ add_key: 248, request_key: 249, keyctl: 250, setns: 308 },
      ...{ shmget: 29, semget: 64, msgget: 68, memfd_create: 319 },
      ...{ syslog: 103, perf_event_open: 298, bpf: 321, userfaultfd: 323 },
    },
    ...{ clone: 56, unshare: 272, ioctl: 16, socket: 41, socketpair: 53 },
  },
  arm64: {
    audit: 0xc00000b7,
    refused: {
      ...recent,
      ...{ add_key: 217, request_key: 218, keyctl: 219, setns: 268 },
      ...{ shmget: 194, semget: 190, msgget: 186, memfd_create: 279 },
      ...{ syslog: 116, perf_event_open: 241, bpf: 280, userfaultfd: 282 },
    },
    ...{ clone: 220, unshare: 97, ioctl: 29, socket: 198, socketpair: 199 },
  },
};
