/**
 * `npm run model:eval`: how often the carried checkpoints are right on rows whose contents they never saw, with the role's
 * grammar and without. Decoding is greedy unless a temperature, in thousandths, is given.
 *
 *   [--rows N] [--json] [--temperature N] [--checkpoint tiny|tiny-early|FILE]… [--failures]
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { createEmbeddedBrain } from '../src/adapters/brains/embedded.ts';
import { Reply, replyJsonSchema } from '../src/kernel/syscalls.ts';
import type { Brain } from '../src/runtime/ports.ts';
import { generateRows } from './generate.ts';
import type { Row } from './row.ts';

const SEED = 777;
const LANES = 2;

interface Judged {
  row: Row;
  text: string;
  /** Parses as a reply of the kernel's grammar. */
  valid: boolean;
  opcode: boolean;
  /** The world op is right in every argument. */
  exact: boolean;
  /** The mind ops are right too. */
  mind: boolean;
  tokens: number;
}

const judge = (row: Row, text: string, tokens: number): Judged => {
  const none = { row, text, tokens, valid: false, opcode: false, exact: false, mind: false };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return none;
  }
  const { success, data } = Reply.safeParse(json);
  if (!success) return none;
  const wanted = Reply.parse(JSON.parse(row.reply));
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  return {
    ...none,
    valid: true,
    opcode: data.world?.op === wanted.world?.op,
    exact: same(data.world, wanted.world),
    mind: same(data.mind, wanted.mind),
  };
};

const ask = async (brain: Brain, row: Row, seed: number, grammar: boolean, temperature: number): Promise<Judged> => {
  let text = '';
  let tokens = 0;
  const schema = grammar ? replyJsonSchema(row.role) : null;
  const signal = new AbortController().signal;
  for await (const part of brain.stream({
    frame: row.frame,
    system: '',
    schema,
    temperature,
    seed,
    maxTokens: 512,
    signal,
  })) {
    if (part.type === 'end') tokens = part.usage.tokensOut;
    else text += part.text;
  }
  return judge(row, text, tokens);
};

const askAll = async (brain: Brain, rows: readonly Row[], grammar: boolean, temperature: number): Promise<Judged[]> => {
  const judged: Judged[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < rows.length; i = next++)
      judged[i] = await ask(brain, rows[i] as Row, i, grammar, temperature);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return judged;
};

const percent = (part: readonly Judged[], is: (j: Judged) => boolean): number =>
  part.length === 0 ? 0 : Math.round((1000 * part.filter(is).length) / part.length) / 10;

const isSum = ({ row }: Judged): boolean => /^worker\.(sum|add)/.test(row.kind);

const rates = (judged: readonly Judged[]) => ({
  rows: judged.length,
  valid: percent(judged, (j) => j.valid),
  opcode: percent(judged, (j) => j.opcode),
  exact: percent(judged, (j) => j.exact),
  mind: percent(judged, (j) => j.mind),
  sum: percent(judged.filter(isSum), (j) => j.exact),
});

/** Exact-argument rates by kind, and over all frames that show a given trap. */
const byKind = (judged: readonly Judged[]): Record<string, { rows: number; exact: number }> => {
  const groups = new Map<string, Judged[]>();
  const put = (name: string, j: Judged): void => void groups.set(name, [...(groups.get(name) ?? []), j]);
  for (const j of judged) {
    const [state = '', trap] = j.row.kind.split('+');
    put(state, j);
    if (trap !== undefined) put(`after ${trap}`, j);
  }
  const entries = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, part]) => [name, { rows: part.length, exact: percent(part, (j) => j.exact) }]),
  );
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '600' },
      checkpoint: { type: 'string', multiple: true, default: ['tiny', 'tiny-early'] },
      temperature: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      failures: { type: 'boolean', default: false },
    },
  });
  const rows = generateRows(SEED, Number(values.rows), true);
  const report: Record<string, unknown> = {
    rows: rows.length,
    sums: rows.filter((row) => /^worker\.(sum|add)/.test(row.kind)).length,
  };
  for (const checkpoint of values.checkpoint) {
    const brain = await createEmbeddedBrain({ checkpoint });
    for (const grammar of [false, true]) {
      const begun = performance.now();
      const judged = await askAll(brain, rows, grammar, Number(values.temperature));
      const tokens = judged.reduce((sum, j) => sum + j.tokens, 0);
      const perSecond = Math.round((1000 * tokens) / (performance.now() - begun));
      const result = { ...rates(judged), tokensPerSecond: perSecond, kinds: byKind(judged) };
      const name = `${basename(checkpoint, '.gguf')}, ${grammar ? 'with' : 'without'} grammar`;
      report[name] = result;
      if (!values.json) print(name, result);
      if (values.failures)
        for (const j of judged)
          if (!j.exact) console.error(`--- ${j.row.kind}\n${j.row.frame}want ${j.row.reply}\ngot  ${j.text}`);
    }
    await brain.dispose();
  }
  if (values.json) console.log(JSON.stringify(report));
};

const print = (
  name: string,
  { kinds, ...all }: ReturnType<typeof rates> & { tokensPerSecond: number; kinds: ReturnType<typeof byKind> },
): void => {
  console.log(`${name}: ${all.rows} rows, ${all.tokensPerSecond} tokens/s`);
  console.log(
    `  valid ${all.valid} %, right opcode ${all.opcode} %, exact arguments ${all.exact} %, mind ops ${all.mind} %, exact sums ${all.sum} %`,
  );
  for (const [kind, { rows, exact }] of Object.entries(kinds))
    console.log(`  ${kind.padEnd(26)} ${String(rows).padStart(4)}  ${exact} %`);
};

await main();
