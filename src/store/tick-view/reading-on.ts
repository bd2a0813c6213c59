/** Reads the records after a tick, and keeps what has to do with it. */
import { ROOT_PID } from '../../kernel/state.ts';
import { isLoopTrap } from '../projections/thrash.ts';
import type { Rec } from '../record.ts';
import type { TickRecords } from './gather.ts';
import { whoOf } from './who.ts';

export interface FollowLine {
  tone: 'plain' | 'good' | 'bad';
  text: string;
}

/** Records that are read on, at most. */
export const FOLLOW_RECORDS = 1024;
const MAX_LINES = 9;
/** Of a process's own later progress, the next pieces are told. */
const ADVANCES = 2;

interface Stall {
  who: string;
  from: number;
  to: number;
}

const ticks = (n: number): string => `${n} ${n === 1 ? 'tick' : 'ticks'}`;

export class ReadingOn {
  readonly siblings: { pid: number; tick: number }[] = [];
  readonly #found: TickRecords;
  readonly #step: { map: string; n: number } | null;
  readonly #trapped: boolean;
  readonly #peers = new Set<number>();
  readonly #lines: FollowLine[] = [];
  #ownTicks = 0;
  #recovered = false;
  /** Pieces of its own progress that were told. */
  #advances = 0;
  #gone = false;
  #votes: number;
  #joined = false;
  #voted = false;
  #newest: number;
  /** The process's own newest tick. */
  #own: number;
  #stall: Stall | null = null;
  #row: { what: string; from: number; times: number; line: FollowLine } | null = null;

  /** @param cast votes on its step that there were before */
  constructor(found: TickRecords, step: { map: string; n: number } | null, cast: number) {
    this.#votes = cast;
    this.#found = found;
    this.#step = step;
    this.#trapped = found.closing?.kind === 'trap.raised';
    this.#newest = found.tick;
    this.#own = found.tick;
    // What the tick's own batch has told already is not told again, but counts.
    for (const rec of found.batches.at(-1)?.events ?? []) {
      if (rec.kind === 'process.ended' && rec.pid === found.pid) this.#gone = true;
      if (rec.kind === 'process.spawned') this.#peer(rec);
      if (rec.kind === 'vote.cast') this.#vote(rec);
      if (rec.kind === 'map.joined' && rec.map === step?.map) this.#join(rec.map);
    }
  }

