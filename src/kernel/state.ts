/**
 * The kernel's whole state: integers, strings, arrays and plain objects, so that it can be hashed and stored. Bounded by what is
 * alive: ended processes are forgotten, histories have fixed lengths. Three sets of digests grow with what was really new (worlds,
 * executed commands, joined consensuses): what counts as progress is defined over the whole run.
 */

import type { FaultKind, FaultSpec } from './chaos.ts';
import { emptyHashSet, type HashSet } from './hash-set.ts';
import { DEFAULT_POLICY, type Policy } from './policy.ts';
import type { BrainErrorCode, BrainName, Cap, Outcome, PageRef, Price } from './records/index.ts';
import type { Reply, Rights, Role } from './syscalls.ts';
import type { TaskSpec } from './task.ts';
import { HOME, type Place, type TrapCode } from './words.ts';

/** What a request in flight is for. `fetch` reads a page that a reply refers to; `wait` is a timer. */
export type ReqKind = 'observe' | 'fetch' | 'brain' | 'op' | 'grade' | 'wait';

export interface Request {
  req: number;
  kind: ReqKind;
  /** The fault attached to it, 0 for none. */
  fault: number;
}

/** The thrash detectors of one process. */
export interface Loops {
  /** Keys of accepted ticks since the last progress. */
  route: readonly string[];
  /** Accepted ticks since the last progress. */
  stall: number;
  /** Ticks of mind ops only, in a row, since the last progress. */
  mind: number;
  /** The last op's digest and how often it came in a row. */
  op: string;
  sameOp: number;
  /** Keys of the last accepted ticks, oldest first. */
  period: readonly string[];
}

/** The dispatch in flight. */
export interface Dispatch {
  tick: number;
  /** What it waits for; a process has at most one request in flight. */
  open: Request | null;
  /** The accepted reply, until its effect is done. */
  reply: Reply | null;
  /** Texts that the kernel supplied for the reply's references. */
  refs: Readonly<Record<string, string>>;
}

export interface Trap {
  code: TrapCode;
  recovery: string;
}

export interface Proc {
  pid: number;
  ppid: number;
  role: Role;
  /** `blocked`: waits for a map or an endpoint. `halting`: its halt is being judged. */
  state: 'ready' | 'running' | 'blocked' | 'halting';
  task: string;
  temperature: number;
  step: { map: string; n: number; of: number; ballot: number } | null;
  q: string;
  d: Place;
  stack: readonly string[];
  caps: Readonly<Record<string, Cap>>;
  nextHandle: number;
  flags: number;
  streak: number;
  /** Own dispatches so far. */
  ticks: number;
  loops: Loops;
  /** First looks since the last write, exec or join that was progress. */
  looks: readonly string[];
  /** Consensuses that it has joined. */
  joins: HashSet;
  last: string;
  /** Results of its last joined maps, oldest first. */
  joined: readonly { map: string; results: readonly (string | null)[] }[];
  /** Tokens of pages that it was shown, those shown last at the end. */
  pages: readonly PageRef[];
  nextPage: number;
  trap: Trap | null;
  /** What it has to be told about its last output, '' for nothing. */
  notice: string;
  /** Why what it looks at could not be observed, '' where it could. */
  missing: string;
  /** sha256 of a flood that must be read next, '' for none. */
  flood: string;
  /** The operator's lines, each with the number of the first request whose frame shows it. */
  told: readonly { text: string; from: number }[];
  /** The map, or the endpoint's error, it waits for. */
  wait: { map: string } | { error: BrainErrorCode; attempt: number } | null;
  /** Consecutive back-off at an endpoint. */
  outage: { attempts: number; ms: number };
  dispatch: Dispatch | null;
  /** Faults that struck and have not been recovered from; its own tick count then. */
  faults: readonly { id: number; at: number }[];
  /** Writes and commands so far, as long as a fault is scheduled by their number. */
  occasions?: Readonly<Partial<Record<'write' | 'exec', number>>>;
  /** The handle that it used last. */
  lastCap: string;
  /** Tick of its last progress, 0 for none. */
  progressTick: number;
}

export interface Step {
  text: string;
  caps: readonly { cap: string; rights: Rights }[];
  votes: Readonly<Record<string, number>>;
  ballots: number;
  settled: boolean;
  value: string | null;
}

export interface MapRun {
  map: string;
  pid: number;
  result: 'int' | 'text';
  steps: readonly Step[];
}

export interface ArmedFault {
  id: number;
  spec: FaultSpec;
  /** How often it may still strike; means nothing without `times`. */
  left: number;
  /** Taken back by the operator. */
  disarmed?: true;
}

/** A fault that the host is to suffer and has not yet; the process at whose dispatch it was drawn. */
export interface StagedFault {
  id: number;
  pid: number;
  fault: FaultKind;
  ms: number;
}

