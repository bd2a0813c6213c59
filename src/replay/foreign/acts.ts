/** What becomes of a tick: accepted and committed, or trapped; and what ends processes and the run. */
import type { EventOf, Progress } from '../../kernel/records/index.ts';
import { LIMITS, type MindOp, type WorldOp } from '../../kernel/syscalls.ts';
import { clip } from '../../kernel/text.ts';
import type { Place } from '../../kernel/words.ts';
import { sha256 } from './chain.ts';
import type { Actor, Scene } from './scene.ts';
import type { TrapFact } from './trap-facts.ts';

export const accept = (scene: Scene, actor: Actor, q: string, mind: MindOp[], world: WorldOp | null): void => {
  if (actor.open === null) return;
  actor.open.accepted = true;
  const { tick } = actor.open;
  scene.event({ kind: 'reply.accepted', pid: actor.pid, tick, q: clip(q, LIMITS.q), mind, world, tokens: 0 });
};

export interface Commit {
  progress: Progress;
  d: Place;
  stack: readonly string[];
  last: string;
}

export const commit = (scene: Scene, actor: Actor, { progress, d, stack, last }: Commit): void => {
  if (actor.open === null) return;
  const { tick } = actor.open;
  const worldHash = scene.world.hash();
  const after = { d, stack: [...stack], last: clip(last, LIMITS.content), pages: [], flood: null };
  scene.event({ kind: 'tick.committed', pid: actor.pid, tick, progress, worldHash, ...after });
  actor.stack = stack;
  actor.open = null;
  if (progress === 'write' || progress === 'exec') actor.streak = 0;
};

/** The tick in flight has no effect; a panic reset also clears the process's stack. */
export const trap = (scene: Scene, actor: Actor, fact: TrapFact): void => {
  const tick = actor.open?.tick ?? scene.tick;
  const { pid } = actor;
  const { code, phase, text } = fact;
  const line = text.replace(/\s+/g, ' ').trim();
  const rejected = phase === 'reply' && actor.open?.accepted !== true;
  actor.streak += 1;
  if (rejected) scene.event({ kind: 'reply.rejected', pid, tick, code, field: clip(line, 120), tokens: 0 });
  scene.event({
    ...{ kind: 'trap.raised', pid, tick, code, phase, evidence: clip(line, 600), recovery: text },
    ...{ flag: rejected, streak: actor.streak },
  });
  actor.open = null;
  if (fact.fatal === true) scene.ending = { outcome: 'dead', reason: 'panic_budget_exhausted' };
  if (fact.panic === undefined) return;
  scene.panicLeft = Math.max(0, fact.panic.budget - fact.panic.attempt);
  scene.event({ kind: 'panic.spent', pid, tick, left: scene.panicLeft, why: clip(line, 300) });
  actor.streak = 0;
  actor.stack = [];
};

/** The process halted; the earlier system's checks are to judge. */
export const askGrader = (scene: Scene, actor: Actor): void => {
  if (actor.open === null) return;
  actor.open.grade = scene.nextReq();
  scene.event({ kind: 'grade.requested', req: actor.open.grade, pid: actor.pid, tick: actor.open.tick });
};

export const judged = (scene: Scene, actor: Actor, verdict: 'pass' | 'fail', words: string): void => {
  if (actor.open === null) return;
  if (actor.open.grade === undefined) askGrader(scene, actor);
  scene.input({ kind: 'grader.judged', req: actor.open.grade ?? scene.nextReq(), verdict, words: clip(words, 1000) });
};

export const endActor = (scene: Scene, actor: Actor, as: EventOf<'process.ended'>['as'], why: string): void => {
  if (actor.ended) return;
  actor.ended = true;
  actor.open = null;
  scene.event({ kind: 'process.ended', pid: actor.pid, as, why: clip(why, 300), aborts: [] });
};

/** There is no state hash to compare with; what stands there names the end and nothing more. */
export const endRun = (scene: Scene): void => {
  if (scene.ending === null) return;
  const { outcome, reason } = scene.ending;
  const worldHash = scene.world.hash();
  const stateHash = sha256(JSON.stringify([outcome, reason, worldHash]));
  scene.event({ kind: 'run.ended', outcome, reason, aborts: [], ticks: scene.tick, worldHash, stateHash });
};
