/** The decisions of a journal: every record's shape, and every decision taken again from the recorded inputs. */
import {
  type BlobProblem,
  BlobStore,
  type Break,
  type ChainBreak,
  type JournalRecord,
  mayHoldRefs,
  parseLine,
  payloadOf,
  type RawLine,
  readLineBatches,
} from '../journal/index.ts';
import { initialState, type KernelInput, payloadProblem, type State, stateHash, transition } from '../kernel/index.ts';

/** Where what was recorded is not what the kernel decides. One side is null where it has no event at all. */
export interface Divergence {
  /** Seq of the record, or of the one that should have followed. */
  seq: number;
  /** Seq of the input that both follow from. */
  cause: number;
  /** Payloads as JSON. */
  recorded: string | null;
  decided: string | null;
}

export interface DecisionReport {
  ok: boolean;
  /** Lines that are JSON. */
  records: number;
  /** Records that do not have the shape of their kind. */
  breaks: ChainBreak[];
  inputs: number;
  events: number;
  divergence: Divergence | null;
  /** Why the decisions could not be followed to the end, though none diverged. */
  stopped: BlobProblem | Break | null;
  /** Texts that were looked at or printed, named by digest, and are not there. */
  missing: BlobProblem[];
  /** Whether `run.ended` is there. A chain alone cannot tell a run that goes on or was lost from one whose end was cut off. */
  ended: boolean;
  /** The last batch misses events: the kernel was lost while it wrote. No divergence. */
  incomplete: boolean;
  /** Of the state after the last input that was followed. */
  stateHash: string;
}

/**
 * Holds every record against the schema of its kind, and takes every decision again and compares it byte for byte, up to the
 * first divergence or whatever makes them impossible to follow.
 */
export const verifyDecisions = async (dir: string): Promise<DecisionReport> => {
  const check = new DecisionCheck();
  const reading = new Reading(new BlobStore(dir));
  try {
    for await (const lines of readLineBatches(dir)) {
      for (const line of lines) {
        const record = reading.see(line);
        if (record !== undefined && check.divergence === null) check.see(record);
      }
    }
  } catch (error) {
    const at = (error as { at?: Break }).at;
    if (at === undefined) throw error;
    reading.stopped ??= at;
  }
  return check.report(reading);
};

/** Line to record, and what is wrong on the way. */
class Reading {
  records = 0;
  #lines = 0;
  readonly breaks: ChainBreak[] = [];
  /** The first thing after which decisions cannot be followed any more. */
  stopped: DecisionReport['stopped'] = null;
  readonly texts: Texts;
  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
    this.texts = new Texts(blobs);
  }

  /** @returns an input or an event to decide about, hydrated; undefined for a note, and once decisions cannot be followed */
  see(line: RawLine): JournalRecord | undefined {
    this.#lines += 1;
    const { segment, seq, byte } = line;
    const place = { record: this.#lines, segment, seq, byte };
    const result = parseLine(line.text);
    if (result.ok || result.reason !== 'not_json') this.records += 1;
    if (!result.ok) {
      const at: ChainBreak = { ...place, reason: result.reason, detail: result.detail };
      this.breaks.push(at);
      this.stopped ??= at;
      return undefined;
    }
    const { record, missing } = mayHoldRefs(line.text)
      ? this.#blobs.hydrate(result.record)
      : { record: result.record, missing: [] };
    const decided = record.class !== 'note';
    if (missing[0] !== undefined) {
      if (decided) this.stopped ??= missing[0];
      return undefined;
    }
    const detail = payloadProblem(record.class, payloadOf(record));
    if (detail !== undefined) {
      const at: ChainBreak = { ...place, reason: 'schema', detail };
      this.breaks.push(at);
      if (decided) this.stopped ??= at;
      return undefined;
    }
    if (!decided || this.stopped !== null) return undefined;
    this.texts.see(record);
    return record;
  }
}

/** The texts that observations and outputs name by digest alone: a page stands in the record, the whole in a blob. */
class Texts {
  readonly missing: BlobProblem[] = [];
  readonly #seen = new Set<string>();
  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  see(record: JournalRecord): void {
    const input = payloadOf(record) as unknown as KernelInput;
    const text = input.kind === 'world.observed' ? input.found : input.kind === 'op.done' ? input.output : null;
    if (text === null || this.#seen.has(text.sha256)) return;
    this.#seen.add(text.sha256);
    const found = this.#blobs.look(text.sha256);
    if (typeof found !== 'string') this.missing.push(found);
  }
}

class DecisionCheck {
  divergence: Divergence | null = null;
  #state: State = initialState;
  #inputs = 0;
  #events = 0;
  #ended = false;
  #cause = 0;
  #seq = 0;
  /** Events that the current input must be followed by, as JSON. */
  #due: string[] = [];

  /** @param record an input or an event, hydrated */
  see(record: JournalRecord): void {
    const recorded = JSON.stringify(payloadOf(record));
    if (record.class === 'event') this.#event(record, recorded);
    else this.#input(record);
    this.#seq = record.seq;
  }

  report({ records, breaks, stopped, texts: { missing } }: Reading): DecisionReport {
    return {
      ok: this.divergence === null && stopped === null && missing.length === 0 && breaks.length === 0,
      records,
      breaks,
      inputs: this.#inputs,
      events: this.#events,
      divergence: this.divergence,
      stopped,
      missing,
      ended: this.#ended,
      incomplete: this.divergence === null && stopped === null && this.#due.length > 0,
      stateHash: stateHash(this.#state),
    };
  }

  #input(record: JournalRecord): void {
    const decided = this.#due[0];
    if (decided !== undefined) {
      this.divergence = { seq: this.#seq + 1, cause: this.#cause, recorded: null, decided };
      return;
    }
    const { state, events } = transition(this.#state, payloadOf(record) as unknown as KernelInput);
    this.#state = state;
    this.#due = events.map((event) => JSON.stringify(event));
    this.#cause = record.seq;
    this.#inputs += 1;
  }

  #event({ seq, cause, kind }: JournalRecord, recorded: string): void {
    this.#ended ||= kind === 'run.ended';
    const decided = this.#due.shift() ?? null;
    this.#events += 1;
    if (decided !== recorded || cause !== this.#cause) this.divergence = { seq, cause: this.#cause, recorded, decided };
  }
}
