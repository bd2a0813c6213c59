/**
 * The thrash detectors. They count accepted replies, before the effect. Progress clears THRASH_ROUTE and THRASH_MIND; WATCHDOG
 * and PERIOD_LOOP judge what is repeated whatever it changes. A detector that fired starts over.
 */
import { shortHash } from './digest.ts';
import type { Policy } from './policy.ts';
import type { Loops, Proc } from './state.ts';
import { freshLoops } from './state.ts';
import type { MindOp, Reply, WorldOp } from './syscalls.ts';
import { type Place, placeText, type TrapCode, trapText } from './words.ts';

/** The call stack after mind ops, top first; null where one of them has nothing to work on. */
export const applyMind = (stack: readonly string[], ops: readonly MindOp[], max: number): readonly string[] | null => {
  let next = stack;
  for (const op of ops) {
    if (op.op === 'SYS_PUSH') {
      if (next.length >= max) return null;
      next = [op.text, ...next];
    } else if (op.op === 'SYS_MOVE') {
      const entry = next[op.from];
      if (entry === undefined || op.to >= next.length) return null;
      const rest = next.toSpliced(op.from, 1);
      next = rest.toSpliced(op.to, 0, entry);
    } else {
      if (next.length === 0) return null;
      next = op.op === 'SYS_POP' ? next.slice(1) : [op.text, ...next.slice(1)];
    }
  }
  return next;
};

/** What a world op is aimed at, as evidence and loop keys name it. */
export const aim = (world: WorldOp | null): string => {
  if (world === null) return 'no world op';
  const kind = world.op.slice('SYS_'.length);
  switch (world.op) {
    case 'SYS_GOTO':
      return `${kind} ${placeText('view' in world ? { view: world.view } : toPlace(world.cap, world.path))}`;
    case 'SYS_WRITE':
    case 'SYS_GIT_LOG':
      return `${kind} ${placeText(toPlace(world.cap, world.path))}`;
    case 'SYS_EXEC':
      return `${kind} ${world.cap}${world.args.length === 0 ? '' : ` ${world.args.join(' ')}`}`;
    case 'SYS_MAP_REDUCE':
      return `${kind} ${shortHash(JSON.stringify(world.tasks)).slice(0, 8)} of ${world.tasks.length}`;
    case 'SYS_HALT':
      return kind;
  }
};

export const toPlace = (cap: string, path: string | undefined): Place => (path === undefined ? { cap } : { cap, path });

const KEY_MAX = 200;

/** A text as a key of bounded length; short ones are kept as they are, which is quicker and can be read. */
const keyOf = (text: string): string => (text.length <= KEY_MAX ? text : shortHash(text));

/** The counters after one more accepted reply. A halt is for the grader, or a vote, to judge and counts as none. */
export const countReply = (
  policy: Policy,
  proc: Proc,
  reply: Reply,
  worldHash: string,
  stack: readonly string[],
): Loops => {
  const { loops } = proc;
  if (reply.world?.op === 'SYS_HALT') return loops;
  const kinds = reply.mind.map((op) => op.op).join(' ');
  const route = keyOf(`${proc.role}|${placeText(proc.d)}|${kinds}|${aim(reply.world)}`);
  const op = keyOf(JSON.stringify([reply.mind, reply.world]));
  const state = shortHash(JSON.stringify([worldHash, reply.q, proc.d, stack]));
  const window = policy.traps.PERIOD_LOOP?.window ?? 0;
  const stall = policy.traps.THRASH_ROUTE?.stall ?? 0;
  return {
    route: stall === 0 ? [] : [...loops.route.slice(1 - stall), route],
    stall: loops.stall + 1,
    mind: reply.world === null ? loops.mind + 1 : 0,
    op,
    sameOp: loops.op === op ? loops.sameOp + 1 : 1,
    period: window === 0 ? [] : [...loops.period, state].slice(-window),
  };
};

export interface Finding {
  code: TrapCode;
  evidence: string;
  recovery: string;
}

/** The first detector that fires, in the order of the trap table. */
export const findLoop = (policy: Policy, proc: Proc, reply: Reply): Finding | null => {
  if (reply.world?.op === 'SYS_HALT') return null;
  const { loops } = proc;
  const { THRASH_ROUTE: route, THRASH_MIND: mind, WATCHDOG: watchdog, PERIOD_LOOP: period } = policy.traps;
  const since = proc.progressTick === 0 ? 'nothing was gained yet' : `nothing was gained since t${proc.progressTick}`;
  if (route !== undefined) {
    const key = loops.route.at(-1);
    const same = loops.route.filter((other) => other === key).length;
    const what = same >= route.same ? `${aim(reply.world)} ${same} times` : `${loops.stall} ticks`;
    if (same >= route.same || loops.stall >= route.stall) {
      return {
        code: 'THRASH_ROUTE',
        evidence: `${what}, ${since}`,
        recovery: trapText.thrashRoute(`${what}, ${since}`),
      };
    }
  }
  if (mind !== undefined && loops.mind >= mind.ticks) {
    return {
      code: 'THRASH_MIND',
      evidence: `${loops.mind} ticks of mind ops only`,
      recovery: trapText.thrashMind(loops.mind),
    };
  }
  if (watchdog !== undefined && loops.sameOp >= watchdog.same) {
    const what = aim(reply.world);
    return {
      code: 'WATCHDOG',
      evidence: `${what} ${loops.sameOp} times in a row`,
      recovery: trapText.watchdog(loops.sameOp, what),
    };
  }
  if (period !== undefined) {
    const times = occurrences(loops.period, period.minPeriod);
    if (times >= period.times) {
      return {
        code: 'PERIOD_LOOP',
        evidence: `the same world, q, d and stack ${times} times`,
        recovery: trapText.periodLoop(times),
      };
    }
  }
  return null;
};

/**
 * How often the newest key came round. Times in a row count once: a period has at least `minPeriod` ticks, and what repeats
 * without anything between is for the other detectors.
 */
const occurrences = (keys: readonly string[], minPeriod: number): number => {
  const newest = keys.at(-1);
  let count = 0;
  let since = minPeriod;
  for (let i = keys.length - 1; i >= 0; i -= 1) {
    if (keys[i] !== newest) since += 1;
    else {
      if (since >= minPeriod) count += 1;
      since = 1;
    }
  }
  return count;
};

/** What progress clears: the thrash counters, not the detectors of repetition. */
export const clearThrash = (loops: Loops): Loops => ({ ...loops, route: [], stall: 0, mind: 0 });

/** A detector that fired starts over. */
export const restart = (loops: Loops, code: TrapCode): Loops => {
  if (code === 'THRASH_ROUTE') return { ...loops, route: [], stall: 0 };
  if (code === 'THRASH_MIND') return { ...loops, mind: 0 };
  if (code === 'WATCHDOG') return { ...loops, op: '', sameOp: 0 };
  if (code === 'PERIOD_LOOP') return { ...loops, period: freshLoops.period };
  return loops;
};
