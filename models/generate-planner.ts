/** Planner frames of the task `ledger-N`, and the reply that is right in each. */
import type { MindOp, Reply, Rights } from '../src/kernel/syscalls.ts';
import { capRow, lastText, mapText, noticeText, roleLine, type TrapCode } from '../src/kernel/words.ts';
import { trapOf } from './generate-traps.ts';
import type { Rng } from './rng.ts';
import { emptyView, frameOf, heldOut, type Row, replyText, wholePage } from './row.ts';

export const BATCH = 3;

/** One instance of the task: names, handles and length. */
export interface Ledger {
  dir: string;
  out: string;
  prefix: string;
  n: number;
  rows: string;
  answer: string;
}

const DIRS = ['rows', 'data', 'tape', 'lines', 'items', 'cells', 'parts', 'book', 'sheet', 'in'];
const OUTS = ['ANSWER.txt', 'OUT.txt', 'SUM.txt', 'TOTAL.txt', 'RESULT.txt', 'LEDGER.txt', 'END.txt'];
const PREFIXES = [...'rstnpxkm'];

const ledgerKey = (t: Ledger): string => [t.dir, t.out, t.prefix, t.n].join(' ');

/** Half of all rows are the built-in task's own names; its length and handles vary in half of those. */
const drawLedger = (rng: Rng): Ledger => {
  const own = rng.chance(0.5);
  const plain = rng.chance(own ? 0.8 : 0.4);
  const rows = plain ? 1 : rng.int(1, 9);
  const answer = plain ? 2 : ((rows + rng.int(1, 8) - 1) % 9) + 1;
  return {
    dir: own ? 'rows' : rng.pick(DIRS),
    out: own ? 'ANSWER.txt' : rng.pick(OUTS),
    prefix: own ? 'r' : rng.pick(PREFIXES),
    n: own && rng.chance(0.5) ? 12 : rng.int(3, 40),
    rows: `h${rows}`,
    answer: `h${answer}`,
  };
};

/** Stays in the same split as its key says; the built-in length is always trained on. */
export const drawLedgerFor = (rng: Rng, held: boolean): Ledger => {
  for (;;) {
    const t = drawLedger(rng);
    const builtIn = t.dir === 'rows' && t.out === 'ANSWER.txt' && t.prefix === 'r' && t.n === 12;
    if (builtIn ? !held : heldOut(ledgerKey(t)) === held) return t;
  }
};

const name = (t: Ledger, i: number): string => t.prefix + String(i).padStart(2, '0');
const span = (t: Ledger, from: number, to: number): string =>
  from === to ? name(t, from) : `${name(t, from)}-${name(t, to)}`;
const batchEnd = (t: Ledger, from: number): number => Math.min(t.n, from + BATCH - 1);

/** What the planner has got to, as its own `q` tells it. `from` is the first row of the batch that it names. */
type Stage = { at: 'start' | 'read' | 'redo' | 'check' } | { at: 'map' | 'wrote'; from: number };

const qOf = (t: Ledger, s: Stage): string => {
  switch (s.at) {
    case 'start':
      return '';
    case 'read':
      return 'read rows';
    case 'map':
      return `map ${span(t, s.from, batchEnd(t, s.from))}`;
    case 'wrote':
      return `wrote ${span(t, s.from, batchEnd(t, s.from))}`;
    default:
      return s.at;
  }
};

/** A map stands alone: the kernel takes no mind ops with it. */
const mapReply = (t: Ledger, from: number): string => {
  const tasks = [];
  for (let i = from; i <= batchEnd(t, from); i++) {
    tasks.push({ text: `sum ${name(t, i)}`, caps: [{ cap: t.rows, rights: 'r' as Rights }] });
  }
  return replyText(qOf(t, { at: 'map', from }), [], { op: 'SYS_MAP_REDUCE', tasks, result: 'int' });
};

