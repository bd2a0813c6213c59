/** What stands below the list of runs: why the one under the cursor stands as it does, and what to do next. */
import { pillSpan } from '../../components/header.ts';
import type { Look, Style } from '../../components/look.ts';
import { block, cut, fit, row, type Span, widthOf, wrap } from '../../components/text.ts';
import { shortTime } from '../../components/widgets.ts';
import { sanitise } from '../../store/sanitise.ts';
import { sizeText } from '../../store/size-text.ts';
import { tagSummary } from '../../store/tags.ts';
import { isAtWork, isUnfenced, pairText, type RunRow, type RunState, stateWord } from './runs-model.ts';

const NAME = 15;

const PILLS: Partial<Record<RunState, Parameters<typeof pillSpan>[0]>> = {
  gone: 'GONE',
  dead: 'DEAD',
  passed: 'DONE',
  failed: 'FAILED',
  waiting: 'WAITING',
  thrash: 'THRASHING',
  paused: 'PAUSED',
  limit: 'LIMIT',
  killed: 'KILLED',
  interrupted: 'INTR',
};

/** `height` lines at most, its rules included. */
export const previewLines = (look: Look, columns: number, height: number, run: RunRow): string[] => {
  const field = ({ name, text }: { name: string; text: string }, most: number, style: Style = 'plain'): string[] => {
    const room = columns - NAME;
    const lines = wrap(sanitise(text).replaceAll('\n', ' '), room);
    // What is left out is told by the last line's sign.
    const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')];
    return shown.map((line, i) =>
      row(look, columns, [
        ['dim', i === 0 ? fit(look, name, NAME) : ' '.repeat(NAME)],
        [style, cut(look, line, room)],
      ]),
    );
  };
  const tags = tagSummary(run.tags ?? []);
  const tall = height > 10;
  const lines = [rule(look, columns, run)];
  if (isUnfenced(run))
    lines.push(...field({ name: 'NO SANDBOX', text: 'its commands run without a fence' }, 1, 'warn'));
  if (run.told === undefined) {
    lines.push(
      ...field({ name: 'pair', text: pairLine(run) }, 1),
      ...field({ name: 'journal', text: journalLine(run) }, 1),
    );
    lines.push(...field({ name: '', text: 'reading …' }, 1, 'dim'));
  } else {
    if (tall)
      lines.push(
        ...field({ name: 'pair', text: pairLine(run) }, 1),
        ...field({ name: 'journal', text: journalLine(run) }, 1),
      );
    for (const told of run.told.fields) {
      const style: Style = told.name === 'last words' ? 'plain' : told.text === 'none' ? 'dim' : 'plain';
      lines.push(...field(told, tall && told.name === 'last words' ? 3 : 1, style));
    }
  }
  if (tags !== '') lines.push(...field({ name: 'tags', text: tags }, 1, 'accent'));
  return [...block(lines, columns, height - 1), nextLine(look, columns, run)];
};

/** `─7f3a01b2  DEAD  03:58 panic_budget_exhausted after 212 ticks, 1h09m────` */
const rule = (look: Look, columns: number, run: RunRow): string => {
  const pill = PILLS[run.state];
  const line = look.glyphs.rule;
  const took = shortTime(Math.max(0, Date.parse(run.lastAt ?? run.createdAt) - Date.parse(run.createdAt)));
  const over = isAtWork(run) || run.state === 'gone' ? '' : run.reason;
  return row(
    look,
    columns,
    [
      ['dim', line],
      ['bold', `${run.id} `],
      pill === undefined ? ['bold', stateWord(run)] : pillSpan(pill),
      ` ${(run.lastAt ?? run.createdAt).slice(11, 16)}Z ${over}${over === '' ? '' : ' '}after ${run.tick} ticks, ${took} `,
    ],
    [['dim', line]],
    line,
  );
};

const pairLine = (run: RunRow): string =>
  `${pairText(run)}${run.simulated ? '   SIM is no model' : ''}   profile ${run.profile}   seed ${run.seed}`;

const journalLine = (run: RunRow): string => {
  const kernel = run.pid === null ? '' : `, kernel ${run.pid}`;
  const disk = run.bytes === undefined ? '' : `, ${sizeText(run.bytes)} on the disk`;
  return `${run.records} records, tick ${run.tick}${kernel}${disk}; begun ${run.createdAt.slice(0, 19).replace('T', ' ')}`;
};

/** As many of the ways on as there is room for, the first ones first. */
const nextLine = (look: Look, columns: number, run: RunRow): string => {
  const line = look.glyphs.rule;
  const enter = isAtWork(run) ? 'enter watch' : 'enter replay at its end';
  const spans: Span[] = [
    ['dim', line],
    ['bold', 'next: '],
    ['plain', enter],
  ];
  let used = 7 + enter.length;
  for (const { verb } of run.told?.next ?? []) {
    const text = `   :${verb.replace(run.id, run.id.slice(0, 4))}`;
    if (used + widthOf(text) > columns - 3) break;
    spans.push(['accent', cut(look, text, columns)]);
    used += widthOf(text);
  }
  return row(look, columns, [...spans, ' '], [['dim', line]], line);
};
