/**
 * The imperative shell around the kernel: one loop over one queue of inputs.
 *
 *   input → transition → one batch in the journal → (it has reached the system) → effects → their outcomes are inputs again
 *
 * 1. A request is written before it is performed (K2).
 * 2. After `run.ended` nothing is performed and nothing is fed back; what was in flight is aborted, its partial text noted (K6).
 * 3. Simulated brains answer in pid order, once all of them have answered and the world lane is empty: such a run does not
 *    depend on timing at all.
 * 4. What lives in here only (rounds, waits, what is under way) follows from the journal: `resume` takes it from a `RunFold` and
 *    goes on as if nothing had happened.
 */
import { setImmediate as macrotask } from 'node:timers/promises';
import {
  type EventOf,
  type InputOf,
  initialState,
  type KernelEvent,
  type KernelInput,
  type OperatorCommand,
  type Role,
  type RuntimeNote,
  type State,
  transition,
} from '../kernel/index.ts';
import { BrainEffects, type Seat } from './effects-brain.ts';
import { type Blobs, WorldEffects } from './effects-world.ts';
import type { RunFold } from './fold-run.ts';
import type { Grader, Host, World } from './ports.ts';
import { type Answer, answerTo, TakenOrders } from './taken-orders.ts';
import { clipped } from './text.ts';
import { Waits } from './waits.ts';
import { WorkClock } from './work-clock.ts';

/** The part of the journal's writer that the engine uses. */
export interface EngineJournal {
  /** Appends an input and its events; returns the input's seq. */
  appendBatch(input: KernelInput, events: readonly KernelEvent[]): number;
  appendNote(note: RuntimeNote): number;
  /** Resolves when what was appended outlives this process. */
  written(): Promise<void>;
  /** Resolves when what was appended is on the disk. */
  sync(): Promise<void>;
  readonly blobs: Blobs;
}

export interface EngineParts {
  journal: EngineJournal;
  /** Looked at for each request: a swap puts another one in. */
  seats: Record<Role, Seat>;
  /** The seat that a swap asks for, opened before the order was given. */
  swapped?: (event: EventOf<'brain.swapped'>) => Seat;
  /** Told of what was journalled, and of the state after it. */
  seen?: (events: readonly KernelEvent[], state: State) => void;
  world: World;
  grader: Grader;
  /** Whether a command whose outcome a lost kernel did not write may be performed again; default: it may. */
  repeatsCommands?: boolean;
  /** What faults of the machine are carried out on; without one none is. */
  host?: Host;
}

/** An input, journalled; of an order, what it came to. */
export type Batch = Answer;

/** An input came after the run's end. */
export class RunOver extends Error {
  constructor() {
    super('the run has ended');
    this.name = 'RunOver';
  }
}

interface Queued {
  input: KernelInput;
  done?: { resolve(batch: Batch): void; reject(error: unknown): void };
}

const areSimulated = ({ planner, worker }: Record<Role, Seat>): boolean =>
  planner.brain.simulated && worker.brain.simulated;

const commanded = (
  by: string,
  reason: string,
  order: OperatorCommand,
  id: string | undefined,
): InputOf<'operator.commanded'> => ({
  kind: 'operator.commanded',
  by,
  reason,
  ...(id === undefined ? {} : { id }),
  order,
});

/** How long the loop may run without letting the socket speak. */
const SLICE_MS = 8;

export class Engine {
  /** Resolves with `run.ended` once it is on the disk; rejects with what broke the engine. */
  readonly ended: Promise<EventOf<'run.ended'>>;
  readonly #journal: EngineJournal;
  readonly #brains: BrainEffects;
  readonly #world: WorldEffects;
  readonly #waits: Waits;
  readonly #host: Host | undefined;
  readonly #clock: WorkClock;
  readonly #seats: Record<Role, Seat>;
  readonly #swapped: EngineParts['swapped'];
  readonly #seen: EngineParts['seen'];
  readonly #queue: Queued[] = [];
  /** What has just befallen the machine: told before anything else comes, so that a run does not depend on when. */
  readonly #befallen: KernelInput[] = [];
  /** Outcomes of simulated brains that wait for their turn, by request. */
  readonly #held = new Map<number, { pid: number; input: KernelInput }>();
  /** Those of them whose turn has come. A whole round is fed back before anything else, else a low pid could starve the rest. */
  #round: number[] = [];
  readonly #repeatsCommands: boolean;
  readonly #end = Promise.withResolvers<EventOf<'run.ended'>>();
  #orders = new TakenOrders();
  #state: State = initialState;
  #seq = 0;
  #pumping = false;
  #over = false;

