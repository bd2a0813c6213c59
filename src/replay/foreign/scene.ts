/** Records of ours as they are made up from another journal: processes, their ticks and what ends them. */

import { DEFAULT_POLICY, type Policy } from '../../kernel/policy.ts';
import type { EventOf, KernelEvent, KernelInput, Outcome } from '../../kernel/records/index.ts';
import type { Role } from '../../kernel/syscalls.ts';
import type { TaskSpec } from '../../kernel/task.ts';
import type { Place } from '../../kernel/words.ts';
import type { Rec } from '../../store/record.ts';
import { type KnownWorld, knownWorld } from './known-world.ts';

/** Where a journal does not say what a record of ours has to hold. */
export const UNTOLD = '(not in this journal)';

/** A process of the earlier system. */
export interface Actor {
  pid: number;
  role: Role;
  /** Its name there. */
  name: string;
  stack: readonly string[];
  /** Traps in a row without progress. */
  streak: number;
  /** The dispatch in flight, and the request of its brain, or of the grader. */
  open: { tick: number; req: number; accepted: boolean; grade?: number } | null;
  ended: boolean;
}

export interface Ask {
  /** What the brain was shown. */
  frame: string;
  size: number;
  clipped: readonly { section: string; chars: number }[];
  temperature: number;
}

export interface Scene {
  readonly records: Rec[];
  readonly policy: Policy;
  readonly world: KnownWorld;
  /** The run's newest dispatch. */
  tick: number;
  /** Units of the panic budget that are left. */
  panicLeft: number;
  /** Time stamp of the newest record. */
  lastMs: number;
  /** How the run ends, should nothing follow. */
  ending: { outcome: Outcome; reason: string } | null;
  /** All that follows is stamped with this time. */
  at(ms: number): void;
  event(event: KernelEvent): void;
  input(input: KernelInput): void;
  say(text: string): void;
  nextReq(): number;
  spawn(actor: Pick<Actor, 'role' | 'name'>, more?: SpawnMore): Actor;
}

export interface SpawnMore {
  ppid?: number;
  task?: string;
  temperature?: number;
  step?: EventOf<'process.spawned'>['step'];
}

export const createScene = (of: {
  run: string;
  task: TaskSpec;
  panicBudget: number | undefined;
  ms: number;
}): Scene => {
  const records: Rec[] = [];
  const policy = { ...DEFAULT_POLICY, panicBudget: of.panicBudget ?? DEFAULT_POLICY.panicBudget };
  let ts = new Date(of.ms).toISOString();
  let reqs = 0;
  let pids = 0;
  const stamp = () => ({ seq: records.length + 1, ts, run: of.run });
  const scene: Scene = {
    records,
    policy,
    world: knownWorld(policy.firstLooks),
    tick: 0,
    panicLeft: policy.panicBudget,
    lastMs: of.ms,
    ending: null,
    at: (ms) => {
      scene.lastMs = ms;
      ts = new Date(ms).toISOString();
    },
    event: (event) => records.push({ ...stamp(), class: 'event', ...event }),
    input: (input) => records.push({ ...stamp(), class: 'input', ...input }),
    say: (text) => records.push({ ...stamp(), class: 'note', kind: 'runtime.said', text }),
    nextReq: () => {
      reqs += 1;
      return reqs;
    },
    spawn: ({ role, name }, { ppid = 0, task = of.task.goal, temperature = 0, step = null } = {}) => {
      pids += 1;
      scene.event({ kind: 'process.spawned', pid: pids, ppid, role, task, temperature, caps: [], step });
      return { pid: pids, role, name, stack: [], streak: 0, open: null, ended: false };
    },
  };
  return scene;
};

/** Gives a process the turn. */
export const dispatch = (scene: Scene, actor: Actor, at: Place): void => {
  scene.ending = null;
  scene.tick += 1;
  actor.open = { tick: scene.tick, req: 0, accepted: false };
  scene.event({ kind: 'route.dispatched', pid: actor.pid, tick: scene.tick, at });
};

/** Asks the brain of a process that has the turn. */
export const request = (scene: Scene, actor: Actor, { frame, size, clipped, temperature }: Ask): void => {
  const { pid, role, open } = actor;
  if (open === null) return;
  const { tick } = open;
  const { limits } = scene.policy;
  const limit = Math.max(size, scene.policy.frame.limit);
  scene.event({ kind: 'frame.composed', pid, tick, size, limit, clipped: [...clipped], pages: [], handles: [] });
  open.req = scene.nextReq();
  const costs = { maxTokens: limits.maxTokens, deadlineMs: limits.brainMs };
  scene.event({ kind: 'brain.requested', req: open.req, pid, tick, role, frame, temperature, seed: 0, ...costs });
};

/** @param totalMs how long the brain took, as far as the time stamps tell */
export const replied = (scene: Scene, actor: Actor, text: string, totalMs: number, reasoning = ''): void => {
  if (actor.open === null) return;
  const ms = Math.max(0, Math.trunc(totalMs));
  scene.input({
    ...{ kind: 'brain.replied', req: actor.open.req, text, ...(reasoning === '' ? {} : { reasoning }), finish: 'stop' },
    ...{ tokensIn: 0, tokensOut: 0, firstTokenMs: ms, totalMs: ms },
  });
};
