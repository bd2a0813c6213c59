/**
 * What the runtime needs from outside: brains, a world, a grader. Adapters implement these; `cli` hands them in.
 */

import type { BrainErrorCode } from '../kernel/records/common.ts';
import type { AttachedFault, WorldRequest } from '../kernel/records/events.ts';

/** Version of the `Brain` interface; an adapter states the one it was written for. */
export const BRAIN_API = 1;

export interface BrainRequest {
  /** The frame, ≤ the policy's limit in UTF-16 units. */
  frame: string;
  /** The profile's fixed system prompt; empty for none. */
  system: string;
  /** JSON schema (draft 2020-12) of a reply; null leaves the brain unconstrained. */
  schema: Record<string, unknown> | null;
  /** Thousandths. */
  temperature: number;
  /** 31 bits, drawn by the kernel. */
  seed: number;
  maxTokens: number;
  signal: AbortSignal;
  /** The kernel's fault for this request. Adapters ignore it; the decorator of the chaos plan applies it. */
  fault?: AttachedFault;
}

/** What a stream yields before its end. */
export interface BrainDelta {
  type: 'text' | 'reasoning';
  text: string;
  tokens: number;
  /** Id of a fault that is being applied, should the stream never come to its end. */
  applied?: number;
}

export interface BrainUsage {
  tokensIn: number;
  tokensOut: number;
}

/** How a completed stream ended. `length` counts as cut off; the kernel decides what that means. */
export type FinishReason = 'stop' | 'length' | 'aborted';

export interface BrainEnd {
  type: 'end';
  finish: FinishReason;
  usage: BrainUsage;
  /** Milliseconds to the first token, and in all. */
  firstTokenMs: number;
  totalMs: number;
  /** Id of the fault that was really applied. */
  applied?: number;
}

/** A typed failure of a brain; thrown out of the stream. */
export class BrainError extends Error {
  readonly code: BrainErrorCode;
  readonly retryAfterMs: number | undefined;
  /** Id of the fault that was really applied. */
  readonly applied: number | undefined;
  constructor(code: BrainErrorCode, message: string, more: { retryAfterMs?: number; applied?: number } = {}) {
    super(message);
    this.name = 'BrainError';
    this.code = code;
    this.retryAfterMs = more.retryAfterMs;
    this.applied = more.applied;
  }
}

/**
 * A model behind an adapter. `stream` yields deltas and exactly one `end` as its last item, or throws a `BrainError`. When
 * `signal` aborts it stops generating within 250 ms and returns an `end` with finish `aborted`.
 */
export interface Brain {
  readonly api: typeof BRAIN_API;
  /** As shown to people: `tiny`, `SIM`, `qwen3-coder:30b`. */
  readonly name: string;
  /** What identifies the weights or the vendor's model, for the manifest: a digest where there is one. */
  readonly digest: string;
  readonly simulated: boolean;
  stream(request: BrainRequest): AsyncIterable<BrainDelta | BrainEnd>;
  dispose(): Promise<void>;
}

/** What a look at the world finds. */
export type Observed = { ok: true; text: string; worldHash: string } | { ok: false; why: string; worldHash: string };

/** What an op came to; a failed one has left the world as it was. `applied`: id of the fault that was really applied. */
export type Performed =
  | { ok: true; worldHash: string; exit: number; output: string; applied?: number }
  | { ok: false; worldHash: string; errno: string; detail: string; timedOut: boolean; applied?: number };

/** What the chaos plan does to the machine under the kernel. Each takes effect at once. */
export interface Host {
  /** For a while nothing more can be written to the journal (ENOSPC). */
  fillDisk(): void;
  /** The wall clock goes forward, or back. */
  jumpClock(ms: number): void;
  /** Ends the kernel's process with SIGKILL. */
  kill(): void;
}

/** Files (or their like) under one lane: at most one call at a time. Paths are relative, `/`-separated. */
export interface World {
  readonly kind: 'memory' | 'workspace';
  hash(): Promise<string>;
  observe(target: string): Promise<Observed>;
  /** `fault` is the kernel's for this request: worlds ignore it, the decorator of the chaos plan applies it. */
  perform(request: WorldRequest, signal: AbortSignal, fault?: AttachedFault): Promise<Performed>;
  /** Takes back what the last op did, which nobody has built upon yet; nothing where it did nothing. */
  undo(): Promise<void>;
  /** The whole content, for the grader: path → text. */
  files(): Promise<ReadonlyMap<string, string>>;
  dispose(): Promise<void>;
}

/** What a journal tells of a world whose process is gone. */
export interface WorldHistory {
  /** What it remembered besides files when the run began; '' for nothing. */
  past: string;
  /** The writes that were committed since, oldest first. */
  writes: readonly WorldRequest[];
}

/** A world that outlives its process: through the journal, or through what it keeps itself. */
export interface LastingWorld extends World {
  /**
   * Puts a world that was just made back to where it had this hash, with everything that `observe` and `perform` can tell
   * apart. Rejects with one sentence where that cannot be done.
   */
  restoreTo(hash: string, history: WorldHistory): Promise<void>;
  /** What it remembers besides files, in its own words: the `past` of a branch that begins here. */
  past(): Promise<string>;
}

export type Verdict = { verdict: 'pass' | 'fail' | 'error'; words: string };

/** Judges a halt. What it knows lies in no place that a brain can read. */
export type Grader = (
  files: ReadonlyMap<string, string>,
  result: string | undefined,
  signal: AbortSignal,
) => Promise<Verdict>;
