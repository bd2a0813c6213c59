// Where things are on the live screen, in its text.
import type { Pty } from './pty.ts';

/** The two stream panes without their title line: the planner's columns and the workers'. */
export const streamsOf = (screen: string): { planner: string; workers: string; title: string } => {
  const rows = screen.split('\n');
  const top = rows.findIndex((row) => row.includes('1 PLANNER'));
  const title = rows[top] ?? '';
  const divide = title.indexOf('2 WORKERS') - 2;
  const next = rows.findIndex((row, at) => at > top && /^[─━]/.test(row));
  const body = top < 0 ? [] : rows.slice(top + 1, next < 0 ? undefined : next);
  const part = (from: number, to?: number): string => body.map((row) => row.slice(from, to).trim()).join('\n');
  return { title, planner: part(0, divide), workers: part(divide + 1) };
};

/** Resolves when that stream has shown three different texts. */
export const streamMoves = async (pty: Pty, which: 'planner' | 'workers', timeout = 20_000): Promise<void> => {
  const seen = new Set<string>();
  await pty.waitFor((screen) => {
    const text = streamsOf(screen)[which];
    if (/\w{3}/.test(text)) seen.add(text);
    return seen.size >= 3;
  }, timeout);
};

/** The ticks that have a mark on the time line, as far as it is on the screen: the row's text. */
export const marksOf = (screen: string): string =>
  screen
    .split('\n')
    .find((row) => /^ marks? /.test(row))
    ?.replace(/^ marks? /, '') ?? '';

/** The tick in the header. */
export const tickOf = (screen: string): number => Number(/ t(?:ick )?(\d+) /.exec(screen)?.[1] ?? Number.NaN);
