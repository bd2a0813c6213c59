/** What is asked of the server, as the real one reads it, and how it says what is wrong with it. */
import * as z from 'zod';

/** An answer that is an error. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const number = z.number().nullish();
const Options = z.object({
  temperature: number,
  top_k: number,
  top_p: number,
  min_p: number,
  seed: number,
  num_predict: number,
  num_ctx: number,
});
export type Options = z.infer<typeof Options>;

const Message = z.object({ role: z.enum(['system', 'user', 'assistant', 'tool']), content: z.string().nullish() });

const common = {
  model: z.string().nullish(),
  stream: z.boolean().nullish(),
  /** `json`, a JSON schema, or nothing. */
  format: z.union([z.literal(''), z.literal('json'), z.record(z.string(), z.unknown())]).nullish(),
  think: z.union([z.boolean(), z.enum(['high', 'medium', 'low'])]).nullish(),
  keep_alive: z.union([z.number(), z.string()]).nullish(),
  truncate: z.boolean().nullish(),
  shift: z.boolean().nullish(),
  options: Options.nullish(),
};
export const ChatRequest = z.object({ ...common, messages: z.array(Message).nullish() });
export type ChatRequest = z.infer<typeof ChatRequest>;
export const GenerateRequest = z.object({
  ...common,
  prompt: z.string().nullish(),
  system: z.string().nullish(),
  raw: z.boolean().nullish(),
});
export const ShowRequest = z.object({ model: z.string().nullish(), name: z.string().nullish() });

/** @throws Refusal */
export const readBody = <T>(body: string, shape: z.ZodType<T>): T => {
  if (body.trim() === '') throw new Refusal(400, 'missing request body');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new Refusal(400, `invalid request body: ${(error as Error).message}`);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [first, name] = issue?.path ?? [];
  if (first === 'options') throw new Refusal(500, `option "${String(name)}" must be of type number`);
  if (first === 'format') {
    throw new Refusal(400, 'invalid format; expected "json" or a valid JSON Schema object');
  }
  throw new Refusal(400, `json: ${issue?.path.join('.')}: ${issue?.message}`);
};

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `keep_alive`: seconds, or a duration like `5m` or `1m30s`; negative for ever. @returns milliseconds */
export const keepAliveMs = (value: number | string | null | undefined): number | undefined => {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  if (/^-?\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const sign = text.startsWith('-') ? -1 : 1;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join('') !== text.replace(/^-/, '')) {
    throw new Refusal(400, `time: invalid duration "${text}"`);
  }
  return sign * parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
};