  constructor({ journal, seats, world, grader, host, repeatsCommands = true, swapped, seen }: EngineParts) {
    this.#repeatsCommands = repeatsCommands;
    this.ended = this.#end.promise;
    // Whoever awaits it hears of a failure; that nobody does yet is no reason to crash.
    this.ended.catch(() => {});
    this.#journal = journal;
    this.#host = host;
    const submit = (input: KernelInput): void => this.#enqueue({ input });
    this.#seats = seats;
    this.#swapped = swapped;
    this.#seen = seen;
    this.#waits = new Waits(areSimulated(seats), (req) => submit({ kind: 'deadline.passed', req }));
    this.#clock = new WorkClock((spentMs) => submit({ kind: 'limit.passed', limit: 'wallMs', spentMs }));
    this.#brains = new BrainEffects({
      seats,
      note: (note) => this.#note(note),
      outcome: (pid, req, input, simulated) => {
        if (!simulated) return submit(input);
        this.#held.set(req, { pid, input });
        this.#pump();
      },
    });
    this.#world = new WorldEffects({
      world,
      grader,
      blobs: journal.blobs,
      outcome: submit,
      idle: () => this.#pump(),
      failed: (error) => this.fail(error),
    });
  }

  get state(): State {
    return this.#state;
  }

  /** Seq of the last input. */
  get seq(): number {
    return this.#seq;
  }

  /** Feeds an input; resolves when it and its events are journalled and their effects have begun. Rejects with `RunOver`. */
  submit(input: KernelInput): Promise<Batch> {
    if (this.#over) return Promise.reject(new RunOver());
    return new Promise((resolve, reject) => this.#enqueue({ input, done: { resolve, reject } }));
  }

  start(begun: InputOf<'run.started'> | InputOf<'run.forked'>): Promise<Batch> {
    return this.submit(begun);
  }

  /**
   * Goes on where a journal ends: every request without an outcome is performed again, under its own number. The journal's last
   * batch is complete, the world is where that left it, and nothing else has been submitted.
   */
  resume({ state, seq, pending, round, ended, orders, workedMs }: RunFold): void {
    this.#state = state;
    this.#orders = orders;
    this.#seq = seq;
    // The last kernel was lost in the middle of writing the end.
    if (ended !== undefined) return this.#finish(ended);
    this.#round = round;
    this.#clock.begin(workedMs);
    this.#time();
    for (const { id, pid, fault, ms } of state.staged ?? []) {
      // Whatever ended the last kernel, it is gone: a death that was due is not drawn again.
      if (fault === 'disk.full') this.#host?.fillDisk();
      if (fault === 'clock.jump') this.#host?.jumpClock(ms);
      this.#befallen.push({ kind: 'fault.applied', id, pid });
    }
    for (const { event, struck, leftMs } of pending) {
      if (event.kind === 'process.blocked' && this.#waits.virtual) this.#waits.add(event.req, leftMs);
      else if (this.#isLost(event)) this.#enqueue({ input: lostInCrash(event) });
      else this.#perform(event);
      if (struck !== 0) this.#strike({ kind: 'fault.requested', req: event.req, id: struck, fault: 'brain.cut' });
    }
    this.#pump();
  }

  command(by: string, reason: string, order: OperatorCommand, id?: string): Promise<Batch> {
    return this.submit(commanded(by, reason, order, id));
  }

  /** What an order would come to now; nothing is written or done. */
  wouldDo(by: string, reason: string, order: OperatorCommand, id?: string): Batch {
    if (this.#over) throw new RunOver();
    const input = commanded(by, reason, order, id);
    return answerTo(this.#state, input, this.#seq, transition(this.#state, input).events);
  }

  /** Resolves when the world is at rest, also after a kill. */
  settled(): Promise<void> {
    return this.#world.settled();
  }

  #isLost(event: KernelEvent): event is EventOf<'op.requested'> {
    return !this.#repeatsCommands && event.kind === 'op.requested' && event.request.op === 'SYS_EXEC';
  }

  #enqueue(queued: Queued): void {
    if (this.#over) return queued.done?.reject(new RunOver());
    this.#queue.push(queued);
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping || this.#over) return;
    this.#pumping = true;
    this.#drain().catch((error) => this.fail(error));
  }

  async #drain(): Promise<void> {
    let sliceStart = performance.now();
    // Callers are in the midst of a step of their own (a stream, a timer); let them end it first.
    await Promise.resolve();
    for (;;) {
      const queued = this.#next();
      if (queued === undefined || this.#over) break;
      await this.#step(queued);
      if (performance.now() - sliceStart > SLICE_MS) {
        await macrotask();
        sliceStart = performance.now();
      }
    }
    this.#pumping = false;
  }

  async #step({ input, done }: Queued): Promise<void> {
    try {
      const before = this.#state;
      const { state, events } = transition(before, input);
      const seq = this.#journal.appendBatch(input, events);
      this.#seq = seq;
      this.#state = state;
      this.#time();
      const answer = this.#orders.see(before, input, seq, events) ?? { seq, events };
      if (input.kind === 'run.forked') this.#round = [...input.round];
      await this.#journal.written();
      this.#seen?.(events, state);
      // The run may have ended meanwhile: nothing is performed after that, though it was asked for before.
      if (this.#over) return done?.reject(new RunOver());
      for (const event of events) if (event.kind === 'fault.staged') await this.#befall(event);
      for (const event of events) this.#perform(event);
      done?.resolve(answer);
    } catch (error) {
      done?.reject(error);
      throw error;
    }
  }

  /** A kernel that is killed has its end on the disk: who resumes it finds that it has happened. */
  async #befall({ fault, id, pid, ms = 0 }: EventOf<'fault.staged'>): Promise<void> {
    const host = this.#host;
    if (host === undefined) return;
    if (fault === 'kernel.killed') {
      await this.#journal.sync();
      return host.kill();
    }
    if (fault === 'disk.full') host.fillDisk();
    else host.jumpClock(ms);
    this.#befallen.push({ kind: 'fault.applied', id, pid });
  }

  #time(): void {
    this.#clock.update(this.#state.phase === 'active', this.#state.policy.limits.wallMs);
  }

  /** What is in flight is answered by whom it was asked of. */
  #swap(event: EventOf<'brain.swapped'>): void {
    const seat = this.#swapped?.(event);
    if (seat === undefined) throw new Error(`nobody has opened the ${event.role} of ${event.profile}`);
    this.#seats[event.role] = seat;
    this.#waits.virtual = areSimulated(this.#seats);
  }

  #perform(event: KernelEvent): void {
    switch (event.kind) {
      case 'observe.requested':
        return this.#world.observe(event);
      case 'op.requested':
        return this.#world.perform(event);
      case 'grade.requested':
        return this.#world.grade(event);
      case 'brain.requested':
        return this.#brains.start(event);
      case 'process.blocked':
        return this.#waits.add(event.req, event.waitMs);
      case 'fault.requested':
        return this.#strike(event);
      case 'brain.swapped':
        return this.#swap(event);
      case 'process.ended':
        return this.#abort(event.aborts, event.as);
      case 'run.ended':
        return this.#finish(event);
    }
  }

  /** A fault on a request in flight. Only streams can be struck; everything else takes its fault along from the start. */
  #strike({ req, id, fault }: EventOf<'fault.requested'>): void {
    if (fault !== 'brain.cut' || this.#brains.cut(req, id)) return;
    const held = this.#held.get(req);
    if (held?.input.kind !== 'brain.replied') return;
    const { text: partial, totalMs } = held.input;
    const message = 'the stream was cut by a fault';
    // As for one that is cut while it streams: how far it had come is a matter of timing, and must not enter state.
    held.input = { kind: 'brain.failed', req, error: 'cut_off', message, partial, tokensOut: 0, totalMs, applied: id };
  }

  #abort(reqs: readonly number[], why: string): void {
    for (const req of reqs) {
      this.#abortHeld(req, why);
      this.#brains.abort(req, why);
      this.#world.abort(req);
      this.#waits.abort(req);
    }
  }

  /** A simulated brain that has answered, but whose turn had not come. */
  #abortHeld(req: number, why: string): void {
    const held = this.#held.get(req);
    if (held === undefined) return;
    this.#held.delete(req);
    const { input, pid } = held;
    if (input.kind !== 'brain.replied' && input.kind !== 'brain.failed') return;
    const partial = input.kind === 'brain.replied' ? input.text : input.partial;
    this.#note({ kind: 'stream.aborted', req, pid, partial, tokens: input.tokensOut, why });
  }

  #finish(event: EventOf<'run.ended'>): void {
    this.#stop(event.outcome);
    this.#journal.sync().then(
      () => this.#end.resolve(event),
      (error) => this.#end.reject(error),
    );
  }

  /** Something broke: the run ends as interrupted where that can still be written; else all effects stop and `ended` rejects. */
  fail(error: unknown): void {
    if (this.#over) return;
    try {
      const input: KernelInput = { kind: 'runtime.failed', message: clipped(`internal error: ${error}`, 1000) };
      const { state, events } = transition(this.#state, input);
      this.#seq = this.#journal.appendBatch(input, events);
      this.#state = state;
      const end = events.find((event) => event.kind === 'run.ended');
      if (end !== undefined) return this.#finish(end);
    } catch {
      // It may be the journal that broke.
    }
    this.#stop('internal error');
    this.#end.reject(error);
  }

  #stop(why: string): void {
    for (const req of [...this.#held.keys()]) this.#abortHeld(req, why);
    this.#brains.abortAll(why);
    this.#world.abortAll();
    this.#waits.abortAll();
    this.#clock.stop();
    this.#over = true;
    for (const { done } of this.#queue.splice(0)) done?.reject(new RunOver());
  }

  #next(): Queued | undefined {
    const befallen = this.#befallen.shift();
    if (befallen !== undefined) return { input: befallen };
    for (let req = this.#round[0]; req !== undefined; req = this.#round[0]) {
      const held = this.#held.get(req);
      // After a resume an answer whose turn it is may have to be written once more. Orders need not wait for it.
      if (held === undefined && this.#brains.isLive(req)) return this.#nextOrder();
      this.#round.shift();
      if (held === undefined) continue;
      this.#held.delete(req);
      return { input: held.input };
    }
    return this.#queue.shift() ?? this.#nextRound();
  }

  #nextOrder(): Queued | undefined {
    const at = this.#queue.findIndex(({ input }) => input.kind === 'operator.commanded');
    return at < 0 ? undefined : this.#queue.splice(at, 1)[0];
  }

  /** Begins a round when nothing is under way that could still join it; without any answers a virtual wait ends. */
  #nextRound(): Queued | undefined {
    if (this.#world.busy || this.#brains.simulatedLive > 0) return undefined;
    if (this.#held.size === 0) {
      this.#waits.passNext();
      return this.#queue.shift();
    }
    this.#round = [...this.#held].sort(([a, x], [b, y]) => x.pid - y.pid || a - b).map(([req]) => req);
    return this.#next();
  }

  #note(note: RuntimeNote): void {
    if (this.#over) return;
    try {
      this.#journal.appendNote(note);
    } catch (error) {
      this.fail(error);
    }
  }
}

/** Without a fence a command may have done what putting the world back does not undo. */
const lostInCrash = ({ req, worldHash }: EventOf<'op.requested'>): InputOf<'op.failed'> => ({
  kind: 'op.failed',
  req,
  worldHash,
  errno: 'lost_in_crash',
  detail: 'the kernel was lost while the command ran; it is not run again, since it runs without a sandbox',
  timedOut: false,
});
