import { dehydrate, INLINE_LIMIT } from './blob-refs.ts';
import type { BlobStore } from './blobs.ts';
import { LineEncoder } from './encode.ts';
import { JournalError } from './errors.ts';
import type { Lock } from './lock.ts';
import { type Head, type JournalRecord, type Payload, type RecordClass, reservedKey } from './record.ts';
import type { FsyncPolicy, SegmentSink } from './sink.ts';

/** What opening found out; `recovered` when an incomplete last line was cut off. */
export interface OpenedState {
  recovered: { cutBytes: number; cutFromSeq: number } | undefined;
  /** The last input and the events that name it as their cause, as stored (blobs not put back). */
  lastBatch: { input: JournalRecord; events: JournalRecord[] } | undefined;
  /** The last record, as stored. */
  last: JournalRecord | undefined;
}

/**
 * Told when the disk has no room for the journal: why, in one sentence for people, and null when all that waited is written.
 * In between appending goes on into memory, and `written` and `sync` stay pending.
 */
export type OnStall = (why: string | null) => void;

/** Clocks are set right by a few milliseconds all the time; nobody needs to know. */
const CLOCK_BACK_MS = 1000;

/**
 * The one writer of a run's journal; `openJournal` makes it.
 *
 * Appending is synchronous and only gathers: what was appended reaches the operating system at the latest when the current
 * macrotask has ended, or every 64 KiB. Before an effect is performed, `await written()`: then the request for it outlives
 * this process, and under `always` a power cut too. Where the disk has no room, that waits until there is some. After any
 * other failed write or sync every call throws `JournalError` `failed`.
 *
 * What befell the journal itself it remarks in `runtime.said` notes of its own: that it waited for room, that the clock went
 * back. Time stamps never do; the last one is held instead.
 */
export class Journal {
  readonly recovered: OpenedState['recovered'];
  readonly lastBatch: OpenedState['lastBatch'];
  /** The run's blob store. */
  readonly blobs: BlobStore;
  readonly #encoder: LineEncoder;
  readonly #sink: SegmentSink;
  readonly #fsync: FsyncPolicy;
  readonly #lock: Lock;
  readonly #now: () => number;
  readonly #put: (text: string) => string;
  #stalledAt = 0;
  #clockTold = false;
  #closing: Promise<void> | undefined;

  constructor(
    run: string,
    head: Head,
    opened: OpenedState,
    parts: {
      sink: SegmentSink;
      blobs: BlobStore;
      lock: Lock;
      fsync: FsyncPolicy;
      onStall?: OnStall | undefined;
      now?: (() => number) | undefined;
    },
  ) {
    this.recovered = opened.recovered;
    this.lastBatch = opened.lastBatch;
    this.blobs = parts.blobs;
    this.#encoder = new LineEncoder(run, head, opened.last && Date.parse(opened.last.ts));
    this.#sink = parts.sink;
    this.#sink.onStall = (why) => this.#stalled(why, parts.onStall);
    this.#fsync = parts.fsync;
    this.#lock = parts.lock;
    this.#now = parts.now ?? Date.now;
    this.#put = (text) => this.blobs.put(text).sha256;
  }

  /** The last record appended. */
  get head(): Head {
    return { seq: this.#encoder.seq, hash: this.#encoder.hash };
  }

  /** Appends an input and its events as one batch and returns the input's seq; the events get the seqs that follow it. */
  appendBatch<I extends Payload, E extends Payload>(input: I, events: readonly E[]): number {
    return this.#append((ms) => {
      let text = this.#line('input', input, 0, ms);
      const cause = this.#encoder.seq;
      for (const event of events) text += this.#line('event', event, cause, ms);
      return text;
    });
  }

  /** Completes a batch that a crash cut short: `cause` is its input's seq. Returns the first event's seq. */
  appendEvents<E extends Payload>(events: readonly E[], cause: number): number {
    return this.#append((ms) => events.map((event) => this.#line('event', event, cause, ms)).join(''));
  }

  /** Appends a note and returns its seq. */
  appendNote<N extends Payload>(note: N): number {
    return this.#append((ms) => this.#line('note', note, 0, ms));
  }

  /** Hands everything appended to the operating system, now. */
  flush(): void {
    this.#sink.write();
  }

  /**
   * Resolves when everything appended is as safe as an effect demands: handed to the operating system (already when this
   * returns, unless the disk has no room), and under `always` also on the disk.
   */
  written(): Promise<void> {
    return this.#fsync === 'always' ? this.#sink.sync() : this.#sink.written();
  }

  /** Resolves when everything appended is on the disk, whatever the policy. */
  async sync(): Promise<void> {
    await this.#sink.sync();
  }

  /** Flushes, syncs (but under `never`) and lets go of the lock. Closing twice is closing once. */
  close(): Promise<void> {
    this.#closing ??= this.#sink.close().finally(() => this.#lock.release());
    return this.#closing;
  }

  /** All or nothing: a payload that cannot be encoded leaves no line of its batch behind. */
  #append(lines: (ms: number) => string): number {
    this.#sink.check();
    const { seq, hash } = this.#encoder;
    const now = this.#now();
    let text: string;
    try {
      text = lines(now);
    } catch (error) {
      this.#encoder.seq = seq;
      this.#encoder.hash = hash;
      throw error;
    }
    this.#sink.append(text);
    if (this.#encoder.ms - now >= CLOCK_BACK_MS) this.#tellClock(this.#encoder.ms - now);
    return seq + 1;
  }

  #tellClock(behindMs: number): void {
    if (this.#clockTold) return;
    this.#clockTold = true;
    const seconds = Math.round(behindMs / 1000);
    this.#say(`The clock went back by ${seconds} s; records bear the last time before that until it has caught up.`);
  }

  #stalled(why: string | null, tell: OnStall | undefined): void {
    if (why !== null) this.#stalledAt = performance.now();
    else {
      const seconds = ((performance.now() - this.#stalledAt) / 1000).toFixed(1);
      this.#say(`The disk had no room for the journal; the run waited ${seconds} s for some and went on.`);
    }
    tell?.(why);
  }

  #say(text: string): void {
    this.appendNote({ kind: 'runtime.said', text } as Payload);
  }

  #line(cls: RecordClass, payload: Payload, cause: number, ms: number): string {
    const key = reservedKey(payload);
    if (key !== undefined) {
      throw new JournalError(
        'payload',
        `A ${payload.kind} record cannot carry ${key}: the journal sets it; rename the field.`,
      );
    }
    let json = JSON.stringify(payload);
    // No string leaf can be longer than the text of the whole payload, so short ones are not searched.
    if (json.length > INLINE_LIMIT) json = JSON.stringify(dehydrate(payload, this.#put));
    return this.#encoder.line(cls, json, cause, ms);
  }
}