export interface State {
  phase: 'new' | 'active' | 'paused' | 'ended';
  seed: number;
  policy: Policy;
  task: TaskSpec;
  /** Dispatches spent. */
  tick: number;
  nextPid: number;
  nextReq: number;
  nextMap: number;
  nextFault: number;
  procs: Readonly<Record<number, Proc>>;
  maps: Readonly<Record<string, MapRun>>;
  panicLeft: number;
  worldHash: string;
  /** World hashes that there have been. */
  worlds: HashSet;
  /** (command, world hash) pairs that were executed. */
  execs: HashSet;
  /** Evidence targets that have been written. */
  written: readonly string[];
  rejections: number;
  tokens: number;
  faults: readonly ArmedFault[];
  /** Absent while there is none. */
  staged?: readonly StagedFault[];
  /** Dispatches allowed while paused. */
  steps: number;
  outcome: Outcome | null;
  /** Orders with an id, newest last; absent until there was one, as everything below until it is used. */
  orders?: readonly { id: string; digest: string }[];
  /** Brains that were swapped in. */
  brains?: Readonly<Partial<Record<Role, SwappedBrain>>>;
  prices?: Prices;
  /** Billionths of a dollar. */
  cost?: number;
  /** What made the run pause by itself, while it is paused. */
  pausedWhy?: string;
  /** Troubles since the run last paused because of their number. */
  troubles?: { thrash: number; denied: number };
}

export interface SwappedBrain extends BrainName {
  profile: string;
  /** What its seat is made from, as JSON. */
  seat: string;
}

export type Prices = Readonly<Partial<Record<Role, Price>>>;

/** Joined maps whose consensus can still be referred to. */
export const JOINED_KEPT = 8;
export const TOLD_KEPT = 4;
export const FAULTS_KEPT = 8;
export const STACK_MAX = 16;
export const ORDERS_KEPT = 64;

export const ROOT_PID = 1;

export const initialState: State = {
  phase: 'new',
  seed: 0,
  policy: DEFAULT_POLICY,
  task: { name: 'none', goal: 'none', caps: [], evidence: [], variants: [] },
  tick: 0,
  nextPid: ROOT_PID,
  nextReq: 1,
  nextMap: 1,
  nextFault: 1,
  procs: {},
  maps: {},
  panicLeft: 0,
  worldHash: '',
  worlds: emptyHashSet,
  execs: emptyHashSet,
  written: [],
  rejections: 0,
  tokens: 0,
  faults: [],
  steps: 0,
  outcome: null,
};

/**
 * Reads a state back that was stored as JSON, in a journal of this version or an earlier one: a field that `State` or `Proc` gets
 * later needs its default here.
 * @returns undefined where the text is none
 */
export const parseState = (text: string): State | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    const isState = typeof value === 'object' && value !== null && 'procs' in value && 'nextReq' in value;
    return isState ? (value as State) : undefined;
  } catch {
    return undefined;
  }
};

export const freshLoops: Loops = { route: [], stall: 0, mind: 0, op: '', sameOp: 0, period: [] };

export const newProc = (
  spawn: Pick<Proc, 'pid' | 'ppid' | 'role' | 'task' | 'temperature' | 'step'>,
  caps: readonly Cap[],
): Proc => ({
  ...spawn,
  state: 'ready',
  q: '',
  d: HOME,
  stack: [],
  caps: Object.fromEntries(caps.map((cap) => [cap.handle, cap])),
  nextHandle: caps.reduce((next, cap) => Math.max(next, Number(cap.handle.slice(1)) + 1), 1),
  flags: 0,
  streak: 0,
  ticks: 0,
  loops: freshLoops,
  looks: [],
  joins: emptyHashSet,
  last: '',
  joined: [],
  pages: [],
  nextPage: 1,
  trap: null,
  notice: '',
  missing: '',
  flood: '',
  told: [],
  wait: null,
  outage: { attempts: 0, ms: 0 },
  dispatch: null,
  faults: [],
  lastCap: '',
  progressTick: 0,
});

/** Which occasion for faults an op is. */
export const occasionOf = (op: string | undefined): 'write' | 'exec' | undefined =>
  op === 'SYS_WRITE' ? 'write' : op === 'SYS_EXEC' ? 'exec' : undefined;

/** How people name a process: `P1`, `w4`. */
export const procLabel = (proc: { pid: number; role: Role }): string =>
  `${proc.role === 'planner' ? 'P' : 'w'}${proc.pid}`;

/** Processes with a request in flight, in pid order. */
export const waiting = (state: State): { proc: Proc; open: Request }[] => {
  const found: { proc: Proc; open: Request }[] = [];
  for (const proc of Object.values(state.procs)) {
    const open = proc.dispatch?.open ?? null;
    if (open !== null) found.push({ proc, open });
  }
  return found;
};

/** The process that waits for a request's outcome; undefined where nobody does. */
export const waitingFor = (state: State, req: number): { proc: Proc; open: Request } | undefined => {
  for (const proc of Object.values(state.procs)) {
    const open = proc.dispatch?.open;
    if (open?.req === req) return { proc, open };
  }
  return undefined;
};
