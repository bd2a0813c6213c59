/** Drives the pure kernel: a world of files in a map, replies from a script. Nothing here is asynchronous. */
import {
  DEFAULT_POLICY,
  type EventOf,
  type FaultSpec,
  type InputOf,
  initialState,
  type KernelEvent,
  type KernelInput,
  type Policy,
  page,
  type Requested,
  type State,
  sha256,
  type TaskSpec,
  transition,
  waitingFor,
} from '../../src/kernel/index.ts';

export type Ask = EventOf<'brain.requested'>;
/** A reply's text, or a failure. */
export type Answer = string | Pick<Extract<KernelInput, { kind: 'brain.failed' }>, 'error'>;

export const TASK: TaskSpec = {
  name: 'test',
  goal: 'Do the work.',
  caps: [
    { rights: 'rw', target: 'dir/' },
    { rights: 'rw', target: 'ANSWER.txt' },
    { rights: 'x', target: 'run', argv: ['run'], more: true },
    { rights: 'r', target: 'IN.txt' },
  ],
  evidence: [],
  variants: [],
};

/** `{"q","mind","world"}` as a brain would write it. */
export const reply = (world: object | null, q = 'q', mind: object[] = []): string => JSON.stringify({ q, mind, world });
export const goTo = (cap: string, path?: string) => ({ op: 'SYS_GOTO', cap, ...(path === undefined ? {} : { path }) });
export const write = (content: string, mode = 'replace', cap = 'h2', path?: string) => ({
  op: 'SYS_WRITE',
  cap,
  ...(path === undefined ? {} : { path }),
  mode,
  content,
});
export const exec = (...args: string[]) => ({ op: 'SYS_EXEC', cap: 'h3', args });
export const map = (...texts: string[]) => ({
  op: 'SYS_MAP_REDUCE',
  tasks: texts.map((text) => ({ text, caps: [] })),
  result: 'int',
});
export const halt = (result?: string) => ({ op: 'SYS_HALT', ...(result === undefined ? {} : { result }) });

export interface MachineOptions {
  policy?: Partial<Policy>;
  task?: Partial<TaskSpec>;
  files?: Record<string, string>;
  /** What a command prints, by its argv and how often a command ran before. */
  exec?: (argv: readonly string[], n: number, files: Map<string, string>) => string;
  grade?: (files: Map<string, string>) => string | null;
  chaos?: FaultSpec[];
  seed?: number;
}

export class Machine {
  state: State = initialState;
  readonly inputs: KernelInput[] = [];
  readonly events: KernelEvent[] = [];
  /** Requests that wait for an outcome, in order. */
  pending: KernelEvent[] = [];
  readonly files: Map<string, string>;
  private readonly blobs = new Map<string, string>();
  private readonly options: MachineOptions;
  private commands = 0;

  constructor(options: MachineOptions = {}) {
    this.options = options;
    this.files = new Map(Object.entries(options.files ?? { 'IN.txt': 'in\n' }));
    this.feed({
      kind: 'run.started',
      task: { ...TASK, ...options.task },
      policy: { ...DEFAULT_POLICY, ...options.policy },
      seed: this.options.seed ?? 7,
      planner: { name: 'script', digest: '', simulated: true },
      worker: { name: 'script', digest: '', simulated: true },
      world: { kind: 'memory', hash: this.hash(), files: Object.fromEntries(this.files) },
      chaos: this.options.chaos ?? [],
    });
  }

  hash(): string {
    return sha256(JSON.stringify([...this.files].sort()));
  }

  feed(input: KernelInput): KernelEvent[] {
    const { state, events } = transition(this.state, input);
    this.state = state;
    this.inputs.push(input);
    this.events.push(...events);
    for (const event of events) {
      if ('aborts' in event) this.pending = this.pending.filter((other) => !event.aborts.includes(reqOf(other)));
      const isRequest = event.kind.endsWith('.requested') && event.kind !== 'fault.requested';
      if (isRequest || event.kind === 'process.blocked') this.pending.push(event);
    }
    // The host carries out what is staged before anything else comes.
    for (const event of events) {
      if (event.kind === 'fault.staged') this.feed({ kind: 'fault.applied', id: event.id, pid: event.pid });
    }
    return events;
  }

  /** Becomes a branch of itself, where it is under way: its history begins anew with what is in flight. */
  fork(change: Partial<InputOf<'run.forked'>> = {}): KernelEvent[] {
    const { state } = this;
    if (state.phase !== 'active' && state.phase !== 'paused') return [];
    const requests = this.inFlight() as Requested[];
    const brain = { name: 'script', digest: '', simulated: true };
    this.inputs.length = 0;
    this.events.length = 0;
    this.pending = [];
    this.state = initialState;
    return this.feed({
      kind: 'run.forked',
      origin: { run: 'origin', seq: 1, head: 'a'.repeat(64) },
      overridden: [],
      task: state.task,
      policy: state.policy,
      seed: state.seed,
      planner: brain,
      worker: brain,
      world: { kind: 'memory', hash: state.worldHash, files: Object.fromEntries(this.files), past: '' },
      chaos: null,
      state: JSON.stringify(state),
      requests,
      round: [],
      ...change,
    });
  }

  /** Those that the kernel still waits for: stale moves may have answered others. */
  inFlight(): KernelEvent[] {
    return this.pending.filter((event) => waitingFor(this.state, reqOf(event)) !== undefined);
  }

