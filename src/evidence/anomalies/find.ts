/**
 * What went wrong in a run, from its journal alone: one pass, whatever became of its kernel. An incomplete last line is not
 * looked at; at a break of the chain it ends, with what lies before. The rules stand in the detectors' files.
 */
import { JournalError, type JournalRecord, readBatches } from '../../journal/index.ts';
import { evolve } from '../../kernel/evolve.ts';
import type { KernelEvent, Outcome } from '../../kernel/records/index.ts';
import { initialState, type State } from '../../kernel/state.ts';
import type { Rec } from '../../store/record.ts';
import { isAlive } from './alive.ts';
import { type Denial, Denials } from './denials.ts';
import { type Episode, Episodes } from './episodes.ts';
import { type Gap, Gaps } from './gaps.ts';
import { type IdleFault, IdleFaults, type Panic, Panics } from './incidents.ts';
import { type Outage, Outages } from './outages.ts';
import { type OpenRequest, Requests } from './requests.ts';
import type { Found, Place, Seen } from './seen.ts';
import { type SlowBrain, SlowBrains } from './slow.ts';
import { type Stall, Stalls } from './stalls.ts';

export interface Anomalies {
  panics: Found<Panic>;
  thrash: Found<Episode>;
  stalls: Found<Stall>;
  denied: Found<Denial>;
  outages: Found<Outage>;
  gaps: Found<Gap>;
  slow: Found<SlowBrain>;
  open: Found<OpenRequest>;
  faults: Found<IdleFault>;
}

export interface AnomalyReport {
  /** Of the run; '' where there is no record. */
  id: string;
  task: string;
  records: number;
  /** The newest tick. */
  tick: number;
  /** Time stamps of the first and the last record; '' where there is none. */
  first: string;
  last: string;
  /** Null where the journal does not say how the run ended. */
  ended: (Place & { outcome: Outcome; reason: string }) | null;
  /** Why the journal could not be read to its end; null where it could. */
  broken: string | null;
  anomalies: Anomalies;
}

/** @param target a run's directory, or its first segment */
export const findAnomalies = async (target: string): Promise<AnomalyReport> => {
  const fold = new AnomalyFold();
  let broken: string | null = null;
  try {
    for await (const records of readBatches(target, { check: true, hydrate: true })) {
      for (const record of records) if (!fold.see(record)) return fold.report(unknown(record));
    }
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'broken') throw error;
    broken = error.message;
  }
  return fold.report(broken);
};

const unknown = ({ seq, kind }: JournalRecord): string =>
  `Record ${seq} (${kind}) is not one that this version can follow; read on with the version that wrote it.`;

/** Records that no detector is interested in, and that change no state: most of a journal. */
const isBulk = (kind: string): boolean => kind === 'stream.delta';

/** Undefined for an event of an unknown kind, or of a shape that the kernel cannot take. */
const evolved = (state: State, rec: Rec): State | undefined => {
  if (rec.class !== 'event') return state;
  try {
    return evolve(state, rec as KernelEvent);
  } catch {
    return undefined;
  }
};

export class AnomalyFold {
  readonly #requests = new Requests();
  readonly #panics = new Panics();
  readonly #episodes = new Episodes();
  readonly #stalls = new Stalls();
  readonly #denials = new Denials();
  readonly #outages = new Outages(this.#requests);
  readonly #gaps = new Gaps(this.#requests);
  readonly #slow = new SlowBrains(this.#requests);
  readonly #faults = new IdleFaults();
  #state: State = initialState;
  #records = 0;
  #first = '';
  #last: { ts: string; ms: number } = { ts: '', ms: 0 };
  #workMs = 0;
  /** The same at the last record that only a kernel at work writes. */
  #aliveMs = 0;
  #id = '';
  #task = '';
  #ended: AnomalyReport['ended'] = null;

  /** @returns false for a record that cannot be followed; nothing may come after it */
  see(record: JournalRecord): boolean {
    const rec = record as unknown as Rec;
    const ms = Date.parse(rec.ts);
    const before = this.#state;
    const after = evolved(before, rec);
    if (after === undefined) return false;
    this.#state = after;
    const passed = this.#records === 0 || before.phase === 'paused' ? 0 : Math.max(0, ms - this.#last.ms);
    this.#workMs += passed;
    if (rec.kind === 'run.resumed') this.#workMs = this.#aliveMs;
    else if (isAlive(rec)) this.#aliveMs = this.#workMs;
    if (this.#records === 0) this.#first = rec.ts;
    this.#records += 1;
    this.#last = { ts: rec.ts, ms };
    this.#id = rec.run;
    const seen: Seen = { rec, before, after, place: { seq: rec.seq, tick: after.tick }, ms, workMs: this.#workMs };
    this.#gaps.see(seen);
    if (isBulk(rec.kind)) return true;
    for (const detector of [this.#panics, this.#episodes, this.#stalls, this.#denials, this.#outages, this.#slow]) {
      detector.see(seen);
    }
    this.#faults.see(seen);
    this.#requests.see(seen);
    if (rec.kind === 'run.started' || rec.kind === 'run.forked') this.#task = rec.task.name;
    if (rec.kind === 'run.ended') {
      this.#ended = { seq: rec.seq, tick: rec.ticks, outcome: rec.outcome, reason: rec.reason };
    }
    return true;
  }

  report(broken: string | null = null): AnomalyReport {
    const open = this.#requests.open(this.#last.ms);
    return {
      id: this.#id,
      task: this.#task,
      records: this.#records,
      tick: this.#state.tick,
      first: this.#first,
      last: this.#last.ts,
      ended: this.#ended,
      broken,
      anomalies: {
        panics: this.#panics.end(),
        thrash: this.#episodes.end(),
        stalls: this.#stalls.end(),
        denied: this.#denials.end(),
        outages: this.#outages.end(),
        gaps: this.#gaps.end(),
        slow: this.#slow.end(open),
        open: { count: open.length, rows: open },
        faults: this.#faults.end(),
      },
    };
  }
}
