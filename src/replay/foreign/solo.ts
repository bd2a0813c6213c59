/** Journals of a single process: replay tuples, ticks and trap frames. */
import { applyMind } from '../../kernel/loops.ts';
import { STACK_MAX } from '../../kernel/state.ts';
import { LIMITS } from '../../kernel/syscalls.ts';
import { clip } from '../../kernel/text.ts';
import { accept, askGrader, commit, endActor, judged, trap } from './acts.ts';
import { sha256 } from './chain.ts';
import { fateOf } from './fate.ts';
import type { Moment } from './moments.ts';
import { mindOps, placeOf, worldOp, worldRequest } from './ops.ts';
import { type Actor, type Ask, dispatch, replied, request, type Scene, UNTOLD } from './scene.ts';
import { frameFact, type TrapFact } from './trap-facts.ts';
import type { Tuple } from './tuple.ts';

/** @returns what takes the moment with that index, and says whether it had a meaning */
export const soloist = (scene: Scene, moments: readonly Moment[], first: Actor): ((i: number) => boolean) => {
  let actor = first;
  /** Where the process looked last. */
  let d = '';
  /** What was said of the next frame. */
  let frame: Pick<Ask, 'size' | 'clipped'> = { size: 0, clipped: [] };
  /** Moments that told the fate of a tuple. */
  const told = new Set<number>();

  const present = (): Actor => {
    // It halted, and yet the journal goes on: it was started again.
    if (actor.ended) actor = scene.spawn({ role: 'planner', name: first.name });
    return actor;
  };

  const turn = (at: string, ms: number): number => {
    const asked = Math.min(scene.lastMs, ms);
    scene.at(asked);
    dispatch(scene, present(), placeOf(at));
    return asked;
  };

  /** The brain's reply could not be read: there is a trap, and no tuple. */
  const alone = (fact: TrapFact, ms: number): void => {
    const asked = turn(d, ms);
    request(scene, actor, { frame: UNTOLD, ...frame, temperature: 0 });
    scene.at(ms);
    replied(scene, actor, /\bRaw: ([\s\S]+)$/.exec(fact.text)?.[1] ?? UNTOLD, ms - asked);
    trap(scene, actor, fact);
    frame = { size: 0, clipped: [] };
  };

  const takeTuple = (i: number, tuple: Tuple, ms: number): void => {
    const fate = fateOf(moments, i);
    if (fate.by !== undefined) told.add(fate.by);
    const asked = turn(tuple.d, ms);
    d = tuple.d;
    observe(scene, actor, tuple);
    request(scene, actor, {
      frame: `q: ${tuple.q}\nd: ${tuple.d}\n\n${tuple.shown}`,
      ...{ size: tuple.shown.length, clipped: clippedIn(tuple.shown), temperature: 0 },
    });
    scene.at(ms);
    replied(scene, actor, rawReply(tuple), ms - asked, fate.thought);
    const { trap: fact } = fate;
    const unread = fact?.phase === 'reply' && fact.code !== 'ILLEGAL_HALT';
    const mind = mindOps(tuple.mind);
    if (!unread) accept(scene, actor, tuple.qNext, mind, worldOp(tuple));
    scene.at(Math.max(ms, fate.ms ?? ms));
    if (fact !== undefined) trapped(scene, actor, tuple, fact);
    else if (fate.committed) {
      d = tuple.dNext;
      const stack = applyMind(shownStack(actor.stack, tuple.shown), mind, STACK_MAX) ?? actor.stack;
      perform(scene, actor, tuple, fate.next, { stack: shownStack(stack, fate.next?.shown ?? ''), last: fate.last });
    }
    if (fate.lone !== undefined) alone(fate.lone, scene.lastMs);
    frame = { size: 0, clipped: [] };
  };

  return (i) => {
    const moment = moments[i];
    if (moment === undefined || told.has(i)) return true;
    const { entry, ms, tuple } = moment;
    if (tuple !== undefined) takeTuple(i, tuple, ms);
    else if (entry.tag === 'TRAP_FRAME') {
      const fact = frameFact(entry.body);
      if (fact === undefined) return false;
      alone(fact, ms);
    } else if (entry.tag === 'FRAME_HARD_LIMIT') frame = limited(entry.body);
    // It tells the ops of the tuple that follows.
    else if (entry.tag === 'VLIW_BUNDLE') return moments[i + 1]?.tuple !== undefined;
    else return false;
    return true;
  };
};