  command(order: Extract<KernelInput, { kind: 'operator.commanded' }>['order']): KernelEvent[] {
    return this.feed({ kind: 'operator.commanded', by: 'test', reason: '', order });
  }

  /** Serves pending requests until a brain is asked (its request is returned) or nothing is left. */
  untilAsked(): Ask | undefined {
    for (;;) {
      const request = this.pending[0];
      if (request === undefined || request.kind === 'brain.requested') return request as Ask | undefined;
      this.pending.shift();
      this.serve(request);
    }
  }

  /** Answers the brain request at the head of the queue. */
  answer(answer: Answer): KernelEvent[] {
    const ask = this.untilAsked();
    if (ask === undefined) throw new Error('no brain is asked');
    this.pending.shift();
    const { req, fault } = ask;
    const applied = fault === undefined ? {} : { applied: fault.id };
    if (fault?.fault === 'brain.unreachable') return this.answerLate(req, 'unreachable', applied);
    if (typeof answer !== 'string') {
      return this.feed({
        kind: 'brain.failed',
        req,
        error: answer.error,
        message: 'test',
        partial: '',
        tokensOut: 0,
        totalMs: 1,
      });
    }
    if (fault?.fault === 'brain.cut') return this.answerLate(req, 'cut_off', applied);
    return this.feed({
      kind: 'brain.replied',
      req,
      text: fault?.fault === 'brain.garbage' ? '%' : answer,
      ...applied,
      finish: 'stop',
      tokensIn: 1,
      tokensOut: 1,
      firstTokenMs: 1,
      totalMs: 1,
    });
  }

  private answerLate(req: number, error: 'unreachable' | 'cut_off', applied: { applied?: number }): KernelEvent[] {
    return this.feed({
      kind: 'brain.failed',
      req,
      error,
      message: 'fault',
      partial: '',
      tokensOut: 0,
      totalMs: 1,
      ...applied,
    });
  }

  /** Lets a script answer every brain until the run ends, or it has nothing to say. */
  play(script: (ask: Ask) => Answer | undefined): this {
    for (;;) {
      const ask = this.untilAsked();
      const answer = ask === undefined ? undefined : script(ask);
      if (answer === undefined) return this;
      this.answer(answer);
    }
  }

  of<K extends KernelEvent['kind']>(kind: K): EventOf<K>[] {
    return this.events.filter((event) => event.kind === kind) as EventOf<K>[];
  }

  /** `CPU_FAULT@3` for each trap: its code and the tick at which it fired. */
  get traps(): string[] {
    return this.of('trap.raised').map((trap) => `${trap.code}@${trap.tick}`);
  }

  serve(request: KernelEvent): void {
    if (request.kind === 'observe.requested') {
      const text = 'target' in request.look ? this.look(request.look.target) : this.blobs.get(request.look.sha256);
      const found = text === undefined ? null : this.seen(text, request.look.page, request.pageSize);
      this.feed({
        kind: 'world.observed',
        req: request.req,
        worldHash: this.hash(),
        found,
        ...(found ? {} : { why: 'not there' }),
      });
    } else if (request.kind === 'op.requested') this.perform(request);
    else if (request.kind === 'grade.requested') {
      const words = this.options.grade?.(this.files) ?? null;
      this.feed({
        kind: 'grader.judged',
        req: request.req,
        verdict: words === null ? 'pass' : 'fail',
        words: words ?? 'ok',
      });
    } else if (request.kind === 'process.blocked') this.feed({ kind: 'deadline.passed', req: request.req });
  }

  private look(target: string): string | undefined {
    if (!target.endsWith('/')) return this.files.get(target);
    const names = [...this.files.keys()].filter((name) => name.startsWith(target));
    return names.length === 0 ? undefined : names.map((name) => name.slice(target.length)).join('\n');
  }

  private seen(text: string, n: number, size: number) {
    const { bytes: _, ...found } = this.store(text, n, size);
    return found;
  }

  private store(text: string, n: number, size: number) {
    const hash = sha256(text);
    this.blobs.set(hash, text);
    const found = page(text, n, size);
    return { sha256: hash, chars: text.length, bytes: Buffer.byteLength(text), ...found };
  }

  private perform({ req, request, pageSize, fault }: EventOf<'op.requested'>): void {
    if (fault !== undefined && fault.fault !== 'log.flood') {
      const timedOut = fault.fault === 'exec.timeout';
      const failure = { errno: 'EACCES', detail: 'denied', timedOut, applied: fault.id };
      this.feed({ kind: 'op.failed', req, worldHash: this.hash(), ...failure });
      return;
    }
    if (request.op === 'SYS_WRITE') {
      const before = request.mode === 'append' ? (this.files.get(request.target) ?? '') : '';
      this.files.set(request.target, before + request.content);
      this.feed({ kind: 'op.done', req, worldHash: this.hash(), exit: 0, output: null });
      return;
    }
    const printed =
      request.op === 'SYS_EXEC' ? (this.options.exec?.(request.argv, this.commands++, this.files) ?? '') : 'log';
    const output = fault === undefined ? printed : `${printed}${'flood '.repeat(5500)}`;
    const applied = fault === undefined ? {} : { applied: fault.id };
    const done = { worldHash: this.hash(), exit: 0, output: this.store(output, 1, pageSize) };
    this.feed({ kind: 'op.done', req, ...done, ...applied });
  }
}

export const reqOf = (event: KernelEvent): number => ('req' in event ? event.req : 0);
