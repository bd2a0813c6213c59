/**
 * The simulated brain at a task with a playbook: the right reply to a frame, decided from the frame alone. `[q]` names the step whose
 * op was accepted last, `[last]` tells what came of it, and the step's rules, read against the frame, what comes next. Handles come from
 * `[hold]`, or from the words of a denial.
 */
import type { MindOp, Reply, WorldOp } from '../../kernel/syscalls.ts';
import type { Part, Playbook, Rule, Step } from '../../runtime/playbook.ts';
import { heldIn, type ReadFrame } from './frame-reader.ts';
import { patchOf } from './page-patch.ts';

/** The right reply, and how it may go wrong. */
export interface Planned {
  reply: Reply;
  slips: Reply[];
}

/** @returns undefined where the playbook has nothing for a worker's step */
export const playbookReply = (playbook: Playbook, seen: ReadFrame): Planned | undefined => {
  const worker = seen.role.startsWith('worker');
  const part = worker ? playbook.workers.find(({ task }) => matches(task, seen.task) !== null) : playbook.planner;
  return part === undefined ? undefined : planned(part, seen);
};

/** A step, and what the rule that led to it captured. */
interface Chosen {
  name: string;
  step: Step;
  captured: readonly string[];
}

const planned = (part: Part, seen: ReadFrame): Planned => {
  const flood = /^LOG_FLOOD: .*(sys:\/\/page\/p\d+)\.$/m.exec(seen.notice)?.[1];
  if (flood !== undefined) return right({ q: seen.q, mind: [], world: { op: 'SYS_GOTO', view: flood } });
  const { name, step, captured } = choose(part, seen);
  const world = worldOp(step, seen, captured);
  if (world === undefined) return right(halt('I hold no handle for this step.'));
  // A panic reset clears the call stack, and a trap takes back what was pushed: so it goes by what is there.
  const mind: MindOp[] = [];
  if (step.push !== undefined && seen.stack.split('\n')[0] !== filled(step.push, captured)) {
    mind.push({ op: 'SYS_PUSH', text: filled(step.push, captured) });
  }
  if (step.pop === true && seen.stack !== '') mind.push({ op: 'SYS_POP' });
  const reply: Reply = { q: name, mind, world };
  const slips = step.slips.flatMap((slip) => {
    const wrong = worldOp(overlaid(step, slip), seen, captured);
    return wrong === undefined ? [] : [{ ...reply, world: wrong }];
  });
  return { reply, slips };
};

const right = (reply: Reply): Planned => ({ reply, slips: [] });
const halt = (result: string): Reply => ({ q: result, mind: [], world: { op: 'SYS_HALT', result } });

const choose = (part: Part, seen: ReadFrame): Chosen => {
  const chosen = (name: string, captured: readonly string[] = []): Chosen => ({
    name,
    step: part.steps[name] as Step,
    captured,
  });
  const byTrap = seen.trap === '' ? undefined : firstOf(part.traps, seen);
  if (byTrap !== undefined) return chosen(byTrap.go, byTrap.captured);
  const now = part.steps[seen.q];
  if (now === undefined) return chosen(part.start);
  if (now.missing !== undefined && isMissing(now, seen)) return chosen(now.missing);
  // What was thought of but not done, or looked at instead, is done (again).
  if (!isDone(now, seen)) return chosen(seen.q);
  const next = firstOf(now.next, seen);
  return next === undefined ? chosen(seen.q) : chosen(next.go, next.captured);
};

const firstOf = (rules: readonly Rule[], seen: ReadFrame): { go: string; captured: string[] } | undefined => {
  for (const rule of rules) {
    const captured = capturedBy(rule, seen);
    if (captured !== null) return { go: rule.go, captured };
  }
  return undefined;
};

const capturedBy = (rule: Rule, seen: ReadFrame): string[] | null => {
  let captured: string[] = [];
  for (const [section, pattern] of Object.entries(rule.if)) {
    const found = matches(pattern, seen[section as keyof Rule['if']] ?? '');
    if (found === null) return null;
    captured = found.slice(1);
  }
  return captured;
};

const matches = (pattern: string, text: string): RegExpExecArray | null => new RegExp(pattern, 'm').exec(text);

/** What a step looks through, page by page. */
const soughtBy = ({ look, edit }: Step) =>
  edit ?? (look?.find === undefined ? undefined : { ...look, find: look.find });

/** Whether the process looks at the step's place, or at a page of it. */
const isThere = (seen: ReadFrame, sought: { target: string; path?: string | undefined }): boolean => {
  const handle = heldFor(seen, sought.target, 'r');
  return (
    seen.at === `${handle}${sought.path === undefined ? '' : ` ${sought.path}`}` || seen.at.startsWith('sys://page/')
  );
};