  /** Whether there is enough: how the trap was got over, and that the map was joined. */
  get answered(): boolean {
    const settled = !this.#trapped || this.#recovered || this.#gone;
    return settled && (this.#step === null || this.#joined) && this.#lines.length >= 4;
  }

  take(rec: Rec): void {
    const { pid } = this.#found;
    switch (rec.kind) {
      case 'route.dispatched':
        this.#newest = rec.tick;
        if (rec.pid === pid) {
          this.#ownTicks += 1;
          this.#own = rec.tick;
        }
        if (this.#peers.has(rec.pid)) this.siblings.push({ pid: rec.pid, tick: rec.tick });
        return;
      case 'process.spawned':
        return this.#peer(rec);
      case 'tick.committed':
        if (rec.progress === null) this.#stalled(rec.pid, rec.tick);
        else this.#moved(rec.pid, rec.tick, rec.progress);
        return;
      case 'trap.raised':
        if (isLoopTrap(rec.code)) {
          this.#stalled(rec.pid, rec.tick);
          return this.#endStall(rec.code);
        }
        if (this.#concerns(rec.pid)) this.#trap(`${whoOf(rec.pid)} ${rec.code}`, rec.tick);
        return;
      case 'panic.spent':
        return this.#say('bad', `t${rec.tick} panic reset: budget ${rec.left + 1} > ${rec.left}`);
      case 'vote.cast':
        return this.#vote(rec);
      case 'map.joined':
        if (rec.map === this.#step?.map) this.#join(rec.map);
        if (rec.progress) this.#moved(rec.pid, this.#newest, `map ${rec.map} joined`);
        return;
      case 'process.ended':
        if (rec.pid !== pid || this.#gone) return;
        this.#gone = true;
        if (rec.as === 'done') this.#moved(pid, this.#own, rec.why);
        else this.#say('bad', `t${this.#newest} ${whoOf(pid)} ${rec.as}: ${rec.why}`);
        return;
      default:
        return;
    }
  }

  finish(bounded: boolean): FollowLine[] {
    this.#endStall('');
    const within = bounded ? ` within the next ${FOLLOW_RECORDS} records` : ' so far';
    const open = this.#trapped && !this.#recovered && !this.#gone;
    if (open) this.#lines.unshift({ tone: 'bad', text: `not recovered${within}` });
    return this.#lines.slice(0, MAX_LINES);
  }

  /** The same trap of the same process in a row is one line. */
  #trap(what: string, tick: number): void {
    const last = this.#lines.at(-1);
    if (this.#row?.what === what && last === this.#row.line) {
      const { from, times } = this.#row;
      this.#lines.pop();
      this.#row = {
        what,
        from,
        times: times + 1,
        line: { tone: 'bad', text: `t${from}-t${tick} ${what} x${times + 1}` },
      };
    } else {
      this.#endStall('');
      this.#row = { what, from: tick, times: 1, line: { tone: 'bad', text: `t${tick} ${what}` } };
    }
    this.#lines.push(this.#row.line);
  }

  #say(tone: FollowLine['tone'], text: string): void {
    this.#endStall('');
    this.#lines.push({ tone, text });
  }

  #peer(rec: Extract<Rec, { kind: 'process.spawned' }>): void {
    const { step } = rec;
    if (step !== null && step.map === this.#step?.map && step.n === this.#step.n) this.#peers.add(rec.pid);
  }

  /** Of the traps of others, those of the planner and of siblings; the planner minds the first few of any. */
  #concerns(pid: number): boolean {
    const own = this.#found.pid;
    return pid === own || pid === ROOT_PID || this.#peers.has(pid) || (own === ROOT_PID && this.#lines.length < 4);
  }

  #vote(rec: Extract<Rec, { kind: 'vote.cast' }>): void {
    if (rec.map !== this.#step?.map || rec.step !== this.#step.n) return;
    this.#votes += 1;
    if (rec.pid === this.#found.pid) this.#voted = true;
  }

  #moved(pid: number, tick: number, what: string): void {
    this.#endStall('');
    if (pid !== this.#found.pid) return;
    if (this.#trapped && !this.#recovered) {
      this.#recovered = true;
      this.#lines.unshift({
        tone: 'good',
        text: `recovered after ${ticks(Math.max(1, this.#ownTicks))}: t${tick} ${what}`,
      });
    } else if (this.#advances < ADVANCES) {
      this.#advances += 1;
      this.#lines.push({ tone: 'good', text: `t${tick} ${whoOf(pid)} progress: ${what}` });
    }
  }

  #join(map: string): void {
    if (this.#joined) return;
    this.#joined = true;
    const votes = `${this.#votes} ${this.#votes === 1 ? 'vote' : 'votes'} on its step`;
    this.#say(
      'plain',
      `t${this.#newest} ${map} joined ${this.#voted ? 'with' : 'without'} ${whoOf(this.#found.pid)} (${votes})`,
    );
  }

  #stalled(pid: number, tick: number): void {
    const who = whoOf(pid);
    // Others may stall in between; the planner's row is what leads to thrashing.
    if (pid !== ROOT_PID && pid !== this.#found.pid) return;
    if (this.#stall?.who === who) this.#stall.to = tick;
    else {
      this.#endStall('');
      this.#stall = { who, from: tick, to: tick };
    }
  }

  #endStall(how: string): void {
    const stall = this.#stall;
    this.#stall = null;
    if (stall === null || (stall.from === stall.to && how === '')) return;
    const text =
      stall.from === stall.to
        ? `t${stall.to} ${stall.who} ${how}`
        : `t${stall.from}-t${stall.to} ${stall.who} stalled${how === '' ? '' : `, ${how}`}`;
    this.#lines.push({ tone: 'bad', text });
  }
}
