/** `npm run model:data`: writes the tokenizer and the tokenised training rows to models/build. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chatTokens } from './chat.ts';
import { generateRows } from './generate.ts';
import { SHAPE } from './shape.ts';
import { createEncoder, trainTokenizer } from './tokenizer.ts';

export const BUILD = fileURLToPath(new URL('build/', import.meta.url));

const SEED = 20_260_101;
const TRAIN_ROWS = 120_000;
/** Rows that merges are learnt from. */
const MERGE_ROWS = 6000;

export const prepareData = (): void => {
  mkdirSync(BUILD, { recursive: true });
  const rows = generateRows(SEED, TRAIN_ROWS, false);
  const tokenizer = trainTokenizer(
    rows.slice(0, MERGE_ROWS).flatMap((row) => ['user\n', row.frame, 'assistant\n', row.reply]),
    SHAPE.vocab,
  );
  writeFileSync(`${BUILD}tokenizer.json`, JSON.stringify(tokenizer));
  const encode = createEncoder(tokenizer);
  const words: number[] = [];
  let longest = 0;
  let dropped = 0;
  for (const row of rows) {
    const { prompt, reply } = chatTokens(encode, row.frame, row.reply);
    const length = prompt.length + reply.length;
    if (length > SHAPE.context) {
      dropped += 1;
      continue;
    }
    longest = Math.max(longest, length);
    for (const word of [length, prompt.length, ...prompt, ...reply]) words.push(word);
  }
  writeFileSync(`${BUILD}train.bin`, Uint16Array.from(words));
  const kept = rows.length - dropped;
  console.log(
    `${kept} rows, ${dropped} too long and left out, longest ${longest}, mean ${Math.round(words.length / kept) - 2} tokens`,
  );
};

if (process.argv[1] === fileURLToPath(import.meta.url)) prepareData();
