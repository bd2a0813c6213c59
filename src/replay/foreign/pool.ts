/** Journals of a planner and its workers: routes, maps, votes, traps and prices, as its HYPERCORE entries tell them. */
import { LIMITS, type WorldOp } from '../../kernel/syscalls.ts';
import { clip } from '../../kernel/text.ts';
import { HOME } from '../../kernel/words.ts';
import { accept, askGrader, commit, endActor, judged, trap } from './acts.ts';
import { entryText } from './entries.ts';
import type { Moment, Route } from './moments.ts';
import { type Actor, dispatch, replied, request, type Scene, UNTOLD } from './scene.ts';
import { trapFact } from './trap-facts.ts';

/** A map that is being voted on: one step, its workers as ballots. */
interface OpenMap {
  id: string;
  children: Actor[];
  /** Those whose halt counted as a vote. */
  voters: Actor[];
}

type Fields = Readonly<Record<string, string>>;

const TAGS = /^(HYPERCORE_\w+|PYTHON_EXEC_CODE)$/;

/** Its name in the first entry that names a process: the root of such a journal. */
export const firstActor = (moments: readonly Moment[]): string | undefined => {
  for (const { entry, route } of moments) {
    if (!TAGS.test(entry.tag)) continue;
    const name = route?.pid ?? fieldsOf(entry.body).pid;
    if (name !== undefined) return name;
  }
  return undefined;
};

