/** Writes a GGUF file (version 3, little-endian): metadata, then 32-bit float tensors. */

type Value = string | number | boolean | { u32: number } | readonly string[] | { i32s: readonly number[] };

/** Dimensions as GGUF orders them: the contiguous one first. */
export interface Tensor {
  name: string;
  dims: readonly number[];
  data: Float32Array;
}

const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const ALIGN = 32;

const u32 = (n: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(n);
  return out;
};
const u64 = (n: number): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(n));
  return out;
};
const f32 = (n: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeFloatLE(n);
  return out;
};
const text = (s: string): Buffer => {
  const bytes = Buffer.from(s, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
};

/** Plain numbers are floats; integers are marked as such. */
const value = (v: Value): Buffer[] => {
  if (typeof v === 'string') return [u32(TYPE.string), text(v)];
  if (typeof v === 'number') return [u32(TYPE.f32), f32(v)];
  if (typeof v === 'boolean') return [u32(TYPE.bool), Buffer.from([v ? 1 : 0])];
  if ('u32' in v) return [u32(TYPE.u32), u32(v.u32)];
  if ('i32s' in v) return [u32(TYPE.array), u32(TYPE.i32), u64(v.i32s.length), ...v.i32s.map(u32)];
  return [u32(TYPE.array), u32(TYPE.string), u64(v.length), ...v.map(text)];
};

const padding = (length: number): Buffer => Buffer.alloc((ALIGN - (length % ALIGN)) % ALIGN);

export const ggufBytes = (metadata: Record<string, Value>, tensors: readonly Tensor[]): Buffer => {
  const entries = Object.entries(metadata);
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length)];
  for (const [key, v] of entries) head.push(text(key), ...value(v));
  let offset = 0;
  for (const { name, dims, data } of tensors) {
    head.push(text(name), u32(dims.length), ...dims.map(u64), u32(0), u64(offset));
    offset += data.byteLength + padding(data.byteLength).length;
  }
  const header = Buffer.concat(head);
  const bodies = tensors.flatMap(({ data }) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return [bytes, padding(bytes.length)];
  });
  return Buffer.concat([header, padding(header.length), ...bodies]);
};
