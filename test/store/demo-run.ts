/**
 * A run without a kernel process: the real kernel, scripted brains, a world that is only a hash. What comes out are records as
 * a journal would hold them, so that screens can be tested with true sequences of events.
 */
import { createHash } from 'node:crypto';
import {
  DEFAULT_POLICY,
  initialState,
  type KernelEvent,
  type KernelInput,
  type OperatorCommand,
  type Policy,
  type RuntimeNote,
  type State,
  transition,
} from '../../src/kernel/index.ts';
import type { Rec } from '../../src/store/record.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface Scripts {
  /** The planner's n-th reply, counted from 0; undefined leaves it streaming for ever. */
  planner(n: number): string | undefined;
  /** A worker's n-th reply, counted from 0 for each worker. */
  worker(pid: number, n: number, task: string): string | undefined;
}

export interface DemoOptions {
  policy?: Partial<Policy>;
  brains?: { planner: string; worker: string; simulated?: boolean };
  /** Milliseconds between two records. */
  pace?: number;
  /** Whether replies come with a stream delta of their own; default true. */
  deltas?: boolean;
}

const START = Date.parse('2026-01-05T09:00:00.000Z');

/** Drives the kernel by hand: `play` until the scripts leave everyone waiting, `command` in between. */
export class DemoRun {
  readonly records: Rec[] = [];
  state: State = initialState;
  #seq = 0;
  #ms = START;
  #pending: KernelEvent[] = [];
  #replies = new Map<number, number>();
  #world = sha('world');
  readonly #scripts: Scripts;
  readonly #pace: number;
  readonly #deltas: boolean;

  constructor(scripts: Scripts, options: DemoOptions = {}) {
    this.#scripts = scripts;
    this.#pace = options.pace ?? 40;
    this.#deltas = options.deltas ?? true;
    const { planner = 'tiny', worker = 'tiny-early', simulated = false } = options.brains ?? {};
    this.#input({
      kind: 'run.started',
      task: {
        name: 'ledger-12',
        goal: 'Sum each row of rows/ into ANSWER.txt.',
        caps: [
          { rights: 'r', target: 'rows/' },
          { rights: 'rw', target: 'ANSWER.txt' },
        ],
        evidence: ['ANSWER.txt'],
        variants: [],
      },
      policy: { ...DEFAULT_POLICY, ...options.policy },
      seed: 7,
      planner: { name: planner, digest: 'd', simulated },
      worker: { name: worker, digest: 'd', simulated },
      world: { kind: 'memory', hash: this.#world, files: {} },
      chaos: [],
    });
  }

  /** Answers requests in order, at most `steps` of them. */
  play(steps = Number.POSITIVE_INFINITY): this {
    for (let i = 0; i < steps; i += 1) {
      const at = this.#pending.findIndex((event) => this.#answerable(event));
      if (at === -1) return this;
      this.#answer(this.#pending.splice(at, 1)[0] as KernelEvent);
    }
    return this;
  }

  command(order: OperatorCommand): this {
    this.#input({ kind: 'operator.commanded', by: 'test', reason: '', order });
    return this;
  }

  /** Pids of those whose brains are being asked. */
  asked(): number[] {
    return this.#pending.flatMap((event) => (event.kind === 'brain.requested' ? [event.pid] : []));
  }

  /** A stretch of what a brain says, for whoever is being asked. */
  say(pid: number, text: string, tokens = 1): this {
    const event = this.#pending.find((open) => open.kind === 'brain.requested' && open.pid === pid);
    if (event?.kind !== 'brain.requested') throw new Error(`nobody asks ${pid}`);
    this.#push('note', { kind: 'stream.delta', req: event.req, pid, text, tokens });
    return this;
  }

  /** The reply that a process is being asked for is cut by a fault. */
  fail(pid: number, fault: number): this {
    const event = this.#pending.find((open) => open.kind === 'brain.requested' && open.pid === pid);
    if (event?.kind !== 'brain.requested') throw new Error(`nobody asks ${pid}`);
    this.#pending = this.#pending.filter((open) => open !== event);
    const failed = { req: event.req, error: 'cut_off' as const, message: 'the stream ended early', partial: '' };
    this.#input({ kind: 'brain.failed', ...failed, tokensOut: 3, totalMs: 80, applied: fault });
    return this;
  }

  #script(event: KernelEvent): string | undefined {
    if (event.kind !== 'brain.requested') return '';
    const n = this.#replies.get(event.pid) ?? 0;
    const task = this.state.procs[event.pid]?.task ?? '';
    return event.role === 'planner' ? this.#scripts.planner(n) : this.#scripts.worker(event.pid, n, task);
  }

  #answerable(event: KernelEvent): boolean {
    return this.#script(event) !== undefined;
  }

  #answer(event: KernelEvent): void {
    switch (event.kind) {
      case 'brain.requested': {
        const text = this.#script(event) ?? '';
        this.#replies.set(event.pid, (this.#replies.get(event.pid) ?? 0) + 1);
        const { req, pid, fault } = event;
        if (this.#deltas)
          this.#push('note', { kind: 'stream.delta', req, pid, text, tokens: Math.ceil(text.length / 3) });
        if (fault?.fault === 'brain.cut') {
          const partial = text.slice(0, 10);
          const failed = { req, error: 'cut_off' as const, message: 'the stream ended early', partial };
          this.#input({ kind: 'brain.failed', ...failed, tokensOut: 3, totalMs: 80, applied: fault.id });
          return;
        }
        const counts = { tokensIn: 100, tokensOut: Math.ceil(text.length / 3), firstTokenMs: 12, totalMs: 340 };
        this.#input({ kind: 'brain.replied', req, text, finish: 'stop', ...counts });
        return;
      }
      case 'observe.requested': {
        const text = `page of ${JSON.stringify(event.look)}\n`;
        const found = { sha256: sha(text), chars: text.length, pages: 1, text };
        this.#input({ kind: 'world.observed', req: event.req, worldHash: this.#world, found });
        return;
      }
      case 'op.requested': {
        if (event.fault?.fault === 'write.denied') {
          const failed = { errno: 'EACCES', detail: 'denied', timedOut: false, applied: event.fault.id };
          this.#input({ kind: 'op.failed', req: event.req, worldHash: this.#world, ...failed });
          return;
        }
        if (event.request.op === 'SYS_WRITE') this.#world = sha(this.#world + event.request.content);
        this.#input({ kind: 'op.done', req: event.req, worldHash: this.#world, exit: 0, output: null });
        return;
      }
      case 'grade.requested':
        this.#input({ kind: 'grader.judged', req: event.req, verdict: 'pass', words: 'ok' });
        return;
      default:
        throw new Error(`no answer to ${event.kind}`);
    }
  }

  #input(input: KernelInput): void {
    this.#push('input', input);
    const { state, events } = transition(this.state, input);
    this.state = state;
    for (const event of events) {
      this.#push('event', event);
      if (event.kind.endsWith('.requested') && event.kind !== 'fault.requested') this.#pending.push(event);
      if (event.kind === 'process.ended' || event.kind === 'run.ended') {
        this.#pending = this.#pending.filter((open) => !('req' in open) || !event.aborts.includes(open.req));
      }
    }
  }

  #push(recordClass: Rec['class'], payload: KernelInput | KernelEvent | RuntimeNote): void {
    this.#seq += 1;
    this.#ms += this.#pace;
    const stamp = { seq: this.#seq, ts: new Date(this.#ms).toISOString(), run: '7f3a0c1d', class: recordClass };
    this.records.push({ ...stamp, ...payload } as Rec);
  }
}

