/** The line above the hints: what just happened, what is wrong, or what to do about it. */
import type { Look, Style } from '../../components/look.ts';
import { row, type Span } from '../../components/text.ts';
import type { ConsoleView } from '../../store/console-store.ts';
import { isOpen } from '../../store/projections/traps.ts';
import { runWord } from '../../store/run-status.ts';
import { isOld, type Message, type UiState } from '../../store/ui-store.ts';

const TONES: Record<Message['tone'], Style> = { info: 'plain', good: 'good', error: 'error' };

export const statusLine = (look: Look, width: number, console: ConsoleView, ui: UiState, readOnly: boolean): string =>
  row(look, width, statusSpans(console, ui, readOnly));

const statusSpans = (console: ConsoleView, ui: UiState, readOnly: boolean): Span[] => {
  if (ui.typing)
    return [
      ['bold', 'filter: '],
      ui.filter[ui.focus] ?? '',
      ['select', ' '],
      ['dim', '  Enter keeps it, Esc clears it'],
    ];
  const { live, view, held } = console;
  const word = runWord(live, console.gone);
  if (word === 'GONE') {
    return [['error', '! The kernel is gone. '], `Kept: all it wrote; turingos verify ${live.info.id}; q leaves`];
  }
  if (ui.message !== null && !isOld(ui.message, live))
    return [[TONES[ui.message.tone], `${ui.message.tone === 'error' ? '! ' : ''}${ui.message.text}`]];
  if (held)
    return [
      ['warn', `Held at t${view.kernel.tick}${live.kernel.phase === 'active' ? '; the run goes on' : ''}. `],
      'l follows it again, enter shows the trap.',
    ];
  if (live.info.outcome !== null) {
    return [
      [word === 'DONE' ? 'good' : 'error', `${word === 'DONE' ? '' : '! '}${word}: ${live.info.reason}`],
      `   q leaves`,
    ];
  }
  if (live.kernel.phase === 'paused') {
    return [['warn', `Paused at t${live.kernel.tick}. `], readOnly ? '' : 'S steps once, P lets it go on.'];
  }
  const open = live.traps.rows.findLast(isOpen);
  if (open !== undefined) return [['error', `! t${open.tick} ${open.code}: ${open.who} ${open.evidence}`]];
  const fault = live.faults.findLast((row) => row.recovered === null);
  if (fault !== undefined) {
    return [
      [
        'warn',
        `Fault ${fault.id} ${fault.fault} ${fault.struck === null ? `armed for ${fault.target}` : `struck ${fault.struck.who} at t${fault.struck.tick}, not recovered`}`,
      ],
    ];
  }
  const last = live.thrash.lastProgress;
  return [['dim', last === null ? live.info.goal : `t${last.tick} progress: ${last.what}`]];
};
