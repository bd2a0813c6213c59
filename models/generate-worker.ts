/** Worker frames: fetch a row and sum it, sum two given numbers, copy a word. */
import { sumScratch } from '../src/adapters/brains/sum-scratch.ts';
import type { FrameView } from '../src/kernel/frame.ts';
import type { Reply } from '../src/kernel/syscalls.ts';
import { capRow, lastText, noticeText, roleLine, type TrapCode } from '../src/kernel/words.ts';
import { drawLedgerFor } from './generate-planner.ts';
import { trapOf } from './generate-traps.ts';
import type { Rng } from './rng.ts';
import { emptyView, frameOf, heldOut, type Row, replyText, wholePage } from './row.ts';

/** Wordings that siblings may get of one and the same step. */
const wrap = (rng: Rng, text: string): string => rng.pick([text, text, text, `Do: ${text}`, `Step: ${text}`]);

const wordSum = (rng: Rng, a: number, b: number): string => {
  const roll = rng.int(1, 10);
  if (roll <= 6) return `add ${a} and ${b}`;
  return rng.pick([`${a} plus ${b}`, `sum of ${a} and ${b}`, `${a} + ${b}`, `add ${b} to ${a}`]);
};

/** Numbers of one to five digits; four are the commonest. The pair decides the split, whichever comes first. */
const drawPair = (rng: Rng, held: boolean): [number, number] => {
  const number = (): number => {
    const digits = rng.pick([1, 2, 3, 4, 4, 4, 4, 5, 5]);
    return rng.int(digits === 1 ? 0 : 10 ** (digits - 1), 10 ** digits - 1);
  };
  for (;;) {
    const pair: [number, number] = [number(), number()];
    if (heldOut(`sum ${Math.min(...pair)} ${Math.max(...pair)}`) === held) return pair;
  }
};

const SYLLABLES = [
  'ba',
  'do',
  'fe',
  'gi',
  'ku',
  'la',
  'mo',
  'ne',
  'pi',
  'ru',
  'sa',
  'to',
  've',
  'wi',
  'xo',
  'zu',
  'ten',
  'kar',
  'lim',
  'os',
];

export const drawWord = (rng: Rng, held: boolean): string => {
  for (;;) {
    const word = Array.from({ length: rng.int(1, 4) }, () => rng.pick(SYLLABLES)).join('');
    if (heldOut(`word ${word}`) === held) return word;
  }
};

const TRAPS: readonly (TrapCode | '')[] = [
  ...Array<''>(14).fill(''),
  'CPU_FAULT',
  'CPU_FAULT',
  'EACCES',
  'IO_FAULT',
  'CAUSALITY',
  'ILLEGAL_HALT',
  'THRASH_ROUTE',
  'WATCHDOG',
  'PERIOD_LOOP',
  'DEADLINE',
];

const halt = (q: string, result: string): string => replyText(q, [], { op: 'SYS_HALT', result });

export const workerRow = (rng: Rng, held: boolean): Row => {
  const t = drawLedgerFor(rng, held);
  const of = rng.int(1, 3);
  const code = rng.pick(TRAPS);
  const table = rng.chance(0.9) ? [capRow(t.rows, 'r', `${t.dir}/`)] : [];
  const row = rng.int(1, t.n);
  const rowName = t.prefix + String(row).padStart(2, '0');
  const view: FrameView = {
    ...emptyView,
    role: roleLine('worker', { map: `m${rng.int(1, 24)}`, n: rng.int(1, of), of }),
    cap: table.join('\n'),
    at: 'sys://task',
  };
  const trap = (op: string): string => (code === '' ? '' : trapOf(code, { rng, held: table, op }));
  const plus = code === '' ? '' : `+${code}`;
  const make = (kind: string, key: string, reply: string): Row => ({
    role: 'worker',
    kind: `worker.${kind}${plus}`,
    frame: frameOf(view),
    reply,
    key,
  });

  const roll = rng.int(1, 100);
  if (roll <= 6) {
    const word = drawWord(rng, held);
    view.task = wrap(rng, `copy the word ${word}`);
    view.page = wholePage(view.task);
    view.trap = trap('SYS_HALT');
    return make('copy', word, halt(word, word));
  }
  if (roll <= 34 && table.length > 0) {
    view.task = wrap(rng, `sum ${rowName}`);
    view.page = wholePage(view.task);
    view.trap = trap('SYS_GOTO');
    if (rng.chance(0.25)) wander(rng, view, t.rows, t.prefix, row);
    const world: Reply['world'] = { op: 'SYS_GOTO', cap: t.rows, path: rowName };
    return make('read', rowName, replyText(`read ${rowName}`, [], world));
  }
  const [a, b] = drawPair(rng, held);
  const reply = halt(sumScratch(a, b), String(a + b));
  const key = `${a} ${b}`;
  if (table.length === 0 || rng.chance(0.25)) {
    view.task = wrap(rng, wordSum(rng, a, b));
    view.page = wholePage(view.task);
    view.trap = trap('SYS_HALT');
    return make('add', key, reply);
  }
  view.task = wrap(rng, `sum ${rowName}`);
  view.q = `read ${rowName}`;
  view.at = `${t.rows} ${rowName}`;
  view.last = lastText.went(view.at);
  view.page = wholePage(wordSum(rng, a, b) + (rng.chance(0.5) ? '\n' : ''));
  view.trap = trap('SYS_HALT');
  return make('sum', key, reply);
};

/** It looks at the directory, at another row, or at nothing: the right row is still to be read. */
const wander = (rng: Rng, view: FrameView, cap: string, prefix: string, row: number): void => {
  const other = prefix + String((row % 40) + 1 + rng.int(0, 3)).padStart(2, '0');
  const place = rng.pick([cap, `${cap} ${other}`]);
  view.q = `read ${rng.pick([other, prefix + String(row).padStart(2, '0')])}`;
  view.last = lastText.went(place);
  view.at = place;
  if (rng.chance(0.3)) {
    view.page = null;
    view.notice = noticeText.pageFault(place, 'no such file');
    return;
  }
  view.page = wholePage(
    place === cap
      ? [1, 2, 3].map((i) => `${prefix}0${i}`).join('\n')
      : wordSum(rng, rng.int(1, 9999), rng.int(1, 9999)),
  );
};