const reply = (q: string, world: unknown, mind: unknown[] = []): string => JSON.stringify({ q, mind, world });

export const replies = {
  goto: (cap: string, path?: string) => reply('look', { op: 'SYS_GOTO', cap, ...(path === undefined ? {} : { path }) }),
  push: (...texts: string[]) =>
    reply(
      'plan',
      { op: 'SYS_GOTO', cap: 'h1' },
      texts.map((text) => ({ op: 'SYS_PUSH', text })),
    ),
  map: (...texts: string[]) =>
    reply('map', {
      op: 'SYS_MAP_REDUCE',
      tasks: texts.map((text) => ({ text, caps: [{ cap: 'h1', rights: 'r' }] })),
      result: 'int',
    }),
  write: (map: string, mode = 'replace') =>
    reply('write', { op: 'SYS_WRITE', cap: 'h2', mode, ref: `sys://map/${map}/consensus` }),
  invented: () =>
    reply('write the sum', { op: 'SYS_WRITE', cap: 'vfd://rw/ANSWER.txt', mode: 'replace', content: '13720' }),
  halt: (result?: string) => reply('done', { op: 'SYS_HALT', ...(result === undefined ? {} : { result }) }),
};

/** Looks at its row, now and then invents a handle or breaks the schema, then votes. */
const worker: Scripts['worker'] = (pid, n, task) => {
  if (n === 0) return replies.goto('h1', task.slice(-3));
  if (pid % 5 === 2 && n === 1) return replies.invented();
  if (pid % 7 === 4 && n === 1) return '{"q":"oops","mind":[],"wor';
  return replies.halt(String(1000 + Number(task.slice(-2)) * 10));
};

/**
 * A run with a bit of everything: maps with denied asks and red flags, a panic reset, and at its end a planner that thrashes
 * while its next reply is being written.
 */
export const eventfulRun = (options: DemoOptions = {}): DemoRun => {
  const planner = [
    replies.push('write ANSWER.txt', 'read rows'),
    replies.map('sum r01', 'sum r02', 'sum r03'),
    replies.write('m1'),
    'no json',
    'still no json',
    '{"q":1}',
    'not again',
    replies.map('sum r04', 'sum r05', 'sum r06'),
    replies.write('m2', 'append'),
    replies.push('verify ANSWER.txt', 'check rows'),
    ...Array.from({ length: 5 }, () => replies.goto('h2')),
  ];
  const run = new DemoRun({ planner: (n) => planner[n], worker }, options).play();
  return run
    .say(1, '{"q":"Result 13720 received. I should re-read ', 14)
    .say(1, 'the tape to be sure.","mind":[],"wor', 12);
};
