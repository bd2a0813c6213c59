/** Verification of a journal: its chain and schemas, and every decision taken again from the recorded inputs. */
import {
  type BlobProblem,
  BlobStore,
  type Break,
  type ChainReport,
  type JournalRecord,
  payloadOf,
  readRecords,
  verifyChain,
} from '../journal/index.ts';
import { initialState, type KernelInput, payloadProblem, type State, stateHash, transition } from '../kernel/index.ts';

/** What is wrong with a record's shape, if anything. @param record hydrated */
export const recordProblem = (record: JournalRecord): string | undefined =>
  payloadProblem(record.class, payloadOf(record));

/** Hashes, order and shape of every record. */
export const verifyRecords = (dir: string): Promise<ChainReport> => verifyChain(dir, { validate: recordProblem });

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

/** Takes every decision again and compares it byte for byte, up to the first divergence. */
export const verifyDecisions = async (dir: string): Promise<DecisionReport> => {
  const check = new DecisionCheck();
  const blobs = new BlobStore(dir);
  const texts = new Texts(blobs);
  let stopped: DecisionReport['stopped'] = null;
  try {
    // A record of the wrong shape is a break with a place, not something to decide about.
    for await (const stored of readRecords(dir, { hydrate: true, validate: recordProblem })) {
      if (stored.class === 'note') continue;
      const { record, missing } = blobs.hydrate(stored);
      if (missing[0] !== undefined) stopped = missing[0];
      else {
        texts.see(record);
        check.see(record);
      }
      if (stopped !== null || check.divergence !== null) break;
    }
  } catch (error) {
    const at = (error as { at?: Break }).at;
    if (at === undefined) throw error;
    stopped = at;
  }
  return check.report(stopped, texts.missing);
};

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

  report(stopped: DecisionReport['stopped'], missing: BlobProblem[]): DecisionReport {
    return {
      ok: this.divergence === null && stopped === null && missing.length === 0,
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