/** The one policy that all planner rows follow. An empty call stack is filled again by the next op that may come with mind ops. */
const reply = (t: Ledger, s: Stage, stacked: boolean, map: { id: string; ok: boolean }, rejected: boolean): string => {
  const push: MindOp[] = stacked ? [] : [{ op: 'SYS_PUSH', text: `sum ${span(t, 1, t.n)}` }];
  const look = (q: string, cap: string, mind: MindOp[]): string => replyText(q, mind, { op: 'SYS_GOTO', cap });
  if (s.at === 'start') return look('read rows', t.rows, push);
  if (s.at === 'read' || s.at === 'redo') return mapReply(t, 1);
  if (s.at === 'check') return rejected ? look('redo', t.rows, push) : replyText('done', [], { op: 'SYS_HALT' });
  if (s.at === 'map') {
    if (!map.ok) return mapReply(t, s.from);
    const world: Reply['world'] = {
      op: 'SYS_WRITE',
      cap: t.answer,
      mode: s.from === 1 ? 'replace' : 'append',
      ref: `sys://map/${map.id}/consensus`,
    };
    return replyText(qOf(t, { at: 'wrote', from: s.from }), push, world);
  }
  const end = 'from' in s ? batchEnd(t, s.from) : t.n;
  if (end < t.n) return mapReply(t, end + 1);
  return look('check', t.answer, stacked ? [{ op: 'SYS_POP' }] : []);
};

const OPS: Record<Stage['at'], string> = {
  start: 'SYS_GOTO',
  read: 'SYS_MAP_REDUCE',
  redo: 'SYS_MAP_REDUCE',
  map: 'SYS_WRITE',
  wrote: 'SYS_MAP_REDUCE',
  check: 'SYS_HALT',
};

/** Which traps a stage can show, with their weights; '' is none. */
const TRAPS: readonly (TrapCode | '')[] = [
  ...Array<''>(11).fill(''),
  'CPU_FAULT',
  'CPU_FAULT',
  'EACCES',
  'EACCES',
  'IO_FAULT',
  'CAUSALITY',
  'THRASH_ROUTE',
  'THRASH_MIND',
  'WATCHDOG',
  'PERIOD_LOOP',
  'DEADLINE',
];

/** What an operator may say; it changes nothing in what is right. */
const TOLD = ['go on', 'check the rows again', 'take your time', 'do not halt early', 'the disk is full'];

const drawStage = (rng: Rng, t: Ledger): Stage => {
  const from = 1 + BATCH * rng.int(0, Math.ceil(t.n / BATCH) - 1);
  const last = 1 + BATCH * (Math.ceil(t.n / BATCH) - 1);
  const roll = rng.int(1, 100);
  if (roll <= 12) return { at: 'start' };
  if (roll <= 20) return { at: 'read' };
  if (roll <= 24) return { at: 'redo' };
  if (roll <= 56) return { at: 'map', from: rng.chance(0.2) ? 1 : from };
  if (roll <= 80) return { at: 'wrote', from };
  if (roll <= 88) return { at: 'wrote', from: last };
  return { at: 'check' };
};

const answerPage = (rng: Rng, lines: number): string =>
  `${Array.from({ length: lines }, () => rng.int(2, rng.pick([999, 9999, 19_998, 199_998]))).join('\n')}\n`;

/** Results of a map over one batch; `ok` false puts in a NO_CONSENSUS. */
const results = (rng: Rng, count: number, ok: boolean): (string | null)[] => {
  const bad = ok ? -1 : rng.int(0, count - 1);
  return Array.from({ length: count }, (_, i) =>
    i === bad || (!ok && rng.chance(0.15))
      ? null
      : String(rng.int(2, rng.pick([99, 999, 9999, 19_998, 19_998, 199_998]))),
  );
};

