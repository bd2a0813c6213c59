// What a benchmark hands back, and the two ways to show it.

/** What the default export of a *.bench.ts resolves with: `export default async (): Promise<BenchResult> => …`. */
export interface BenchResult {
  name: string;
  rows: BenchRow[];
}

export interface BenchRow {
  metric: string;
  /** In `unit`; over `runs` runs. */
  median: number;
  unit: string;
  runs: number;
  /** Our median over the peer's of the same run, where there is one to compare with. */
  ratio?: number;
  /** What `ratio` compares with, say `pino`. */
  peer?: string;
}

/** The middle value, or the mean of the two middle ones. Throws on an empty list. */
export function median(values: number[]): number {
  if (values.length === 0) throw new Error('A median needs at least one value.');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] as number;
  return (lower + upper) / 2;
}

const HEADER = ['metric', 'median', 'unit', 'runs', 'against'];

export function formatTable({ name, rows }: BenchResult): string {
  const cells = rows.map(({ metric, median, unit, runs, ratio, peer }) => [
    metric,
    formatNumber(median),
    unit,
    String(runs),
    ratio === undefined ? '' : `${ratio.toFixed(2)} x ${peer ?? ''}`.trim(),
  ]);
  const widths = HEADER.map((title, i) => Math.max(title.length, ...cells.map((row) => (row[i] as string).length)));
  const line = (row: string[]): string => {
    const padded = row.map((cell, i) =>
      i === 1 || i === 3 ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number),
    );
    return padded.join('  ').trimEnd();
  };
  return [`\n${name}`, line(HEADER), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

/** Three significant digits below 100, none after the point above. */
function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

/** `{ "<name>": { "<metric>": { median, unit, runs, ratio?, peer? } } }` */
export function toJson(results: BenchResult[]): Record<string, Record<string, Omit<BenchRow, 'metric'>>> {
  return Object.fromEntries(
    results.map(({ name, rows }) => [name, Object.fromEntries(rows.map(({ metric, ...row }) => [metric, row]))]),
  );
}
