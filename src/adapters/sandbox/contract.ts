/** What runs a command of the workspace world, as seen by its callers. */

/** What one exec may use up. Every field is a bound that is always in force; there is no "unlimited". */
export interface SandboxLimits {
  /** CPU time of each process, seconds. */
  cpuSeconds: number;
  /** Memory of the whole tree (watched), and of each process (kept by the system), bytes. Also the room in /tmp. */
  memoryBytes: number;
  /** Processes and threads at the same time. */
  processes: number;
  /** Output that is kept, bytes of UTF-8. The rest is read, counted and dropped. */
  outputBytes: number;
  /** The largest file that a process may write, bytes. */
  fileBytes: number;
}

export interface SandboxRequest {
  /** Fixed program and arguments, no shell in between. */
  argv: readonly string[];
  /** Absolute directory, mounted writable at /workspace, which is also the working directory. */
  workspace: string;
  /** Ends the whole tree within 250 ms. */
  signal: AbortSignal;
  /** From the call of `run`, milliseconds. */
  deadlineMs: number;
  limits?: Partial<SandboxLimits>;
}

export type SandboxResult =
  /**
   * `output` is stdout and stderr in the order they came, made well-formed UTF-8, at most `outputBytes`, then a line that
   * says how much was dropped. `exit` is 128 + the signal's number where a signal ended the program.
   */
  | { ok: true; exit: number; output: string }
  /** Could not be run, or was ended: by the deadline (`timedOut`), by the signal, by a limit (`detail` says which). */
  | { ok: false; errno: string; detail: string; timedOut: boolean };

export interface Sandbox {
  readonly kind: 'bubblewrap' | 'none';
  /** Never rejects. When it resolves, every process of the exec is gone. */
  run(request: SandboxRequest): Promise<SandboxResult>;
}

/** No sandbox is to be had here. The message is one sentence: what is missing, and the way out. */
export class SandboxUnavailable extends Error {
  override name = 'SandboxUnavailable';
  /** What is missing and how to get it, as a clause. */
  readonly why: string;
  constructor(why: string) {
    super(`Commands cannot be fenced here: ${why}, or choose --sandbox none, which runs commands without any fence.`);
    this.why = why;
  }
}
