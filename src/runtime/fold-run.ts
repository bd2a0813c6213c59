/**
 * All that a run's journal tells about where the run stands: the kernel's state, and what otherwise lives in the process only —
 * requests under way, whose turn it is among simulated brains, waits, the history of the world. `see` takes complete batches.
 */
import {
  evolve,
  type InputOf,
  initialState,
  type KernelEvent,
  type KernelInput,
  type Requested,
  type Role,
  type State,
  type WorldRequest,
  waiting,
  waitingFor,
} from '../kernel/index.ts';
import type { RunBatch } from './batches.ts';
import { TakenOrders } from './taken-orders.ts';

/** A request without an outcome. */
export interface Pending {
  event: Requested;
  /** The fault that is to strike it in mid-stream, 0 for none. */
  struck: number;
  /** Of a wait: milliseconds of virtual time that are left; 0 for anything else. */
  leftMs: number;
}

type Begun = InputOf<'run.started'> | InputOf<'run.forked'>;

export class RunFold {
  state: State = initialState;
  /** The last batch's last record. */
  head: { seq: number; hash: string } = { seq: 0, hash: '' };
  /** Seq of the last input. */
  seq = 0;
  /** The input that the run began with. */
  begun: Begun | undefined;
  ended: Extract<KernelEvent, { kind: 'run.ended' }> | undefined;
  /** Writes that were committed, oldest first. */
  readonly writes: WorldRequest[] = [];
  readonly orders = new TakenOrders();
  /** Which seats have simulated brains. */
  simulated: Record<Role, boolean> = { planner: false, worker: false };
  /** Milliseconds that the run was at work: neither paused nor without a kernel. */
  workedMs = 0;
  /** Of the last record, or of the last kernel's beginning. */
  #at = 0;
  #round: number[] = [];
  /** A process has at most one request in flight. */
  readonly #requests = new Map<number, Requested>();
  readonly #due = new Map<number, number>();
  #now = 0;

  see({ seq, input, events, end, resumedAt }: RunBatch): void {
    this.#clock(end.ts, resumedAt);
    this.orders.see(this.state, input, seq, events);
    this.#input(input);
    for (const event of events) this.#event(event);
    this.seq = seq;
    this.head = { seq: end.seq, hash: end.hash };
  }

  /** In order of request. */
  get pending(): Pending[] {
    const found: Pending[] = [];
    for (const { proc, open } of waiting(this.state)) {
      const event = this.#requests.get(proc.pid);
      if (event === undefined || event.req !== open.req) continue;
      const attached = 'fault' in event && event.fault !== undefined;
      const leftMs = event.kind === 'process.blocked' ? (this.#due.get(open.req) ?? 0) - this.#now : 0;
      found.push({ event, struck: attached ? 0 : open.fault, leftMs });
    }
    return found.sort((a, b) => a.event.req - b.event.req);
  }

  /** Simulated answers whose turn had come, in order. */
  get round(): number[] {
    return this.#round.filter((req) => waitingFor(this.state, req) !== undefined);
  }

  #clock(ts: string, resumedAt: string | undefined): void {
    const from = resumedAt === undefined ? this.#at : Date.parse(resumedAt);
    const now = Date.parse(ts);
    if (this.state.phase === 'active') this.workedMs += Math.max(0, now - from);
    this.#at = now;
  }

  #input(input: KernelInput): void {
    if (input.kind === 'run.started' || input.kind === 'run.forked') {
      this.begun ??= input;
      this.simulated = { planner: input.planner.simulated, worker: input.worker.simulated };
    }
    if (input.kind === 'run.forked') this.#round = [...input.round];
    if (input.kind === 'brain.replied' || input.kind === 'brain.failed') this.#answered(input.req);
    if (input.kind === 'op.done') this.#committed(input.req);
    if (input.kind === 'deadline.passed') {
      this.#now = this.#due.get(input.req) ?? this.#now;
      this.#due.delete(input.req);
    }
  }

  /** An answer that belongs to no round begins one: with all simulated brains that had been asked by then, in pid order. */
  #answered(req: number): void {
    const at = this.#round.indexOf(req);
    if (at >= 0) {
      this.#round.splice(0, at + 1);
      return;
    }
    this.#round = waiting(this.state)
      .filter(({ proc, open }) => open.kind === 'brain' && this.simulated[proc.role])
      .sort((a, b) => a.proc.pid - b.proc.pid)
      .map(({ open }) => open.req)
      .filter((other) => other !== req);
  }

  #committed(req: number): void {
    const found = waitingFor(this.state, req);
    const event = found === undefined ? undefined : this.#requests.get(found.proc.pid);
    if (event?.kind === 'op.requested' && event.req === req && event.request.op === 'SYS_WRITE') {
      this.writes.push(event.request);
    }
  }

  #event(event: KernelEvent): void {
    this.state = evolve(this.state, event);
    switch (event.kind) {
      case 'process.blocked':
        this.#due.set(event.req, this.#now + event.waitMs);
        this.#requests.set(event.pid, event);
        return;
      case 'observe.requested':
      case 'brain.requested':
      case 'op.requested':
      case 'grade.requested':
        this.#requests.set(event.pid, event);
        return;
      case 'process.ended':
        for (const req of event.aborts) this.#due.delete(req);
        this.#requests.delete(event.pid);
        return;
      case 'brain.swapped':
        this.simulated = { ...this.simulated, [event.role]: event.brain.simulated };
        return;
      case 'run.ended':
        this.ended = event;
        return;
    }
  }
}
