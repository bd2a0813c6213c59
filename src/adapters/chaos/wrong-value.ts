/** Valid JSON, a reply that every schema accepts, and one number or word in it is not what it was. */
import { draw } from '../../kernel/digest.ts';
import { parseReply, type Reply } from '../../kernel/index.ts';

/** Where values stand that a task rests on; handles, opcodes and places are none, since those would be denied, not wrong. */
const VALUES = new Set(['content', 'result', 'text', 'args']);
const NUMBER = /\d+/g;
const WORD = /[A-Za-z]{2,}/g;

/** Where a string of the reply stands. */
interface Slot {
  holder: Record<string, unknown>;
  key: string;
  text: string;
}

/** @returns undefined where the text is no reply, or holds no value */
export const wrongValue = (text: string, seed: number): string | undefined => {
  const parsed = parseReply(text);
  if (!parsed.ok) return undefined;
  const reply = structuredClone(parsed.reply);
  const slots = slotsOf(reply);
  for (const [pattern, change] of [
    [NUMBER, otherNumber],
    [WORD, otherWord],
  ] as const) {
    const found = slots.flatMap((slot) => [...slot.text.matchAll(pattern)].map((match) => ({ slot, match })));
    const hit = found[draw(seed, 'chaos.wrong', 0, 0, 0) % found.length];
    if (hit === undefined) continue;
    const { holder, key, text: value } = hit.slot;
    const [{ length }] = hit.match;
    const { index } = hit.match;
    holder[key] = value.slice(0, index) + change(hit.match[0], seed) + value.slice(index + length);
    const wrong = JSON.stringify(reply);
    return parseReply(wrong).ok ? wrong : undefined;
  }
  return undefined;
};

/** What the op carries; where it carries nothing, what the brain says of itself. */
const slotsOf = (reply: Reply): Slot[] => {
  const slots: Slot[] = [];
  if (reply.world !== null) collect(reply.world, false, slots);
  if (slots.length > 0) return slots;
  return [{ holder: reply as unknown as Record<string, unknown>, key: 'q', text: reply.q }];
};

const collect = (value: object, isValue: boolean, slots: Slot[]): void => {
  const holder = value as Record<string, unknown>;
  for (const [key, field] of Object.entries(holder)) {
    const counts = isValue || VALUES.has(key);
    if (typeof field === 'object' && field !== null)
      collect(field, counts && Array.isArray(field) && key === 'args', slots);
    else if (typeof field === 'string' && counts && field !== '') {
      slots.push({ holder, key, text: field });
    }
  }
};

/** As long, with one digit changed; a number that began with no zero begins with none. */
const otherNumber = (digits: string, seed: number): string => {
  const at = draw(seed, 'chaos.wrong.at', 0, 0, 0) % digits.length;
  const least = at === 0 && digits.length > 1 && !digits.startsWith('0') ? 1 : 0;
  const others = [...'0123456789'].filter((digit) => Number(digit) >= least && digit !== digits[at]);
  const digit = others[draw(seed, 'chaos.wrong.digit', 0, 0, 0) % others.length] as string;
  return digits.slice(0, at) + digit + digits.slice(at + 1);
};

/** As long, with one letter moved on in the alphabet. */
const otherWord = (word: string, seed: number): string => {
  const at = draw(seed, 'chaos.wrong.at', 0, 0, 0) % word.length;
  const letter = word[at] as string;
  const next = letter === 'z' ? 'a' : letter === 'Z' ? 'A' : String.fromCharCode(letter.charCodeAt(0) + 1);
  return word.slice(0, at) + next + word.slice(at + 1);
};
