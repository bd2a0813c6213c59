/** A reply that ends as if nothing were wrong, and is not what the brain wrote: garbage, half of its JSON, or one wrong value. */
import { draw } from '../../kernel/digest.ts';
import type { AttachedFault } from '../../kernel/records/events.ts';
import { clip } from '../../kernel/text.ts';
import type { Brain, BrainDelta, BrainEnd, BrainRequest } from '../../runtime/ports.ts';
import { wrongValue } from './wrong-value.ts';

/** @returns undefined where there is nothing to spoil */
type Spoil = (text: string, seed: number) => string | undefined;

/** No brace among them, so that it is never an object. */
const SIGNS = '%&/()=?+*~#<>|^0123456789abcdefghijklmnopqrstuvwxyzäßç€→';

const garbage: Spoil = (text, seed) => {
  const from = [...SIGNS];
  const sign = (i: number): string => from[draw(seed, 'chaos.garbage', 0, 0, i) % from.length] as string;
  return text === '' ? undefined : Array.from({ length: Math.min(text.length, 200) }, (_, i) => sign(i)).join('');
};

/** A beginning of the text, at least one character short of its end. */
const truncated: Spoil = (text, seed) => {
  const whole = text.trimEnd();
  return whole.length < 2 ? undefined : clip(whole, 1 + (draw(seed, 'chaos.truncated', 0, 0, 0) % (whole.length - 1)));
};

const SPOILS = { 'brain.garbage': garbage, 'brain.truncated': truncated, 'brain.wrong_value': wrongValue } as const;
export type SpoiltBy = keyof typeof SPOILS;
export const isSpoilt = (fault: string): fault is SpoiltBy => Object.hasOwn(SPOILS, fault);

/** The text comes at once when the brain has written all of it. A reply that is no whole one, or an error, passes as it is. */
export async function* spoilt(
  brain: Brain,
  request: BrainRequest,
  { id }: AttachedFault,
  by: SpoiltBy,
): AsyncGenerator<BrainDelta | BrainEnd> {
  let [text, tokens] = ['', 0];
  const written = (other: string): BrainDelta => ({ type: 'text', text: other, tokens });
  try {
    for await (const item of brain.stream(request)) {
      if (item.type === 'reasoning') yield item;
      else if (item.type === 'text') {
        text += item.text;
        tokens += item.tokens;
      } else if (item.type === 'end') {
        const other = item.finish === 'stop' ? SPOILS[by](text, request.seed) : undefined;
        if (text !== '') yield written(other ?? text);
        return yield other === undefined ? item : { ...item, applied: id };
      }
    }
  } catch (error) {
    if (text !== '') yield written(text);
    throw error;
  }
}
