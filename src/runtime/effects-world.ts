/**
 * Performs what touches the world: observations, ops, grading. One lane a run, in order of request: at most one is under way, so
 * an observation sees the world as all requests before it have left it.
 */
import { type EventOf, type InputOf, type KernelInput, page } from '../kernel/index.ts';
import type { Grader, Performed, World } from './ports.ts';
import { cleanText, clipped } from './text.ts';

type Observe = EventOf<'observe.requested'>;
type Op = EventOf<'op.requested'>;
type Grade = EventOf<'grade.requested'>;

export interface Blobs {
  put(text: string): { sha256: string };
  /** Throws where the blob is missing. */
  get(sha256: string): string;
}

export interface WorldEffectsPorts {
  world: World;
  grader: Grader;
  blobs: Blobs;
  outcome(input: KernelInput): void;
  /** The lane is empty; also after requests that were taken back. */
  idle(): void;
  /** Something that no outcome can express; the run cannot go on. */
  failed(error: unknown): void;
}

interface Job {
  req: number;
  /** Null where nothing is to be fed back. */
  run(signal: AbortSignal): Promise<KernelInput | null>;
}

export class WorldEffects {
  readonly #ports: WorldEffectsPorts;
  readonly #jobs: Job[] = [];
  #current: { req: number; controller: AbortController } | undefined;
  #idle: Promise<void> = Promise.resolve();
  /** The last op that was done; until the kernel has dealt with its outcome it may still be called off. */
  #done = 0;

  constructor(ports: WorldEffectsPorts) {
    this.#ports = ports;
  }

  /** Requests under way or waiting. */
  get busy(): boolean {
    return this.#current !== undefined || this.#jobs.length > 0;
  }

  observe(event: Observe): void {
    this.#push({ req: event.req, run: () => this.#observed(event) });
  }

  perform(event: Op): void {
    this.#push({ req: event.req, run: (signal) => this.#performed(event, signal) });
  }

  grade(event: Grade): void {
    this.#push({ req: event.req, run: (signal) => this.#judged(event, signal) });
  }

  /** Takes a request back; one under way is stopped, its outcome is not fed back, and what an op has done is undone. */
  abort(req: number): void {
    const at = this.#jobs.findIndex((job) => job.req === req);
    if (at >= 0) this.#jobs.splice(at, 1);
    if (this.#current?.req === req) this.#current.controller.abort();
    else if (this.#done === req) this.#undo();
  }

  abortAll(): void {
    this.#jobs.length = 0;
    this.#current?.controller.abort();
  }

  /** Resolves when nothing is under way, an aborted op's restoring included. */
  async settled(): Promise<void> {
    await this.#idle;
  }

  /** Its outcome comes too late. Before anything else: what comes next must not meet a world that the kernel does not know of. */
  #undo(): void {
    this.#done = 0;
    this.#jobs.unshift({ req: 0, run: () => this.#ports.world.undo().then(() => null) });
    if (this.#current === undefined) this.#idle = this.#drain();
  }

  #push(job: Job): void {
    this.#jobs.push(job);
    if (this.#current === undefined) this.#idle = this.#drain();
  }

  async #drain(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      const controller = new AbortController();
      this.#current = { req: job.req, controller };
      try {
        const input = await job.run(controller.signal);
        if (controller.signal.aborted && input?.kind === 'op.done') await this.#ports.world.undo();
        this.#current = undefined;
        if (controller.signal.aborted || input === null) continue;
        if (input.kind === 'op.done') this.#done = input.req;
        this.#ports.outcome(input);
      } catch (error) {
        this.#current = undefined;
        if (!controller.signal.aborted) this.#ports.failed(error);
      }
    }
    this.#ports.idle();
  }

  async #observed({ req, look, pageSize }: Observe): Promise<InputOf<'world.observed'>> {
    const seen = 'target' in look ? await this.#ports.world.observe(look.target) : await this.#stored(look.sha256);
    const { worldHash } = seen;
    const missing = (why: string): InputOf<'world.observed'> => ({
      kind: 'world.observed',
      req,
      worldHash,
      found: null,
      why: clipped(why, 300),
    });
    if (!seen.ok) return missing(seen.why);
    const text = cleanText(seen.text);
    const { text: shown, pages } = page(text, look.page, pageSize);
    if (look.page > pages) return missing(`there is no page ${look.page}, only ${pages}`);
    const { sha256 } = this.#ports.blobs.put(text);
    return { kind: 'world.observed', req, worldHash, found: { sha256, chars: text.length, pages, text: shown } };
  }

  async #stored(sha256: string): ReturnType<World['observe']> {
    const worldHash = await this.#ports.world.hash();
    return { ok: true, text: this.#ports.blobs.get(sha256), worldHash };
  }

  async #performed(event: Op, aborted: AbortSignal): Promise<KernelInput> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), event.deadlineMs);
    try {
      const signal = AbortSignal.any([aborted, deadline.signal]);
      const done = await this.#ports.world.perform(event.request, signal, event.fault);
      return this.#opOutcome(event, done, deadline.signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  }

  #opOutcome({ req, pageSize }: Op, done: Performed, late: boolean): KernelInput {
    const { worldHash } = done;
    const applied = done.applied === undefined ? {} : { applied: done.applied };
    if (!done.ok) {
      const timedOut = done.timedOut || late;
      const [errno, detail] = [clipped(done.errno, 60), clipped(done.detail, 1000)];
      return { kind: 'op.failed', req, worldHash, errno, detail, timedOut, ...applied };
    }
    return {
      kind: 'op.done',
      req,
      worldHash,
      exit: done.exit,
      output: this.#output(done.output, pageSize),
      ...applied,
    };
  }

  #output(printed: string, pageSize: number): InputOf<'op.done'>['output'] {
    if (printed === '') return null;
    const whole = cleanText(printed);
    const { text, pages } = page(whole, 1, pageSize);
    const { sha256 } = this.#ports.blobs.put(whole);
    return { sha256, chars: whole.length, bytes: Buffer.byteLength(whole), pages, text };
  }

  async #judged({ req, result }: Grade, signal: AbortSignal): Promise<InputOf<'grader.judged'>> {
    try {
      const { verdict, words } = await this.#ports.grader(await this.#ports.world.files(), result, signal);
      return { kind: 'grader.judged', req, verdict, words: clipped(words, 1000) };
    } catch (error) {
      return { kind: 'grader.judged', req, verdict: 'error', words: clipped(`the grader failed: ${error}`, 1000) };
    }
  }
}
