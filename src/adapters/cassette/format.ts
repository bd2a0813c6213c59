/**
 * Cassettes: what servers answered, and when, in a file of JSON lines. The first line is the header, every other one an
 * exchange, written when it ended.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { EXIT } from '../../runtime/exit-codes.ts';
import { UserError } from '../../runtime/user-error.ts';

export const CASSETTE_VERSION = 1;

const ms = z.number().min(0).describe('milliseconds since the request had come');

export const CassetteHeader = z.strictObject({
  cassette: z.literal(CASSETTE_VERSION),
  recordedAt: z.iso.datetime(),
  upstream: z.string(),
});
export type CassetteHeader = z.infer<typeof CassetteHeader>;

const Chunk = z.union([
  z.strictObject({ ms, text: z.string() }),
  z.strictObject({ ms, base64: z.base64() }).describe('bytes that are no text by themselves'),
]);

export const Exchange = z.strictObject({
  method: z.string(),
  /** With its query, without keys in it. */
  path: z.string().startsWith('/'),
  /** SHA-256 of the request's body; the body itself is not kept. */
  body: z.string().regex(/^[0-9a-f]{64}$/),
  /** Null where the exchange ended before an answer began. */
  head: z.strictObject({ ms, status: z.int().min(100).max(599), headers: z.record(z.string(), z.string()) }).nullable(),
  chunks: z.array(Chunk),
  end: z.strictObject({
    ms,
    /**
     * `done`: complete; `reset`: the server's side was torn down; `error`: it could not be reached, broke the protocol or
     * left in the midst of the answer; `abort`: the client left.
     */
    how: z.enum(['done', 'error', 'reset', 'abort']),
    /** What went wrong, for people. */
    why: z.string().optional(),
  }),
});
export type Exchange = z.infer<typeof Exchange>;

export const bodyDigest = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

export const chunkOf = (ms: number, bytes: Buffer): z.infer<typeof Chunk> => {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? { ms, text } : { ms, base64: bytes.toString('base64') };
};

export const bytesOf = (chunk: z.infer<typeof Chunk>): Buffer =>
  'text' in chunk ? Buffer.from(chunk.text) : Buffer.from(chunk.base64, 'base64');

/** @throws UserError 65, 66: one sentence with the file, the line and what is wrong there */
export const readCassette = async (file: string): Promise<{ header: CassetteHeader; exchanges: Exchange[] }> => {
  let header: CassetteHeader | undefined;
  const exchanges: Exchange[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (header === undefined)
        header = checked(CassetteHeader, line, `${file} is no cassette of version 1: its first line`);
      else exchanges.push(checked(Exchange, line, `${file} cannot be served: line ${number}`));
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, EXIT.notFound);
  }
  if (header === undefined)
    throw new UserError(`${file} is empty; \`turingos cassette record\` makes one`, EXIT.badInput);
  return { header, exchanges };
};

const checked = <T>(schema: z.ZodType<T>, line: string, which: string): T => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError(`${which} is no JSON`, EXIT.badInput);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join('.') ?? '';
  throw new UserError(`${which} is wrong${at === '' ? '' : ` at ${at}`}: ${issue?.message}`, EXIT.badInput);
};
