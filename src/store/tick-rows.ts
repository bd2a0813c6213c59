/** The list of ticks around one: who had the turn, what it did, what came of it. Only what is asked for is read. */
import { evolve } from '../kernel/evolve.ts';
import type { KernelEvent } from '../kernel/records/index.ts';
import type { State } from '../kernel/state.ts';
import { opText, pidText } from './op-text.ts';
import type { Rec } from './record.ts';
import type { TimeSource } from './time-source.ts';

export interface TickRow {
  tick: number;
  pid: number;
  who: string;
  /** `step 10`, `GOTO rows/`; a trap's code. */
  what: string;
  /** `ok`, `flag 2`, `stall 3`, `vote 13720`; '' while it is open. */
  result: string;
  tone: 'open' | 'plain' | 'good' | 'idle' | 'trap';
}

const CHUNK = 512;
/** Records that are read at most; what has not ended by then is shown as open. */
const MAX_RECORDS = 8192;

/** @param from first tick wanted, at least 1; @param to last one */
export const tickRows = async (source: TimeSource, from: number, to: number): Promise<TickRow[]> => {
  let first = Math.max(1, from);
  let seq = await source.seqOfTick(first);
  // A fork begins with a later tick than the first.
  while (seq === undefined && first < to) {
    first += 1;
    seq = await source.seqOfTick(first);
  }
  if (seq === undefined) return [];
  const list = new Rows((await source.stateAt(seq - 1)).kernel, first, to);
  for (let read = 0; read < MAX_RECORDS && !list.complete; ) {
    const chunk = await source.records(seq + read, seq + read + CHUNK - 1);
    for (const rec of chunk) list.take(rec);
    read += chunk.length;
    if (chunk.length < CHUNK) break;
  }
  return [...list.rows.values()];
};

class Rows {
  readonly rows = new Map<number, TickRow>();
  #state: State;
  /** The tick that a process is at. */
  readonly #at = new Map<number, number>();
  readonly #from: number;
  readonly #to: number;
  #past = false;

  constructor(state: State, from: number, to: number) {
    this.#state = state;
    this.#from = from;
    this.#to = to;
  }

  get complete(): boolean {
    return this.#past && [...this.rows.values()].every(({ tone }) => tone !== 'open');
  }

  take(rec: Rec): void {
    if (rec.class !== 'event') return;
    const before = this.#state;
    this.#state = evolve(before, rec as KernelEvent);
    switch (rec.kind) {
      case 'route.dispatched': {
        const { pid, tick } = rec;
        this.#at.set(pid, tick);
        if (tick > this.#to) this.#past = true;
        else if (tick >= this.#from) {
          const row: TickRow = { tick, pid, who: pidText(before, pid), what: '', result: '', tone: 'open' };
          this.rows.set(tick, { ...row, what: this.#stepOf(pid) });
        }
        return;
      }
      case 'reply.accepted':
        if (this.#stepOf(rec.pid) === '') {
          this.#patch(rec.tick, { what: opText(rec.world, before.procs[rec.pid]?.caps) });
        }
        return;
      case 'tick.committed':
        if (rec.progress !== null) {
          const result = rec.progress === 'look' ? 'ok' : 'progress';
          return this.#patch(rec.tick, { result, tone: rec.progress === 'look' ? 'plain' : 'good' });
        }
        return this.#patch(rec.tick, { result: this.#stalled(rec.pid), tone: 'idle' });
      case 'trap.raised': {
        const proc = this.#state.procs[rec.pid];
        const flags = rec.flag && proc?.role === 'worker' ? `flag ${proc.flags}` : '';
        const result = flags !== '' ? flags : rec.streak > 1 ? `x${rec.streak}` : '';
        return this.#patch(rec.tick, { what: rec.code, result, tone: 'trap' });
      }
      case 'panic.spent':
        return this.#patch(this.#at.get(rec.pid), { result: 'PANIC' });
      case 'map.started':
        return this.#patch(rec.tick, { what: `MAP ${rec.map}`, result: 'ok', tone: 'plain' });
      case 'vote.cast':
        return this.#patch(this.#at.get(rec.pid), { result: `vote ${rec.value}`, tone: 'good' });
      case 'process.ended': {
        const tick = before.procs[rec.pid]?.dispatch?.tick;
        if (rec.as === 'done') return this.#end(tick, { tone: 'good', result: 'done' });
        return this.#end(tick, { result: rec.as, tone: 'plain' });
      }
      case 'run.ended':
        this.#past = true;
        for (const [tick, row] of this.rows)
          if (row.tone === 'open') this.#patch(tick, { tone: 'plain', result: 'ended' });
        return;
      default:
        return;
    }
  }

  #stepOf(pid: number): string {
    const step = this.#state.procs[pid]?.step;
    return step == null ? '' : `step ${step.n}`;
  }

  #stalled(pid: number): string {
    const stall = this.#state.procs[pid]?.loops.stall ?? 0;
    return stall === 0 ? '' : `stall ${stall}`;
  }

  #end(tick: number | undefined, change: Partial<TickRow>): void {
    const row = tick === undefined ? undefined : this.rows.get(tick);
    if (row !== undefined && row.tone === 'open') this.#patch(row.tick, change);
  }

  #patch(tick: number | undefined, change: Partial<TickRow>): void {
    const row = tick === undefined ? undefined : this.rows.get(tick);
    if (row !== undefined) this.rows.set(row.tick, { ...row, ...change });
  }
}
