/** Turns the trainer's parameters into a GGUF file that llama.cpp runs as architecture `llama`. */
import { readFileSync } from 'node:fs';
import { CHAT_TEMPLATE } from './chat.ts';
import { ggufBytes, type Tensor } from './gguf.ts';
import { SHAPE } from './shape.ts';
import { SPECIALS, type Tokenizer } from './tokenizer.ts';

const NORMAL = 1;
const CONTROL = 3;

/** Reads matrices in the trainer's order. It keeps them [in x out]; GGUF wants [out x in], so each is transposed. */
const reader = (all: Float32Array) => {
  let at = 0;
  const take = (n: number): Float32Array => {
    at += n;
    return all.subarray(at - n, at);
  };
  const matrix = (rows: number, cols: number): Float32Array => {
    const from = take(rows * cols);
    const out = new Float32Array(rows * cols);
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = from[i * cols + j] as number;
    return out;
  };
  return { take, matrix, left: () => all.length - at };
};

const tensorsOf = (all: Float32Array): Tensor[] => {
  const { d, ff, vocab, layers } = SHAPE;
  const { take, matrix, left } = reader(all);
  const vector = (name: string): Tensor => ({ name, dims: [d], data: take(d) });
  const tensors: Tensor[] = [{ name: 'token_embd.weight', dims: [d, vocab], data: take(vocab * d) }];
  for (let l = 0; l < layers; l++) {
    const at = (name: string): string => `blk.${l}.${name}.weight`;
    tensors.push(vector(at('attn_norm')));
    const qkv = matrix(d, 3 * d);
    for (const [i, name] of ['attn_q', 'attn_k', 'attn_v'].entries()) {
      tensors.push({ name: at(name), dims: [d, d], data: qkv.subarray(i * d * d, (i + 1) * d * d) });
    }
    tensors.push({ name: at('attn_output'), dims: [d, d], data: matrix(d, d) });
    tensors.push(vector(at('ffn_norm')));
    const gateUp = matrix(d, 2 * ff);
    tensors.push({ name: at('ffn_gate'), dims: [d, ff], data: gateUp.subarray(0, d * ff) });
    tensors.push({ name: at('ffn_up'), dims: [d, ff], data: gateUp.subarray(d * ff) });
    tensors.push({ name: at('ffn_down'), dims: [ff, d], data: matrix(ff, d) });
  }
  tensors.push(vector('output_norm.weight'));
  tensors.push({ name: 'output.weight', dims: [d, vocab], data: matrix(d, vocab) });
  if (left() !== 0) throw new Error(`the checkpoint has ${left()} parameters more than the shape in models/shape.ts`);
  return tensors;
};

/** @param file a checkpoint written by the trainer: 32-bit floats in the order of its `Params` */
export const exportGguf = (file: string, tokenizer: Tokenizer, name: string): Buffer => {
  const bytes = readFileSync(file);
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const u32 = (n: number): { u32: number } => ({ u32: n });
  const [pad, , end] = [0, 1, 2];
  return ggufBytes(
    {
      'general.architecture': 'llama',
      'general.name': name,
      'general.file_type': u32(0),
      'llama.context_length': u32(SHAPE.context),
      'llama.embedding_length': u32(SHAPE.d),
      'llama.block_count': u32(SHAPE.layers),
      'llama.feed_forward_length': u32(SHAPE.ff),
      'llama.attention.head_count': u32(SHAPE.heads),
      'llama.attention.head_count_kv': u32(SHAPE.heads),
      'llama.attention.layer_norm_rms_epsilon': 1e-5,
      'llama.rope.dimension_count': u32(SHAPE.d / SHAPE.heads),
      'llama.rope.freq_base': 10_000,
      'llama.vocab_size': u32(SHAPE.vocab),
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': 'gpt-2',
      'tokenizer.ggml.tokens': tokenizer.tokens,
      'tokenizer.ggml.token_type': { i32s: tokenizer.tokens.map((_, id) => (id < SPECIALS.length ? CONTROL : NORMAL)) },
      'tokenizer.ggml.merges': tokenizer.merges,
      'tokenizer.ggml.bos_token_id': u32(pad),
      'tokenizer.ggml.eos_token_id': u32(end),
      'tokenizer.ggml.padding_token_id': u32(pad),
      'tokenizer.ggml.add_bos_token': false,
      'tokenizer.chat_template': CHAT_TEMPLATE,
    },
    tensorsOf(all),
  );
};
