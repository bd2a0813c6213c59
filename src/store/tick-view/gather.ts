/**
 * The records of one tick, picked out from between those of the processes that run at the same time.
 *
 * Nothing names them all: requests are known by their number, other events by process and tick, and what a decision did to
 * others stands in the same batch as the event that closed the tick.
 */
import type { Rec } from '../record.ts';
import type { TimeSource } from '../time-source.ts';

export type Of<K extends Rec['kind']> = Extract<Rec, { kind: K }>;

/** An input with what was concluded from it for this tick; `input` is null for the batch that the dispatch itself is in. */
export interface Batch {
  input: Rec | null;
  events: readonly Rec[];
}

export interface TickRecords {
  tick: number;
  pid: number;
  /** Of its dispatch. */
  seq: number;
  batches: readonly Batch[];
  /** Notes of its streams. */
  notes: readonly (Of<'stream.delta'> | Of<'stream.aborted'>)[];
  /** Every record from the dispatch to what was read last, of whatever process. */
  all: readonly Rec[];
  /** Seq of the tick's last record so far. */
  end: number;
  /** The event that ended it; null while it is open, or where its end lies further than we look. */
  closing: Of<'tick.committed'> | Of<'trap.raised'> | Of<'process.ended'> | Of<'run.ended'> | null;
}

/** Records read at first: most ticks end within them. Each further chunk is four times as long. */
const CHUNK = 128;
/** A tick that is longer counts as open. */
const MAX_RECORDS = 32_768;
/** Where the whole text of a stopped stream is looked for, after the event that stopped it. */
const ABORT_RECORDS = 512;

/** @returns undefined where there was no such tick */
export const gatherTick = async (source: TimeSource, tick: number): Promise<TickRecords | undefined> => {
  const seq = await source.seqOfTick(tick);
  if (seq === undefined) return undefined;
  const all: Rec[] = [];
  let gathering: Gathering | undefined;
  for (let size = CHUNK; all.length < MAX_RECORDS; size = Math.min(size * 4, 8192)) {
    const chunk = await source.records(seq + all.length, seq + all.length + size - 1);
    for (const rec of chunk) {
      all.push(rec);
      gathering ??= rec.kind === 'route.dispatched' ? new Gathering(rec) : undefined;
      if (gathering === undefined) return undefined;
      if (gathering.over) continue;
      gathering.take(rec);
    }
    if (gathering?.over === true || chunk.length < size) break;
  }
  return gathering?.finish(all);
};

const CLOSING = ['tick.committed', 'trap.raised', 'process.ended', 'run.ended'];
/** What a decision does to others. */
const CONSEQUENCES = [
  ...['process.ended', 'process.spawned', 'vote.cast', 'step.settled', 'map.started', 'map.joined'],
  ...['panic.spent', 'fault.recovered', 'run.ended'],
];

class Gathering {
  over = false;
  readonly #pid: number;
  readonly #tick: number;
  readonly #seq: number;
  readonly #reqs = new Set<number>();
  readonly #batches: Batch[] = [];
  readonly #notes: TickRecords['notes'][number][] = [];
  #input: Rec | null = null;
  #events: Rec[] = [];
  #closing: TickRecords['closing'] = null;
  #end: number;
  /** How many more records may hold the text of a stream that was stopped. */
  #waitFor = 0;

  constructor({ pid, tick, seq }: Of<'route.dispatched'>) {
    this.#pid = pid;
    this.#tick = tick;
    this.#seq = seq;
    this.#end = seq;
  }

  take(rec: Rec): void {
    if (rec.class !== 'event') this.#endBatch();
    if (this.#closing !== null && rec.class !== 'event') {
      this.#waitFor -= 1;
      if (rec.kind === 'stream.aborted' && this.#reqs.has(rec.req)) this.#notes.push(rec);
      if (this.#waitFor < 0 || this.#notes.at(-1)?.kind === 'stream.aborted') this.over = true;
    } else if (rec.class === 'note') {
      if ((rec.kind === 'stream.delta' || rec.kind === 'stream.aborted') && this.#reqs.has(rec.req)) {
        this.#notes.push(rec);
        this.#end = rec.seq;
      }
    } else if (rec.class === 'input') this.#input = rec;
    else if (this.#closing === null || this.#events.length > 0) this.#takeEvent(rec);
  }

  finish(all: readonly Rec[]): TickRecords {
    this.#endBatch();
    return {
      ...{ tick: this.#tick, pid: this.#pid, seq: this.#seq, batches: this.#batches, notes: this.#notes },
      ...{ all, end: this.#end, closing: this.#closing },
    };
  }

  #takeEvent(rec: Rec): void {
    // After the tick's end the batch goes on with the next dispatch, and what strikes a handle just before it.
    const next = rec.kind === 'route.dispatched' && rec.tick !== this.#tick;
    if (next && this.#closes()) return this.#endBatch();
    if ('req' in rec && this.#owns(rec)) this.#reqs.add(rec.req);
    this.#events.push(rec);
  }

  #closes(): boolean {
    return this.#events.some((rec) => CLOSING.includes(rec.kind) && this.#owns(rec));
  }

  #owns(rec: Rec): boolean {
    switch (rec.kind) {
      case 'run.ended':
        return true;
      case 'process.ended':
      case 'process.blocked':
      case 'operator.told':
      case 'capability.issued':
      case 'capability.swapped':
        return rec.pid === this.#pid;
      case 'capability.revoked':
        return rec.handles.some(({ pid }) => pid === this.#pid);
      case 'fault.requested':
        return this.#reqs.has(rec.req);
      default:
        return 'tick' in rec && rec.tick === this.#tick && 'pid' in rec && rec.pid === this.#pid;
    }
  }

  #endBatch(): void {
    const input = this.#input;
    const events = this.#events;
    this.#input = null;
    this.#events = [];
    if (this.#closing !== null) return;
    const at = events.findIndex((rec) => CLOSING.includes(rec.kind) && this.#owns(rec));
    const answered = input !== null && 'req' in input && this.#reqs.has(input.req);
    const kept = events.filter((rec, i) => {
      if (at >= 0 && CONSEQUENCES.includes(rec.kind)) return true;
      // What strikes a handle after the end is the next dispatch's.
      return this.#owns(rec) && (at < 0 || i <= at);
    });
    const armed = events.filter(
      (rec) => rec.kind === 'fault.armed' && kept.some(({ kind }) => kind.startsWith('fault.')),
    );
    if (kept.length === 0 && !answered) return;
    this.#batches.push({ input, events: [...armed, ...kept] });
    this.#end = kept.at(-1)?.seq ?? input?.seq ?? this.#end;
    const closing = events[at];
    if (closing === undefined) return;
    this.#closing = closing as TickRecords['closing'];
    const aborts = 'aborts' in closing ? closing.aborts : [];
    this.#waitFor = aborts.some((req) => this.#reqs.has(req)) ? ABORT_RECORDS : 0;
    this.over = this.#waitFor === 0;
  }
}

/** The last of the tick's own records of a kind. */
export const lastOf = <K extends Rec['kind']>(found: TickRecords, kind: K): Of<K> | undefined => {
  for (const { input, events } of found.batches.toReversed()) {
    for (const rec of events.toReversed()) if (rec.kind === kind && isAbout(found, rec)) return rec as Of<K>;
    if (input?.kind === kind) return input as Of<K>;
  }
  return undefined;
};

/** A batch also tells what happened to others. */
const isAbout = ({ pid }: TickRecords, rec: Rec): boolean => !('pid' in rec) || rec.pid === pid;
