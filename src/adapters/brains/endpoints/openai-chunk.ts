/** A chunk of the OpenAI protocol, read leniently: servers leave out and add what they like. */
import * as z from 'zod';
import { BrainError, type BrainUsage } from '../../../runtime/ports.ts';
import type { Said } from './run-stream.ts';
import { CUT_SHORT, FAILED_FINISH, type Vendor } from './vendors.ts';

const Usage = z.looseObject({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() });
const Choice = z.looseObject({
  delta: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }).nullish(),
  finish_reason: z.string().nullish(),
  usage: Usage.nullish(),
});
/** The chunk with the usage has no choices: an empty list, or null. */
const Chunk = z.looseObject({ choices: z.array(Choice).nullish(), usage: Usage.nullish() });

/** @throws BrainError `malformed` where it is no chunk; `refused` and the like where it says so */
export function* readChunk(vendor: Vendor, where: string, value: unknown): Generator<Said> {
  const parsed = Chunk.safeParse(value);
  if (!parsed.success) throw new BrainError('malformed', `${where} sent a chunk that is none`);
  const { data: chunk } = parsed;
  const choice = chunk.choices?.[0];
  const usage = usageOf(vendor, { chunk: chunk.usage, choice: choice?.usage });
  if (usage !== undefined) yield { type: 'usage', ...usage };
  if (choice === undefined) return;
  for (const name of vendor.reasoning) {
    const text = choice.delta?.[name];
    if (typeof text !== 'string' || text === '') continue;
    yield { type: 'reasoning', text };
    break;
  }
  const { content, refusal } = choice.delta ?? {};
  if (content) yield { type: 'text', text: content };
  if (refusal) throw new BrainError('refused', `the model at ${where} refuses: ${refusal}`);
  const reason = choice.finish_reason;
  if (!reason) return;
  const failed = FAILED_FINISH[reason.split(':')[0] ?? ''];
  if (failed !== undefined) throw new BrainError(failed, `${where} ended the reply with ${reason}`);
  yield { type: 'finish', finish: CUT_SHORT.has(reason) ? 'length' : 'stop' };
}

type Places = Record<Vendor['usageIn'][number], z.infer<typeof Usage> | null | undefined>;

const usageOf = ({ usageIn }: Vendor, places: Places): BrainUsage | undefined => {
  for (const place of usageIn) {
    const usage = places[place];
    if (usage) return { tokensIn: usage.prompt_tokens ?? 0, tokensOut: usage.completion_tokens ?? 0 };
  }
  return undefined;
};
