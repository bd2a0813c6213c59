/**
 * The reference policy: the right reply to any frame of the built-in tasks, decided from the frame alone. It drives the simulated
 * brain and is what a trained one is held against. A task that it does not know ends in a halt that says so.
 */
import type { MindOp, Reply } from '../../kernel/syscalls.ts';
import { type ReadFrame, readFrame } from './frame-reader.ts';
import { sumScratch } from './sum-scratch.ts';

/** Rows that a planner maps at once. */
export const BATCH = 3;

const LEDGER = /^Sum each row of (\S+)\/ into (\S+), in order: ([a-z]+)(\d+) to ([a-z]+)(\d+)\.$/;
const HELLO = /^Write the line "([^"]*)" into (\S+)\.$/;
const STEP = /^(?:Do: |Step: )?(.*)$/s;
const SUM_ROW = /^sum (\S+)$/;
const COPY = /^copy the word (\S+)$/;
const ADDITIONS = [/^add (\d+) and (\d+)$/, /^(\d+) plus (\d+)$/, /^sum of (\d+) and (\d+)$/, /^(\d+) \+ (\d+)$/];
const ADD_TO = /^add (\d+) to (\d+)$/;

export const idealReply = (frame: string | ReadFrame): Reply => {
  const seen = typeof frame === 'string' ? readFrame(frame) : frame;
  return seen.role.startsWith('worker') ? worker(seen) : planner(seen);
};

const say = (q: string, world: Reply['world'], mind: MindOp[] = []): Reply => ({ q, mind, world });
const giveUp = (why: string): Reply => say(why, { op: 'SYS_HALT', result: why });

/** The held handle for a target with a right, if there is one. */
const handleOf = (seen: ReadFrame, target: string, right: string): string | undefined =>
  seen.hold.find((row) => row.target === target && row.rights.includes(right))?.handle;

const planner = (seen: ReadFrame): Reply => {
  const ledger = LEDGER.exec(seen.task);
  if (ledger !== null) return ledgerPlanner(seen, ledger);
  const hello = HELLO.exec(seen.task);
  if (hello !== null) return helloPlanner(seen, hello[1] as string, hello[2] as string);
  return giveUp('I do not know this task.');
};

const helloPlanner = (seen: ReadFrame, line: string, file: string): Reply => {
  if (seen.q === 'wrote' && !seen.trap.startsWith('ILLEGAL_HALT')) return say('done', { op: 'SYS_HALT' });
  const cap = handleOf(seen, file, 'w');
  if (cap === undefined) return giveUp(`I hold no handle to write ${file}.`);
  return say('wrote', { op: 'SYS_WRITE', cap, mode: 'replace', content: `${line}\n` });
};

const ledgerPlanner = (seen: ReadFrame, goal: RegExpExecArray): Reply => {
  const [, dir, file, prefix, first, , last] = goal as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const name = (i: number): string => prefix + String(i).padStart(first.length, '0');
  const span = (from: number, to: number): string => (from === to ? name(from) : `${name(from)}-${name(to)}`);
  const [one, n] = [Number(first), Number(last)];
  const end = (from: number): number => Math.min(n, from + BATCH - 1);
  // A panic reset clears the call stack: the next op that may come with mind ops fills it again; a map may not.
  const push: MindOp[] = seen.stack === '' ? [{ op: 'SYS_PUSH', text: `sum ${span(one, n)}` }] : [];
  const rows = handleOf(seen, `${dir}/`, 'r');
  const answer = handleOf(seen, file, 'w');
  if (rows === undefined) return giveUp(`I hold no handle to read ${dir}/.`);
  if (answer === undefined) return giveUp(`I hold no handle to write ${file}.`);

  const map = (from: number): Reply => {
    const tasks = [];
    for (let i = from; i <= end(from); i++) {
      tasks.push({ text: `sum ${name(i)}`, caps: [{ cap: rows, rights: 'r' as const }] });
    }
    return say(`map ${span(from, end(from))}`, { op: 'SYS_MAP_REDUCE', tasks, result: 'int' });
  };
  const reread = (q: string): Reply => say(q, { op: 'SYS_GOTO', cap: rows }, push);

  if (seen.trap.startsWith('ILLEGAL_HALT')) return reread('redo');
  if (seen.q === 'read rows' || seen.q === 'redo') return map(one);
  if (seen.q === 'check' || seen.q === 'done') return say('done', { op: 'SYS_HALT' });
  const [stage = '', batch = ''] = seen.q.split(' ');
  const from = Number(/\d+/.exec(batch)?.[0]);
  if (batch !== span(from, end(from))) return reread('read rows');
  if (stage === 'map') {
    const [id = '', ...results] = seen.map.split(' ');
    if (results.length !== end(from) - from + 1 || seen.map.includes('NO_CONSENSUS')) return map(from);
    const mode = from === one ? 'replace' : 'append';
    const write = { op: 'SYS_WRITE' as const, cap: answer, mode, ref: `sys://map/${id}/consensus` } as const;
    return say(`wrote ${batch}`, write, push);
  }
  if (stage !== 'wrote') return reread('read rows');
  if (end(from) < n) return map(end(from) + 1);
  return say('check', { op: 'SYS_GOTO', cap: answer }, seen.stack === '' ? [] : [{ op: 'SYS_POP' }]);
};

const worker = (seen: ReadFrame): Reply => {
  const step = (STEP.exec(seen.task)?.[1] ?? '').trim();
  const direct = atomic(step);
  if (direct !== undefined) return direct;
  const row = SUM_ROW.exec(step)?.[1];
  if (row === undefined) return giveUp('I do not know this step.');
  const cap = seen.hold.find(({ rights, target }) => rights.includes('r') && target.endsWith('/'))?.handle;
  if (cap === undefined) return giveUp(`I hold no handle to read ${row}.`);
  const read = seen.at === `${cap} ${row}` && seen.page !== null ? atomic(seen.page.trim()) : undefined;
  return read ?? say(`read ${row}`, { op: 'SYS_GOTO', cap, path: row });
};

/** What can be answered without looking anywhere else. */
const atomic = (text: string): Reply | undefined => {
  const word = COPY.exec(text)?.[1];
  if (word !== undefined) return say(word, { op: 'SYS_HALT', result: word });
  const [a, b] = addends(text) ?? [];
  if (a === undefined || b === undefined) return undefined;
  const small = a <= 99_999 && b <= 99_999;
  return say(small ? sumScratch(a, b) : 'sum', { op: 'SYS_HALT', result: String(a + b) });
};

const addends = (text: string): [number, number] | undefined => {
  const to = ADD_TO.exec(text);
  if (to !== null) return [Number(to[2]), Number(to[1])];
  for (const shape of ADDITIONS) {
    const match = shape.exec(text);
    if (match !== null) return [Number(match[1]), Number(match[2])];
  }
  return undefined;
};