const isMissing = (step: Step, seen: ReadFrame): boolean => {
  const sought = soughtBy(step) ?? step.look;
  if (sought === undefined || !seen.last.startsWith('SYS_GOTO') || !isThere(seen, sought)) return false;
  if (seen.page === null) return true;
  return sought.find !== undefined && seen.shown?.next === undefined && matches(sought.find, seen.page) === null;
};

const isDone = (step: Step, seen: ReadFrame): boolean => {
  if (step.exec !== undefined) return seen.last.startsWith('SYS_EXEC');
  if (step.write !== undefined || step.edit !== undefined) return seen.last.startsWith('SYS_WRITE');
  if (step.map !== undefined) return /^SYS_MAP_REDUCE m\d+ joined/.test(seen.last);
  if (step.look === undefined || !isThere(seen, step.look)) return false;
  return step.look.find === undefined || (seen.page !== null && matches(step.look.find, seen.page) !== null);
};

/** The held handle for a target, of the frame's rows or of those that a denial tells. */
const heldFor = (seen: ReadFrame, target: string, right: string): string | undefined =>
  [...seen.hold, ...heldIn(seen.trap)].find((row) => row.target === target && row.rights.includes(right))?.handle;

const worldOp = (step: Step, seen: ReadFrame, captured: readonly string[]): WorldOp | undefined => {
  const held = (target: string, rights: string): string | undefined => heldFor(seen, target, rights);
  const at = (path: string | undefined): { path?: string } => (path === undefined ? {} : { path });
  if (step.halt !== undefined) {
    const { result } = step.halt;
    return { op: 'SYS_HALT', ...(result === undefined ? {} : { result: filled(result, captured) }) };
  }
  if (step.map !== undefined) return mapOp(step.map, held, captured);
  if (step.exec !== undefined) {
    const cap = held(step.exec.command, 'x');
    const args = step.exec.args.map((arg) => filled(arg, captured));
    return cap === undefined ? undefined : { op: 'SYS_EXEC', cap, args };
  }
  if (step.write !== undefined) {
    const { target, path, mode, content } = step.write;
    const cap = held(target, 'w');
    return cap === undefined
      ? undefined
      : { op: 'SYS_WRITE', cap, ...at(path), mode, content: filled(content, captured) };
  }
  const sought = soughtBy(step);
  const place = sought ?? step.look;
  if (place === undefined) return undefined;
  const cap = held(place.target, 'r');
  if (cap === undefined) return undefined;
  if (sought !== undefined && isThere(seen, sought) && seen.page !== null) {
    if (matches(sought.find, seen.page) === null) {
      const next = seen.shown?.next;
      if (next !== undefined) return { op: 'SYS_GOTO', view: next };
    } else if (step.edit !== undefined) {
      const writes = held(place.target, 'w');
      const content = patchOf(seen.page, new RegExp(step.edit.find, 'm'), step.edit.put);
      return writes === undefined
        ? undefined
        : { op: 'SYS_WRITE', cap: writes, ...at(place.path), mode: 'patch', content };
    }
  }
  return { op: 'SYS_GOTO', cap, ...at(place.path) };
};

const mapOp = (
  { tasks, result }: NonNullable<Step['map']>,
  held: (target: string, rights: string) => string | undefined,
  captured: readonly string[],
): WorldOp | undefined => {
  const asked = tasks.map(({ text, caps }) => ({
    text: filled(text, captured),
    caps: caps.flatMap(({ target, rights }) => {
      const cap = held(target, rights);
      return cap === undefined ? [] : [{ cap, rights }];
    }),
  }));
  const lacking = tasks.some(({ caps }, i) => caps.length !== asked[i]?.caps.length);
  return lacking ? undefined : { op: 'SYS_MAP_REDUCE', tasks: asked, result };
};

/** `$1` to `$9` are what the rule captured. */
const filled = (text: string, captured: readonly string[]): string =>
  text.replace(/\$([1-9])/g, (_, n: string) => captured[Number(n) - 1] ?? '');

const overlaid = (step: Step, { put, content, args, result }: Step['slips'][number]): Step => ({
  ...step,
  ...(step.edit === undefined || put === undefined ? {} : { edit: { ...step.edit, put } }),
  ...(step.write === undefined || content === undefined ? {} : { write: { ...step.write, content } }),
  ...(step.exec === undefined || args === undefined ? {} : { exec: { ...step.exec, args } }),
  ...(step.halt === undefined || result === undefined ? {} : { halt: { ...step.halt, result } }),
});