/** @returns what takes a moment, and says whether it had a meaning */
export const troupe = (scene: Scene, root: Actor): ((moment: Moment) => boolean) => {
  const actors = new Map([[root.name, root]]);
  const maps = new Map<Actor, OpenMap>();
  /** Planners whose last tick began a map: a trap that comes with it is told on a line of its own. */
  const mapped = new Set<Actor>();
  let mapCount = 0;

  const actorOf = (name: string, temperature = 0): Actor => {
    const known = actors.get(name);
    if (known !== undefined) return known;
    const actor = scene.spawn({ role: name.startsWith('worker') ? 'worker' : 'planner', name }, { temperature });
    actors.set(name, actor);
    return actor;
  };

  const send = (actor: Actor, temperature: number): void => {
    mapped.delete(actor);
    dispatch(scene, actor, HOME);
    request(scene, actor, { frame: UNTOLD, size: 0, clipped: [], temperature });
  };

  /** What the entry tells of happened in a tick; a reply that failed has left no route. */
  const inTick = (actor: Actor, text = UNTOLD): void => {
    if (actor.open !== null) return;
    send(actor, 0);
    replied(scene, actor, text, 0);
  };

  const fail = (actor: Actor, words: string): void => {
    const error = /timed out/i.test(words) ? 'timed_out' : /connection error/i.test(words) ? 'unreachable' : undefined;
    if (error !== undefined && actor.open === null) {
      send(actor, 0);
      const req = actor.open === null ? 0 : (actor.open as { req: number }).req;
      const message = clip(words, 1000);
      scene.input({ kind: 'brain.failed', req, error, message, partial: '', tokensOut: 0, totalMs: 0 });
    }
    if (!mapped.has(actor)) inTick(actor, /\bRaw: ([\s\S]+)$/.exec(words)?.[1]);
    trap(scene, actor, { ...trapFact('', words), alone: true });
  };

  /** A committed tick whose op the journal tells, though not what came of it. */
  const act = (actor: Actor, world: WorldOp, words: string): void => {
    inTick(actor);
    accept(scene, actor, '', [], world);
    const progress = world.op === 'SYS_EXEC' ? scene.world.perform(world) : null;
    commit(scene, actor, { progress, d: HOME, stack: actor.stack, last: words });
  };

  const settle = (planner: Actor, value: string | null): void => {
    const map = maps.get(planner);
    if (map === undefined) return;
    maps.delete(planner);
    scene.event({ kind: 'step.settled', map: map.id, step: 1, value });
    for (const child of map.children) {
      if (map.voters.includes(child)) endActor(scene, child, 'done', 'voted');
      else endActor(scene, child, 'cut', `${map.id} was reduced`);
    }
    const progress = value !== null && value !== UNTOLD;
    scene.event({ kind: 'map.joined', map: map.id, pid: planner.pid, results: [value], progress });
    if (progress) planner.streak = 0;
  };

  const handlers: Record<string, (fields: Fields, words: string) => boolean> = {
    HYPERCORE_MAP: ({ pid = '', children = '' }, words) => {
      const planner = actorOf(pid);
      settle(planner, null);
      const tasks = [{ text: clip(words, LIMITS.taskText), caps: [] }];
      // Without a dispatch, what it was trapped for came with it.
      if (planner.open !== null) act(planner, { op: 'SYS_MAP_REDUCE', tasks, result: 'text' }, words);
      mapped.add(planner);
      mapCount += 1;
      const id = `m${mapCount}`;
      const step = { text: UNTOLD, caps: [] };
      scene.event({ kind: 'map.started', map: id, pid: planner.pid, tick: scene.tick, result: 'text', steps: [step] });
      const names = children.split(',').filter((name) => name !== '' && !actors.has(name));
      const forked = names.map((name, i) => {
        const ballot = { map: id, n: 1, of: 1, ballot: i + 1 };
        return scene.spawn({ role: 'worker', name }, { ppid: planner.pid, task: UNTOLD, step: ballot });
      });
      for (const child of forked) actors.set(child.name, child);
      maps.set(planner, { id, children: forked, voters: [] });
      return true;
    },
    HYPERCORE_REDUCE: ({ pid = '', consensus, votes = '' }) => {
      const planner = actorOf(pid);
      const map = maps.get(planner);
      if (map === undefined) return false;
      const value = consensus === undefined ? UNTOLD : consensus === '[NO_VALID_VOTE]' ? null : consensus;
      const [best = 0, second = 0] = votes.split('/').map((count) => Number(count) || 0);
      // Who voted for what is not told: the worker that was heard last stands for all of them.
      const voter = map.voters.at(-1);
      if (value !== null && best > 0 && voter !== undefined) {
        const counted = { votes: best, margin: Math.max(0, best - second) };
        scene.event({ kind: 'vote.cast', map: map.id, step: 1, pid: voter.pid, value, ...counted });
      }
      settle(planner, value);
      return true;
    },
    HYPERCORE_REDUCE_DROP: ({ pid = '', child = '', reason = '' }) => {
      const map = maps.get(actorOf(pid));
      const worker = actors.get(child);
      if (map === undefined || worker === undefined || worker.ended) return false;
      map.voters = map.voters.filter((voter) => voter !== worker);
      endActor(scene, worker, 'retired', `vote dropped: ${reason}`);
      return true;
    },
    HYPERCORE_TRAP: ({ pid = '', details = '' }) => {
      fail(actorOf(pid), details);
      return true;
    },
    HYPERCORE_RED_FLAG: ({ pid = '', details = '' }) => {
      fail(actorOf(pid), details);
      return true;
    },
    HYPERCORE_HALT_REQUEST: ({ pid = '', details = '' }) => {
      const actor = actorOf(pid);
      if (actor.open === null || actor.open.accepted) return false;
      accept(scene, actor, details, [], { op: 'SYS_HALT' });
      if (actor.role === 'planner') askGrader(scene, actor);
      return true;
    },
    HYPERCORE_PRICE: ({ pid = '', verdict = '' }, words) => {
      const actor = actorOf(pid);
      if (verdict === 'FAIL') {
        if (actor.role === 'planner') judged(scene, actor, 'fail', words);
        trap(scene, actor, trapFact('illegal_halt', words));
      } else if (actor.role === 'worker') {
        for (const map of maps.values()) if (map.children.includes(actor)) map.voters.push(actor);
      } else {
        // The kernel of the earlier system may have halted in the planner's stead.
        if (actor.open?.accepted === false) accept(scene, actor, '', [], { op: 'SYS_HALT' });
        judged(scene, actor, 'pass', words);
        endActor(scene, actor, 'done', `judged ${verdict}`);
        scene.ending = { outcome: 'passed', reason: `the earlier system judged ${verdict}` };
      }
      return true;
    },
    HYPERCORE_STRICT_WRITE_COERCE: ({ pid = '', pointer = '' }, words) => {
      const cap = clip(pointer || UNTOLD, LIMITS.handle);
      act(actorOf(pid), { op: 'SYS_WRITE', cap, mode: 'replace', content: UNTOLD }, words);
      return true;
    },
    PYTHON_EXEC_CODE: ({ worker = '', code = '' }, words) => {
      act(actorOf(worker), { op: 'SYS_EXEC', cap: 'python', args: [clip(code, LIMITS.arg)] }, words);
      return true;
    },
  };

  const takeRoute = ({ pid, temperature, sentMs }: Route, { sends, ms }: Moment): boolean => {
    const actor = actorOf(pid, temperature);
    // Its map was reduced before it answered: there is nothing that it could still do.
    if (actor.ended) return sends;
    if (sends) send(actor, temperature);
    else replied(scene, actor, UNTOLD, ms - sentMs);
    return true;
  };

  return (moment) => {
    scene.at(moment.ms);
    if (moment.route !== undefined) return takeRoute(moment.route, moment);
    const handler = handlers[moment.entry.tag];
    if (handler === undefined) return false;
    const text = entryText(moment.entry);
    const fields = fieldsOf(text);
    const name = fields.pid ?? fields.worker;
    return name !== undefined && actors.get(name)?.ended !== true && handler(fields, text);
  };
};

/** `key=value` pairs; `details` and `code` go on to the end. */
const fieldsOf = (text: string): Fields => {
  const rest = /\b(details|code)=([\s\S]*)$/.exec(text);
  const head = rest === null ? text : text.slice(0, rest.index);
  const pairs = [...head.matchAll(/(\w+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value] as const);
  return { ...Object.fromEntries(pairs), ...(rest === null ? {} : { [rest[1] ?? '']: rest[2] ?? '' }) };
};
