/**
 * Why a run stands where it stands, from its records alone: first trouble, first thrash, what the panic budget went on, last
 * progress, last words, what befell the host. Neither the kernel's state nor the world is needed, so it is told of runs whose
 * kernel is gone, of broken journals as far as they go, and of other formats.
 */
import type { Outcome } from '../../kernel/records/index.ts';
import { afterSwap, brainLabel, type Labelled, type Seated } from '../../kernel/seated.ts';
import type { Role } from '../../kernel/syscalls.ts';
import type { TrapCode } from '../../kernel/words.ts';
import { noProgress } from '../../store/no-progress.ts';
import { roleLetter } from '../../store/op-text.ts';
import { isLoopTrap } from '../../store/projections/thrash.ts';
import { type Rec, textOf } from '../../store/record.ts';

/** A place with what happened there. */
export interface Point {
  seq: number;
  /** 0 before the first dispatch. */
  tick: number;
  who: string;
  what: string;
}

export interface Spending extends Point {
  left: number;
}

/** A process that waited for its endpoint, from the first refusal until a brain answered. */
export interface WhyOutage extends Point {
  error: string;
  attempts: number;
  waitMs: number;
  open: boolean;
}

export interface Why {
  id: string;
  task: string;
  /** Who sits in its seats now. */
  planner: string;
  worker: string;
  /** Names of brains that sat there before. */
  was: readonly string[];
  /** Whether any brain that it has, or had, is simulated. */
  simulated: boolean;
  /** Brains that took the place of others: `worker SIM > tiny`. */
  swaps: readonly Point[];
  seed: number;
  /** Of a fork: the run, and the last record that both have. */
  origin: { run: string; seq: number } | null;
  records: number;
  tick: number;
  /** Time stamps of the first and the last record; '' where there is none. */
  first: string;
  last: string;
  ended: { outcome: Outcome; reason: string } | null;
  /** Who paused it, or `by itself`, and why; null while it goes on. */
  paused: string | null;
  firstTrouble: Point | null;
  firstThrash: Point | null;
  lastProgress: Point | null;
  /** Ticks since then, where they are many; null where they are not. */
  nowhere: number | null;
  lastTrap: Point | null;
  /** What its brains said last; `cut` where it never became whole. */
  lastWords: (Point & { cut: boolean }) | null;
  panic: { left: number; total: number; spent: readonly Spending[] };
  /** By code. */
  traps: Readonly<Record<string, number>>;
  /** Loop traps. */
  thrash: number;
  /** Of a loop that its process has not got out of: what the trap said; null for none. */
  thrashing: Point | null;
  /** What the whole run waits for; null where something is under way. */
  waiting: Point | null;
  /** The newest map while its workers are at work: `map m3 11/12`; '' for none. */
  map: string;
  outages: readonly WhyOutage[];
  /** Times that the journal waited for room, or the clock went back; times that the run went on in a new kernel. */
  host: { diskWaits: number; clockSteps: number; resumed: number; tornBytes: number; remarks: readonly string[] };
  /** Faults: armed, and those that struck. */
  faults: { armed: number; struck: number };
  /** The fault that has killed its kernel, `fault 2 kernel.killed`; null where none has. */
  killedBy: string | null;
  tokens: number;
  /** Billionths of a dollar; null where no brain has a price. */
  cost: number | null;
}

const INFRASTRUCTURE = new Set(['unreachable', 'unauthorized', 'rate_limited', 'overloaded']);
const REMARKS = 3;
const OUTAGES = 20;
const SWAPS = 8;

/** Kinds that say nothing here: whoever reads lines need not parse them. */
export const isSilent = (kind: string): boolean => SILENT.has(kind);
const SILENT = new Set([
  'stream.delta',
  'world.observed',
  'observe.requested',
  'frame.composed',
  'tick.noticed',
  'route.dispatched',
]);

