/** How verbs speak: sentences for people, or JSON for programs. */
import { once } from 'node:events';

/** Prints a line; resolves when more may be printed. */
export const line = async (text: string): Promise<void> => {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
};

export const json = (value: unknown): Promise<void> => line(JSON.stringify(value));

/** Columns as wide as their widest cell; the last one as long as it likes. */
export const table = (rows: readonly (readonly string[])[]): string => {
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
