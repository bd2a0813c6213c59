import { readFileSync, statSync } from 'node:fs';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { generateRows } from '../../models/generate.ts';
import { createEncoder, type Tokenizer, trainTokenizer } from '../../models/tokenizer.ts';
import { checkpointFile } from '../../src/adapters/brains/embedded.ts';

/** Reads the tokenizer back out of a GGUF file: the two string arrays that llama.cpp reads. */
const tokenizerOf = (file: string): Tokenizer => {
  const bytes = readFileSync(file);
  const strings = (key: string): string[] => {
    let at = bytes.indexOf(key) + key.length + 8;
    const count = Number(bytes.readBigUInt64LE(at));
    at += 8;
    return Array.from({ length: count }, () => {
      const length = Number(bytes.readBigUInt64LE(at));
      at += 8 + length;
      return bytes.toString('utf8', at - length, at);
    });
  };
  return { tokens: strings('tokenizer.ggml.tokens'), merges: strings('tokenizer.ggml.merges') };
};

describe.each(['tiny', 'tiny-early'])('the checkpoint %s', (name) => {
  const file = checkpointFile(name);

  it('is at most 4 MiB', () => {
    expect(statSync(file).size).toBeLessThanOrEqual(4_194_304);
  });

  it('keeps every digit a token of its own', () => {
    const { tokens } = tokenizerOf(file);
    expect(tokens.filter((token) => /[0-9]/.test(token))).toEqual([...'0123456789']);
  });

  it('splits text as the trainer did', async () => {
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled });
    const model = await llama.loadModel({ modelPath: file });
    const encode = createEncoder(tokenizerOf(file));
    for (const { frame, reply } of generateRows(3, 60, true)) {
      for (const text of [frame, reply, 'Ünïcode 😀  two  blanks\n\n']) {
        expect([...model.tokenize(text)]).toEqual(encode(text));
      }
    }
    await model.dispose();
  });
});

it('learns the same tokenizer from the same texts', () => {
  const texts = ['the row the row the page', 'row 12 of 120', 'page 12'];
  const made = trainTokenizer(texts, 270);
  expect(made).toEqual(trainTokenizer(texts, 270));
  expect(made.merges.some((merge) => /[0-9]/.test(merge))).toBe(false);
});