export const plannerRow = (rng: Rng, held: boolean): Row => {
  const t = drawLedgerFor(rng, held);
  const s = drawStage(rng, t);
  const rejected = s.at === 'check' && rng.chance(0.4);
  const code: TrapCode | '' = rejected ? 'ILLEGAL_HALT' : rng.pick(TRAPS);
  const panicked = s.at !== 'start' && s.at !== 'check' && rng.chance(0.08);
  const stacked = s.at === 'start' ? rng.chance(0.05) : s.at !== 'check' && !panicked && !rng.chance(0.04);
  const ok = !(s.at === 'map' && rng.chance(0.2));
  const mapped = s.at === 'map' || s.at === 'wrote' || s.at === 'check' || s.at === 'redo';
  const from = 'from' in s ? s.from : 1;
  const count = 'from' in s ? batchEnd(t, s.from) - s.from + 1 : BATCH;
  const number = Math.ceil(from / BATCH) + (rng.chance(0.4) ? rng.int(1, 12) : 0);
  const id = `m${number}`;

  const lost = s.at === 'map' && rng.chance(0.05) ? t.answer : s.at === 'read' && rng.chance(0.1) ? t.rows : '';
  const extra = rng.chance(0.1) ? [capRow(`h${rng.int(10, 12)}`, 'r', 'notes/')] : [];
  const all = [capRow(t.rows, 'r', `${t.dir}/`), capRow(t.answer, 'rw', t.out), ...extra];
  const table = all.filter((row) => !row.startsWith(`${lost} `));
  const atAnswer = (s.at === 'check' && !rng.chance(0.1)) || (s.at === 'wrote' && rng.chance(0.03));
  const home = s.at === 'start' || panicked || rng.chance(0.04);
  const at = atAnswer ? t.answer : home ? 'sys://task' : t.rows;
  const task = `Sum each row of ${t.dir}/ into ${t.out}, in order: ${name(t, 1)} to ${name(t, t.n)}.`;
  const listing = Array.from({ length: t.n }, (_, i) => name(t, i + 1)).join('\n');
  const newline = rng.chance(0.5) ? '\n' : '';
  const text = atAnswer ? answerPage(rng, s.at === 'check' ? t.n : batchEnd(t, from)) : home ? task : listing + newline;
  const missing = atAnswer && s.at === 'wrote';

  const last: Record<Stage['at'], string> = {
    start: '',
    read: lastText.went(t.rows),
    redo: lastText.went(t.rows),
    map: lastText.joined(id),
    wrote: lastText.wrote(t.answer, undefined, from === 1 ? 'replace' : 'append'),
    check: lastText.went(t.answer),
  };
  const view = {
    ...emptyView,
    role: roleLine('planner'),
    task,
    cap: table.join('\n'),
    callstack: stacked ? `sum ${span(t, 1, t.n)}` : '',
    q: qOf(t, s),
    last: code !== '' && rng.chance(0.1) ? lastText.thought : last[s.at],
    map: mapped && (s.at === 'map' || rng.chance(0.85)) ? mapText(id, results(rng, count, ok)) : '',
    trap: code === '' ? '' : trapOf(code, { rng, held: all, op: OPS[s.at] }),
    told: rng.chance(0.03) ? rng.pick(TOLD) : '',
    notice: missing ? noticeText.pageFault(at, 'no such file') : '',
    at,
    page: missing || rng.chance(0.01) ? null : wholePage(text),
  };
  const state = s.at === 'map' && !ok ? 'remap' : s.at === 'check' && rejected ? 'rejected' : s.at;
  if (lost !== '') {
    const why = `I hold no handle to ${lost === t.rows ? `read ${t.dir}/` : `write ${t.out}`}.`;
    const reply = replyText(why, [], { op: 'SYS_HALT', result: why });
    return { role: 'planner', kind: 'planner.lost', frame: frameOf(view), reply, key: ledgerKey(t) };
  }
  return {
    role: 'planner',
    kind: `planner.${panicked ? 'panic.' : ''}${state}${code === '' || rejected ? '' : `+${code}`}`,
    frame: frameOf(view),
    reply: reply(t, s, stacked, { id, ok }, rejected),
    key: ledgerKey(t),
  };
};
