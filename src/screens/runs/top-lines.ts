/** What stands above the list of runs, and between it and the hints: how many stand how, filter, tag, what is marked. */
import { filterOf } from '../../components/filter.ts';
import type { Look } from '../../components/look.ts';
import { row, type Span, spansWidth } from '../../components/text.ts';
import { sizeText } from '../../store/size-text.ts';
import { patternLine, typedLine } from '../typed-line.ts';
import { countNews, countRuns, diskOf, type RunRow } from './runs-model.ts';
import type { RunsView } from './runs-view.ts';

/** `RUNS 214  live 3  waiting 1  dead 2  done 198  other 10  (41 since 18:00Z)`; what can be told from the rest gives way. */
export const countsLine = (look: Look, columns: number, { rows, since, now }: RunsView): string => {
  const counts = countRuns(rows);
  const alarm = counts.gone + counts.dead + counts.waiting;
  const pill: Span[] = alarm > 0 ? [['pill-error', ` ${alarm} ! `]] : [];
  const standing: Span[] = [
    ['bold', `RUNS ${counts.all}`],
    '  live ',
    ['good', String(counts.live)],
    '  waiting ',
    [counts.waiting > 0 ? 'warn' : 'plain', String(counts.waiting)],
    counts.paused > 0 ? `  paused ${counts.paused}` : '',
    '  gone ',
    [counts.gone > 0 ? 'error' : 'plain', String(counts.gone)],
    '  dead ',
    [counts.dead > 0 ? 'error' : 'plain', String(counts.dead)],
    `  done ${counts.done}`,
  ];
  const other = `  other ${counts.other}`;
  const fresh = since === null ? 0 : countNews(rows, since);
  const news: Span = ['accent', since === null || fresh === 0 ? '' : `  (${fresh} since ${clockText(since, now)})`];
  const variants: Span[][] = [
    [...standing, other, news],
    [...standing, news],
    [...standing, other],
  ];
  const room = columns - spansWidth(pill) - 1;
  return row(look, columns, variants.find((spans) => spansWidth(spans) <= room) ?? standing, pill);
};

const DAY_MS = 86_400_000;

/** `18:00Z`; further back than a day, `11-26`. */
const clockText = (iso: string, now: number): string =>
  now - Date.parse(iso) < DAY_MS ? `${iso.slice(11, 16)}Z` : iso.slice(5, 10);

export const filterLine = (look: Look, columns: number, view: RunsView, shown: number): string =>
  row(look, columns, filterSpans(look, columns, view, shown), [
    ['dim', `sort: ${view.sort}${diskText(view.rows, columns)}`],
  ]);

const filterSpans = (look: Look, columns: number, view: RunsView, shown: number): Span[] => {
  const { filter, message, rows, tagging, typing } = view;
  const of = `${shown} of ${rows.length}`;
  if (tagging !== null) {
    const { ids, text } = tagging;
    const whose = ids.length === 1 ? ids[0]?.slice(0, 4) : `${ids.length} runs`;
    return typedLine(
      look,
      columns - 20,
      `tag ${whose}: `,
      text,
      `#labels and words, at ${ids.length === 1 ? 'its last tick' : 'their last ticks'}`,
    );
  }
  if (typing) return patternLine(look, columns - 20, '/ ', filterOf(filter), of);
  if (message !== null) return [message.tone === 'error' ? ['error', `! ${message.text}`] : message.text];
  return [['dim', filter === '' ? '/ no filter' : `/ ${filter}  ${of}`]];
};

/** All that the runs take of the disk; `>` while some are not counted yet. */
const diskText = (rows: readonly RunRow[], columns: number): string => {
  const { bytes, more } = diskOf(rows);
  return columns < 72 || bytes === 0 ? '' : `   disk ${more ? '>' : ''}${sizeText(bytes)}`;
};

export const markedLine = (look: Look, columns: number, { marked }: RunsView): string =>
  row(look, columns, [
    ['bold', `${marked.length} marked: ${marked.map((id) => id.slice(0, 4)).join(' ')}`],
    [
      'dim',
      `   c compares ${marked.length === 2 ? 'them' : 'two'}, m tags ${marked.length === 1 ? 'it' : 'them'}, space takes a mark back`,
    ],
  ]);
