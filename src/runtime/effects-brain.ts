/**
 * Performs `brain.requested`: streams a completion, notes its deltas, and feeds back exactly one `brain.replied` or
 * `brain.failed` a request, or none for a request that the kernel aborted (its partial text becomes a `stream.aborted` note).
 */

import type { RuntimeNote } from '../kernel/index.ts';
import {
  type EventOf,
  type InputOf,
  type KernelInput,
  type Price,
  type Role,
  replyJsonSchema,
} from '../kernel/index.ts';
import { DeltaNotes } from './delta-notes.ts';
import {
  type Brain,
  type BrainDelta,
  type BrainEnd,
  BrainError,
  type BrainRequest,
  type FinishReason,
} from './ports.ts';
import { cleanText, clipped } from './text.ts';

/** UTF-8 bytes of a reply, reasoning included; one that is longer is malformed. */
export const REPLY_BYTES = 64 * 1024;

export interface Seat {
  brain: Brain;
  /** The profile's fixed system prompt; '' for none. */
  system: string;
  /** Whether the brain is held to the frame's JSON schema while it writes. */
  constrained: boolean;
  /** What it costs, where somebody has said. */
  price?: Price;
}

export interface BrainEffectsPorts {
  seats: Record<Role, Seat>;
  note(note: RuntimeNote): void;
  /** An outcome; `simulated` ones are fed back in an order of their own. */
  outcome(pid: number, req: number, input: KernelInput, simulated: boolean): void;
}

interface Stream {
  req: number;
  pid: number;
  simulated: boolean;
  controller: AbortController;
  deadline: NodeJS.Timeout;
  notes: DeltaNotes;
  startedAt: number;
  text: string;
  reasoning: string;
  bytes: number;
  tokens: number;
  /** The fault that is being applied to it. */
  applied: number | undefined;
}

export class BrainEffects {
  readonly #ports: BrainEffectsPorts;
  readonly #schemas: Record<Role, Record<string, unknown>>;
  /** Streams that have not ended, by request. */
  readonly #live = new Map<number, Stream>();

  constructor(ports: BrainEffectsPorts) {
    this.#ports = ports;
    this.#schemas = { planner: replyJsonSchema('planner'), worker: replyJsonSchema('worker') };
  }

