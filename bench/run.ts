// `npm run bench [-- --json] [NAME…]`: runs every bench/*.bench.ts, or those whose names are given, one after the other.
// A table for people; with --json one line with one object of medians and ratios.
import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchResult, formatTable, toJson } from './report.ts';

const dir = dirname(fileURLToPath(import.meta.url));

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
  const names = globSync('*.bench.ts', { cwd: dir })
    .map((file) => basename(file, '.bench.ts'))
    .sort();
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no benchmark ${unknown.join(', ')}; there are: ${names.join(', ')}.`);

  const results: BenchResult[] = [];
  for (const name of positionals.length > 0 ? positionals : names) {
    // Progress goes to stderr: with --json, stdout is the object and nothing else.
    console.error(`running ${name} …`);
    const { default: run } = (await import(join(dir, `${name}.bench.ts`))) as { default: () => Promise<BenchResult> };
    const result = await run();
    results.push(result);
    if (!values.json) console.log(formatTable(result));
  }
  if (values.json) console.log(JSON.stringify(toJson(results)));
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