const observe = (scene: Scene, actor: Actor, { d, observed }: Tuple): void => {
  if (actor.open === null) return;
  const { pid } = actor;
  const { tick } = actor.open;
  const req = scene.nextReq();
  const look = { target: clip(d || UNTOLD, LIMITS.path), page: 1 };
  const pageSize = scene.policy.frame.limit;
  scene.event({ kind: 'observe.requested', req, pid, tick, look, pageSize });
  const missing = observed.startsWith('[OS_TRAP: PAGE_FAULT]');
  const found = missing ? null : { sha256: sha256(observed), chars: observed.length, pages: 1, text: observed };
  const why = missing ? { why: clip(observed, 300) } : {};
  scene.input({ kind: 'world.observed', req, worldHash: scene.world.hash(), found, ...why });
  if (missing) scene.event({ kind: 'notice.given', pid, tick, code: 'PAGE_FAULT', text: observed });
};

const trapped = (scene: Scene, actor: Actor, tuple: Tuple, fact: TrapFact): void => {
  const asked = typeof tuple.world?.semantic_cap === 'string' ? tuple.world.semantic_cap : tuple.writeTarget;
  const { pid } = actor;
  const tick = actor.open?.tick ?? scene.tick;
  if (fact.code === 'EACCES') {
    const handle = clip(asked || UNTOLD, LIMITS.handle);
    const need = tuple.world?.op === 'SYS_WRITE' ? 'w' : 'r';
    scene.event({ kind: 'capability.denied', pid, tick, asked: handle, need, reason: 'unknown', nearest: null });
  }
  if (fact.code === 'ILLEGAL_HALT') judged(scene, actor, 'fail', fact.text);
  trap(scene, actor, fact);
};

const perform = (
  scene: Scene,
  actor: Actor,
  tuple: Tuple,
  next: Tuple | undefined,
  after: { stack: readonly string[]; last: string },
): void => {
  const world = worldOp(tuple);
  if (world?.op === 'SYS_HALT') {
    askGrader(scene, actor);
    judged(scene, actor, 'pass', 'The earlier system accepted the halt.');
    endActor(scene, actor, 'done', 'halted');
    scene.ending = { outcome: 'passed', reason: 'the earlier system accepted the halt' };
    return;
  }
  const wanted = worldRequest(world);
  const { open, pid } = actor;
  const before = scene.world.hash();
  const progress = scene.world.perform(world);
  if (wanted !== null && open !== null) {
    const req = scene.nextReq();
    const limits = { pageSize: scene.policy.frame.limit, deadlineMs: scene.policy.limits.opMs };
    scene.event({ kind: 'op.requested', req, pid, tick: open.tick, request: wanted, worldHash: before, ...limits });
    const text = next?.d === tuple.dNext && next.observed.startsWith('[COMMAND]') ? next.observed : '';
    const exit = Number(/^\[EXIT_CODE\] (-?\d+)$/m.exec(text)?.[1] ?? 0);
    const size = { chars: text.length, bytes: Buffer.byteLength(text), pages: 1 };
    const output = text === '' ? null : { sha256: sha256(text), ...size, text };
    scene.input({ kind: 'op.done', req, worldHash: scene.world.hash(), exit, output });
  }
  commit(scene, actor, { progress, d: placeOf(tuple.dNext), ...after });
};

const rawReply = ({ qNext, fields, format }: Tuple): string => {
  const { a_t, mind_ops, world_op } = fields;
  return JSON.stringify(format === 'vliw' ? { q: qNext, mind_ops, world_op } : { q: qNext, a_t });
};

const CLIPPED = /\[OS_SECTION_CLIPPED\] (\S+) chars=(\d+) limit=(\d+)/g;

const clippedIn = (shown: string): Ask['clipped'] =>
  [...shown.matchAll(CLIPPED)].map(([, section = '', chars, limit]) => ({
    section,
    chars: Math.max(0, Number(chars) - Number(limit)),
  }));

const limited = (body: string): Pick<Ask, 'size' | 'clipped'> => {
  const said = /original=(\d+) emitted=(\d+).*?clipped=(\S+)/.exec(body);
  if (said === null) return { size: 0, clipped: [] };
  const [original, size] = [Number(said[1]), Number(said[2])];
  return { size, clipped: [{ section: said[3] ?? '', chars: Math.max(0, original - size) }] };
};

/** The call stack that a frame shows: how deep it is and what is on top. What lies below is as it was, or not told. */
const shownStack = (known: readonly string[], shown: string): readonly string[] => {
  const said = /\[CALL_STACK_DEPTH\] (\d+)\n\[CALL_STACK_TOP\] ([^\n]*)/.exec(shown);
  if (said === null) return known;
  const depth = Math.min(STACK_MAX, Number(said[1]));
  if (depth === 0) return [];
  const below = known.slice(Math.max(0, known.length - (depth - 1)));
  const gap = Math.max(0, depth - 1 - below.length);
  return [clip(said[2] ?? '', LIMITS.stackText), ...Array.from({ length: gap }, () => UNTOLD), ...below];
};
