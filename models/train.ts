/**
 * `npm run model:train`: makes the data, builds the trainer, trains, and writes models/tiny.gguf and models/tiny-early.gguf, the same
 * run stopped early. Needs a C compiler with OpenMP (`cc`, or what CC names).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exportGguf } from './export.ts';
import { BUILD, prepareData } from './prepare.ts';
import type { Tokenizer } from './tokenizer.ts';

const SEED = 1;
const STEPS = 4400;
/** Where `tiny-early` is taken: its sums are often wrong, its replies mostly well-formed. */
const EARLY = 2500;
/** Rows a step. */
const ROWS = 16;
const THREADS = '2';

const MODELS = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = ['main.c', 'model.c', 'attention.c'].map((name) => `${MODELS}train/${name}`);
const LIMIT = 4_194_304;

const run = (command: string, args: readonly string[]): void => {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, OMP_NUM_THREADS: THREADS },
  });
  if (error !== undefined) throw new Error(`${command} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ended with exit code ${status}`);
};

const write = (name: string, step: number): void => {
  const tokenizer = JSON.parse(readFileSync(`${BUILD}tokenizer.json`, 'utf8')) as Tokenizer;
  const bytes = exportGguf(`${BUILD}model.${step}.bin`, tokenizer, `turingos ${name}`);
  if (bytes.length > LIMIT) throw new Error(`${name}.gguf would be ${bytes.length} bytes; ${LIMIT} is the limit`);
  writeFileSync(`${MODELS}${name}.gguf`, bytes);
  console.log(`wrote models/${name}.gguf, ${bytes.length} bytes`);
};

const begun = performance.now();
prepareData();
const trainer = `${BUILD}train`;
run(process.env.CC ?? 'cc', [
  '-O3',
  '-march=native',
  '-ffast-math',
  '-fopenmp',
  '-Wall',
  '-o',
  trainer,
  ...SOURCES,
  '-lm',
]);
run(trainer, [`${BUILD}train.bin`, `${BUILD}model`, SEED, STEPS, ROWS, EARLY].map(String));
write('tiny', STEPS);
write('tiny-early', EARLY);
console.log(`${Math.round((performance.now() - begun) / 60_000)} minutes`);