  /** Simulated streams that have not ended. */
  get simulatedLive(): number {
    let count = 0;
    for (const stream of this.#live.values()) if (stream.simulated) count += 1;
    return count;
  }

  isLive(req: number): boolean {
    return this.#live.has(req);
  }

  start(event: EventOf<'brain.requested'>): void {
    const seat = this.#ports.seats[event.role];
    const controller = new AbortController();
    const stream: Stream = {
      req: event.req,
      pid: event.pid,
      simulated: seat.brain.simulated,
      controller,
      deadline: setTimeout(() => this.#timedOut(stream, event.deadlineMs), event.deadlineMs),
      notes: new DeltaNotes(event.req, event.pid, this.#ports.note),
      startedAt: performance.now(),
      text: '',
      reasoning: '',
      bytes: 0,
      tokens: 0,
      applied: undefined,
    };
    this.#live.set(event.req, stream);
    const request: BrainRequest = {
      frame: event.frame,
      system: seat.system,
      schema: seat.constrained ? this.#schemas[event.role] : null,
      temperature: event.temperature,
      seed: event.seed,
      maxTokens: event.maxTokens,
      signal: controller.signal,
      ...(event.fault === undefined ? {} : { fault: event.fault }),
    };
    void this.#consume(stream, seat.brain, request);
  }

  /** Stops a request for good: no outcome is fed back, its partial text is noted. */
  abort(req: number, why: string): void {
    const stream = this.#live.get(req);
    if (stream === undefined) return;
    this.#settle(stream);
    const { pid, text: partial, tokens } = stream;
    this.#ports.note({ kind: 'stream.aborted', req, pid, partial: cleanText(partial), tokens, why });
  }

  abortAll(why: string): void {
    for (const req of [...this.#live.keys()]) this.abort(req, why);
  }

  /** Cuts a stream in flight, as a fault. @returns false when the stream has ended already */
  cut(req: number, fault: number): boolean {
    const stream = this.#live.get(req);
    if (stream === undefined) return false;
    // How far a simulated stream had come is a matter of timing, and must not enter state.
    if (stream.simulated) stream.tokens = 0;
    this.#fail(stream, new BrainError('cut_off', 'the stream was cut by a fault', { applied: fault }));
    return true;
  }

  async #consume(stream: Stream, brain: Brain, request: BrainRequest): Promise<void> {
    try {
      for await (const item of brain.stream(request)) {
        if (!this.#live.has(stream.req)) return;
        if (item.type === 'end') return this.#finish(stream, item);
        this.#add(stream, item);
      }
      if (this.#live.has(stream.req)) throw new BrainError('cut_off', 'the stream ended without a finish reason');
    } catch (error) {
      if (!this.#live.has(stream.req)) return;
      // What an adapter throws without a code is its own trouble, not the model's.
      const typed = error instanceof BrainError ? error : new BrainError('unreachable', String(error));
      this.#fail(stream, typed);
    }
  }

  #add(stream: Stream, delta: BrainDelta): void {
    stream.applied ??= delta.applied;
    if (delta.text === '') return;
    stream.bytes += Buffer.byteLength(delta.text);
    stream.tokens += delta.tokens;
    if (delta.type === 'text') stream.text += delta.text;
    else stream.reasoning += delta.text;
    if (stream.bytes > REPLY_BYTES) throw new BrainError('malformed', `the reply is longer than ${REPLY_BYTES} bytes`);
    stream.notes.add(delta);
  }

  #finish(stream: Stream, end: BrainEnd): void {
    const finish: FinishReason = end.finish;
    if (finish === 'aborted') {
      const applied = end.applied === undefined ? {} : { applied: end.applied };
      this.#fail(stream, new BrainError('cut_off', 'the stream was ended by its source', applied));
      return;
    }
    this.#settle(stream);
    const replied: InputOf<'brain.replied'> = {
      kind: 'brain.replied',
      req: stream.req,
      text: cleanText(stream.text),
      ...(stream.reasoning === '' ? {} : { reasoning: cleanText(stream.reasoning) }),
      finish,
      tokensIn: end.usage.tokensIn,
      tokensOut: end.usage.tokensOut,
      firstTokenMs: Math.max(0, Math.round(end.firstTokenMs)),
      totalMs: Math.max(0, Math.round(end.totalMs)),
      ...(end.applied === undefined ? {} : { applied: end.applied }),
    };
    this.#ports.outcome(stream.pid, stream.req, replied, stream.simulated);
  }

  #timedOut(stream: Stream, ms: number): void {
    const { applied } = stream;
    const more = applied === undefined ? {} : { applied };
    this.#fail(stream, new BrainError('timed_out', `no finish reason within ${ms} ms`, more));
  }

  #fail(stream: Stream, error: BrainError): void {
    this.#settle(stream);
    const failed: InputOf<'brain.failed'> = {
      kind: 'brain.failed',
      req: stream.req,
      error: error.code,
      message: clipped(error.message, 1000),
      partial: cleanText(stream.text),
      tokensOut: stream.tokens,
      // A simulated latency is no measurement, and would differ from run to run.
      totalMs: stream.simulated ? 0 : Math.round(performance.now() - stream.startedAt),
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: Math.max(0, Math.round(error.retryAfterMs)) }),
      ...(error.applied === undefined ? {} : { applied: error.applied }),
    };
    this.#ports.outcome(stream.pid, stream.req, failed, stream.simulated);
  }

  /** From here on nothing that the adapter still says counts. */
  #settle(stream: Stream): void {
    this.#live.delete(stream.req);
    clearTimeout(stream.deadline);
    stream.notes.stop();
    stream.controller.abort();
  }
}
