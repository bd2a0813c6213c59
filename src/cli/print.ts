/** How verbs speak: sentences for people, or JSON for programs. */
import { once } from 'node:events';
import { oneLine, sanitise } from '../store/sanitise.ts';

const write = async (text: string): Promise<void> => {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
};

/** Prints a line; resolves when more may be printed. Text from models and files in it cannot steer the terminal. */
export const line = (text: string): Promise<void> => write(sanitise(text));

/** Prints a sentence for the operator on stderr: one line, whatever it quotes. */
export const say = (sentence: string): void => {
  process.stderr.write(`turingos: ${oneLine(sentence)}\n`);
};

const hex = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON leaves DEL and the 8-bit controls as they are, and a terminal may obey those. */
export const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll(/[\u007f-\u009f]/g, hex);

export const json = (value: unknown): Promise<void> => write(jsonText(value));

/** Columns as wide as their widest cell, as it will be printed; the last one as long as it likes. */
export const table = (cells: readonly (readonly string[])[]): string => {
  const rows = cells.map((row) => row.map((cell) => sanitise(cell)));
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
