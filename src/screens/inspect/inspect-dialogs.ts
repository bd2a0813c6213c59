/** What lies over the inspector's panes: the keys, a whole record, the handles that were asked for in vain. */
import { clampScroll, type DialogPlace, dialog } from '../../components/dialog.ts';
import { cleanLines, visible } from '../../components/inspect/lines-pane.ts';
import type { Look } from '../../components/look.ts';
import type { Span } from '../../components/text.ts';
import { whoOf } from '../../store/tick-view/who.ts';
import type { TickView } from '../../store/tick-view.ts';
import { HELP_WIDTH, helpLines } from '../help.ts';
import type { InspectDialog } from './inspect-state.ts';

interface Screen {
  columns: number;
  rows: number;
  readOnly: boolean;
}

const RECORD_WIDTH = 100;

export const dialogPlace = (look: Look, screen: Screen, open: InspectDialog, view: TickView | null): DialogPlace => {
  const { columns, rows } = screen;
  const { title, lines, width } = content(screen, open, view);
  return dialog(look, columns, rows, width, { title, lines, keys: 'j down   k up   Esc close', scroll: open.scroll });
};

/** The dialog after a step; never past its last line. */
export const scrolledDialog = (
  screen: Screen,
  open: InspectDialog,
  view: TickView | null,
  by: number,
): InspectDialog => {
  const count = content(screen, open, view).lines.length;
  return { ...open, scroll: clampScroll(clampScroll(open.scroll, count, screen.rows) + by, count, screen.rows) };
};

const content = (
  { columns, readOnly }: Screen,
  open: InspectDialog,
  view: TickView | null,
): { title: string; lines: Span[][]; width: number } => {
  const width = Math.min(columns, open.kind === 'record' ? RECORD_WIDTH : HELP_WIDTH);
  switch (open.kind) {
    case 'help':
      return { title: 'KEYS', lines: helpLines('inspect', readOnly, columns), width };
    case 'record':
      return {
        title: `RECORD ${open.seq.toLocaleString('en-US')}`,
        lines: cleanLines(visible(open.text), width - 4).map((line): Span[] => [line]),
        width,
      };
    case 'denied':
      return { title: 'ASKED FOR IN VAIN', lines: deniedLines(view), width };
  }
};

const deniedLines = (view: TickView | null): Span[][] => {
  const shapes = Object.values(view?.last.denied.shapes ?? {}).toSorted((a, b) => b.times - a.times);
  if (shapes.length === 0) return [['Nothing was asked for in vain in this run.']];
  return shapes.flatMap(({ shape, need, reason, pids, lastTick, times, nearest, shown }): Span[][] => [
    [['error', `${String(times).padStart(4)} x  `], ['bold', `${need} ${shape}`], `  ${reason}, last t${lastTick}`],
    [['dim', `        by ${pids.map(whoOf).join(' ')}`]],
    [
      [
        'dim',
        `        nearest ${nearest === '' ? 'none' : `${nearest}, ${shown ? 'shown' : 'not shown'} in its frame`}`,
      ],
    ],
  ]);
};