export class WhyFold {
  readonly #roles = new Map<number, Role>();
  /** Requests to brains that are under way. */
  readonly #asked = new Map<number, { pid: number; tick: number }>();
  /** Other requests under way. */
  readonly #open = new Set<number>();
  readonly #outages = new Map<number, WhyOutage>();
  /** Faults by number, and the one that each process was struck by and has not recovered from. */
  readonly #faults = new Map<number, string>();
  readonly #struck = new Map<number, number>();
  readonly #loops = new Map<number, Point>();
  #stall = 0;
  #seated: Seated = { planner: null, worker: null, was: [] };
  #map: { id: string; steps: number; settled: number } | null = null;
  #why: Why = {
    ...{ id: '', task: '', planner: '', worker: '', was: [], simulated: false, swaps: [] },
    ...{ seed: 0, origin: null },
    ...{ records: 0, tick: 0, first: '', last: '', ended: null, paused: null },
    ...{ firstTrouble: null, firstThrash: null, lastProgress: null, nowhere: null, lastTrap: null, lastWords: null },
    ...{ panic: { left: 0, total: 0, spent: [] }, traps: {}, thrash: 0, thrashing: null, waiting: null, map: '' },
    ...{ outages: [], faults: { armed: 0, struck: 0 }, killedBy: null, tokens: 0, cost: null },
    host: { diskWaits: 0, clockSteps: 0, resumed: 0, tornBytes: 0, remarks: [] },
  };

  /** A record that is not looked into; its number and time count. */
  pass(seq: number, ts: string): void {
    const { first } = this.#why;
    this.#set({ records: seq, last: ts, ...(first === '' ? { first: ts } : {}) });
  }

  see(rec: Rec): void {
    this.pass(rec.seq, rec.ts);
    const tick = 'tick' in rec && typeof rec.tick === 'number' ? rec.tick : 0;
    if (tick > this.#why.tick) this.#set({ tick });
    this.#course(rec);
    this.#requests(rec);
    this.#troubles(rec);
    this.#host(rec);
  }

  /** @param partial what the newest open request has said so far, where that is known */
  why(partial?: { req: number; text: string }): Why {
    const asked = partial === undefined ? undefined : this.#asked.get(partial.req);
    const words =
      partial === undefined || asked === undefined || partial.text === ''
        ? this.#why.lastWords
        : { seq: this.#why.records, ...this.#by(asked.pid, asked.tick, partial.text), cut: true };
    const open = [...this.#outages.values()];
    // Who is asked again while its endpoint has not answered yet still waits.
    const busy = this.#open.size > 0 || [...this.#asked.values()].some(({ pid }) => !this.#outages.has(pid));
    const idle = !busy && this.#why.ended === null && this.#why.paused === null;
    const map = this.#map;
    return {
      ...this.#why,
      lastWords: words,
      nowhere: noProgress(this.#why.tick, this.#why.lastProgress?.tick ?? 0, this.#stall),
      outages: [...this.#why.outages, ...open].slice(-OUTAGES),
      thrashing: [...this.#loops.values()].at(-1) ?? null,
      waiting: idle ? (open.at(-1) ?? null) : null,
      map: map === null ? '' : `map ${map.id} ${map.settled}/${map.steps}`,
    };
  }

  #set(change: Partial<Why>): void {
    this.#why = { ...this.#why, ...change };
  }

  #who(pid: number): string {
    const role = this.#roles.get(pid);
    return `${role === undefined ? '#' : roleLetter(role)}${pid}`;
  }

  #by(pid: number, tick: number, what: string): Omit<Point, 'seq'> {
    return { tick, who: this.#who(pid), what };
  }

  /** Beginning, pauses, processes, maps, progress, end. */
  #course(rec: Rec): void {
    switch (rec.kind) {
      case 'run.started':
      case 'run.forked':
        this.#seated = { planner: rec.planner, worker: rec.worker, was: [] };
        this.#set({
          ...{ id: rec.run, task: rec.task.name, seed: rec.seed, planner: rec.planner.name, worker: rec.worker.name },
          simulated: rec.planner.simulated || rec.worker.simulated,
          origin: rec.kind === 'run.forked' ? { run: rec.origin.run, seq: rec.origin.seq } : null,
        });
        return;
      case 'brain.swapped':
        return this.#swap(rec.seq, rec.role, rec.brain);
      case 'run.created':
        this.#stall = rec.policy.traps.THRASH_ROUTE?.stall ?? 0;
        return this.#budget(rec.policy.panicBudget, rec.policy.panicBudget);
      case 'run.branched':
        this.#stall = rec.policy.traps.THRASH_ROUTE?.stall ?? 0;
        for (const [pid, role] of rolesIn(rec.state)) this.#roles.set(pid, role);
        return this.#budget(rec.panicLeft, rec.panicLeft);
      case 'operator.commanded':
        if (rec.order.command === 'pause')
          this.#set({ paused: rec.reason === '' ? rec.by : `${rec.by}: ${rec.reason}` });
        return;
      case 'run.paused':
        return this.#set({ paused: pauseText(rec) ?? this.#why.paused ?? 'paused' });
      case 'run.unpaused':
        return this.#set({ paused: null });
      case 'process.spawned':
        this.#roles.set(rec.pid, rec.role);
        return;
      case 'map.started':
        this.#map = { id: rec.map, steps: rec.steps.length, settled: 0 };
        return;
      case 'step.settled':
        if (this.#map?.id === rec.map) this.#map.settled += 1;
        return;
      case 'tick.committed':
        if (rec.progress !== null) this.#progress(rec.seq, rec.pid, rec.tick, rec.progress);
        return;
      case 'map.joined':
        if (this.#map?.id === rec.map) this.#map = null;
        if (rec.progress) this.#progress(rec.seq, rec.pid, this.#why.tick, `map ${rec.map} joined`);
        return;
      case 'process.ended':
        this.#struck.delete(rec.pid);
        this.#loops.delete(rec.pid);
        return;
      case 'run.ended':
        this.#set({ ended: { outcome: rec.outcome, reason: rec.reason }, tick: rec.ticks });
        this.#asked.clear();
        this.#open.clear();
        for (const pid of [...this.#outages.keys()]) this.#answered(pid);
        return;
    }
  }

  #swap(seq: number, role: Role, brain: Labelled): void {
    const left = this.#seated[role];
    this.#seated = afterSwap(this.#seated, role, brain);
    const { swaps, simulated, tick } = this.#why;
    const what = `${left === null ? '?' : brainLabel(left)} > ${brainLabel(brain)}`;
    this.#set({
      [role]: brain.name,
      was: this.#seated.was,
      simulated: simulated || brain.simulated,
      swaps: [...swaps, { seq, tick, who: role, what }].slice(-SWAPS),
    });
  }

  #budget(left: number, total: number): void {
    this.#set({ panic: { left, total, spent: [] } });
  }

  #progress(seq: number, pid: number, tick: number, what: string): void {
    this.#loops.delete(pid);
    this.#set({ lastProgress: { seq, ...this.#by(pid, tick, what) } });
  }

  /** What brains were asked and said, and what else is under way. */
  #requests(rec: Rec): void {
    switch (rec.kind) {
      case 'brain.requested':
        this.#asked.set(rec.req, { pid: rec.pid, tick: rec.tick });
        return;
      case 'op.requested':
      case 'grade.requested':
        this.#open.add(rec.req);
        return;
      case 'op.done':
      case 'op.failed':
      case 'grader.judged':
        this.#open.delete(rec.req);
        return;
      case 'brain.replied':
        this.#answered(this.#asked.get(rec.req)?.pid ?? 0);
        this.#said(rec.seq, rec.req, rec.text, false);
        return this.#set({ tokens: this.#why.tokens + rec.tokensIn + rec.tokensOut });
      case 'brain.failed':
        if (!INFRASTRUCTURE.has(rec.error)) this.#answered(this.#asked.get(rec.req)?.pid ?? 0);
        this.#said(rec.seq, rec.req, rec.partial, true);
        return this.#set({ tokens: this.#why.tokens + rec.tokensOut });
      case 'stream.aborted':
        this.#said(rec.seq, rec.req, rec.partial, true, rec.pid);
        return this.#set({ tokens: this.#why.tokens + rec.tokens });
      case 'reply.accepted':
      case 'reply.rejected':
        if (rec.cost !== undefined) this.#set({ cost: (this.#why.cost ?? 0) + rec.cost });
        return;
    }
  }

  #said(seq: number, req: number, text: string, cut: boolean, speaker?: number): void {
    const asked = this.#asked.get(req);
    this.#asked.delete(req);
    const pid = asked?.pid ?? speaker;
    // A text that is lost, or that never came, is no last word.
    if (pid === undefined || text === '') return;
    const words = { seq, ...this.#by(pid, asked?.tick ?? this.#why.tick, textOf(text)), cut };
    this.#set({ lastWords: words });
  }

  /** Traps, panic, faults, waits for endpoints. */
  #troubles(rec: Rec): void {
    switch (rec.kind) {
      case 'trap.raised':
        return this.#trap(rec.seq, rec.pid, rec.tick, rec.code, rec.evidence + this.#faultText(rec.pid, rec.fault));
      case 'panic.spent': {
        const spending = { seq: rec.seq, ...this.#by(rec.pid, rec.tick, rec.why), left: rec.left };
        const { panic } = this.#why;
        return this.#set({ panic: { ...panic, left: rec.left, spent: [...panic.spent, spending].slice(-32) } });
      }
      case 'panic.granted': {
        const { panic } = this.#why;
        return this.#set({ panic: { ...panic, left: rec.left, total: panic.total + rec.units } });
      }
      case 'fault.armed':
        this.#faults.set(rec.id, `fault ${rec.id} ${rec.spec.fault}`);
        return this.#set({ faults: { ...this.#why.faults, armed: this.#why.faults.armed + 1 } });
      case 'fault.staged':
        if (rec.fault === 'kernel.killed') this.#set({ killedBy: `fault ${rec.id} ${rec.fault}` });
        return;
      case 'fault.applied':
        return this.#set({ killedBy: null });
      case 'fault.recovered':
        this.#struck.delete(rec.pid);
        return;
      case 'fault.triggered':
        this.#struck.set(rec.pid, rec.id);
        return this.#set({ faults: { ...this.#why.faults, struck: this.#why.faults.struck + 1 } });
      case 'process.blocked': {
        const { pid, seq, error, message, waitMs } = rec;
        const old = this.#outages.get(pid);
        const first = old ?? { seq, ...this.#by(pid, this.#why.tick, ''), attempts: 0, waitMs: 0, open: true };
        const outage = { ...first, error, what: message, attempts: first.attempts + 1, waitMs: first.waitMs + waitMs };
        this.#outages.set(pid, outage);
        if (old === undefined) this.#trouble({ ...outage, what: `${error}: ${message}` });
        return;
      }
    }
  }

  /** ` (fault 2 brain.garbage)` of a trap that it caused, ` (after …)` where its process has not recovered from it; else ''. */
  #faultText(pid: number, fault: number | undefined): string {
    const known = this.#faults.get(fault ?? this.#struck.get(pid) ?? 0);
    if (known === undefined) return '';
    return fault === undefined ? ` (after ${known})` : ` (${known})`;
  }

  #trap(seq: number, pid: number, tick: number, code: TrapCode, evidence: string): void {
    const point = { seq, ...this.#by(pid, tick, `${code} ${evidence}`) };
    const { traps, thrash, firstThrash } = this.#why;
    this.#trouble(point);
    this.#set({ lastTrap: point, traps: { ...traps, [code]: (traps[code] ?? 0) + 1 } });
    if (!isLoopTrap(code)) return;
    this.#loops.delete(pid);
    this.#loops.set(pid, point);
    this.#set({ thrash: thrash + 1, firstThrash: firstThrash ?? point });
  }

  #trouble(point: Point): void {
    const { seq, tick, who, what } = point;
    if (this.#why.firstTrouble === null) this.#set({ firstTrouble: { seq, tick, who, what } });
  }

  /** Its endpoint is there again. */
  #answered(pid: number): void {
    const outage = this.#outages.get(pid);
    if (outage === undefined) return;
    this.#outages.delete(pid);
    this.#set({ outages: [...this.#why.outages, { ...outage, open: this.#why.ended !== null }].slice(-OUTAGES) });
  }

  #host(rec: Rec): void {
    const { host } = this.#why;
    if (rec.kind === 'run.resumed') {
      // Its requests are performed again, under their own numbers.
      this.#set({ host: { ...host, resumed: host.resumed + 1 }, killedBy: null });
    } else if (rec.kind === 'journal.recovered')
      this.#set({ host: { ...host, tornBytes: host.tornBytes + rec.cutBytes } });
    else if (rec.kind === 'runtime.failed') this.#remark(rec.message);
    else if (rec.kind === 'runtime.said') {
      if (rec.text.startsWith('The disk had no room')) this.#set({ host: { ...host, diskWaits: host.diskWaits + 1 } });
      if (rec.text.startsWith('The clock went back')) this.#set({ host: { ...host, clockSteps: host.clockSteps + 1 } });
      this.#remark(rec.text);
    }
  }

  #remark(text: string): void {
    const { host } = this.#why;
    this.#set({ host: { ...host, remarks: [...host.remarks, text].slice(-REMARKS) } });
  }
}

/** What paused the run by itself says why. */
const pauseText = (rec: Rec): string | undefined => {
  const why = (rec as { why?: unknown }).why;
  return typeof why === 'string' && why !== '' ? `by itself: ${why}` : undefined;
};

/** The processes that a branch begins with. */
const rolesIn = (state: string): [number, Role][] => {
  try {
    const { procs = {} } = JSON.parse(textOf(state)) as { procs?: Record<string, { role: Role }> };
    return Object.entries(procs).map(([pid, { role }]) => [Number(pid), role]);
  } catch {
    return [];
  }
};
