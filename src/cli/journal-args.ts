/** What the journal verbs take, from text. */
import { InvalidArgumentError } from 'commander';

/** A record, or a tick. */
export type Bound = { seq: number } | { tick: number };

/** `1200`, `#1200` or `t84` */
export const bound = (text: string): Bound => {
  const found = /^(#|t)?(\d{1,15})$/.exec(text);
  if (found === null) throw new InvalidArgumentError('Give the number of a record, or t and the number of a tick.');
  const value = Number(found[2]);
  return found[1] === 't' ? { tick: value } : { seq: value };
};

/** `SEQ:HASH`, as `journal tip` prints it. */
export const notedTip = (text: string): { seq: number; hash: string } => {
  const found = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text);
  if (found === null) throw new InvalidArgumentError('Give SEQ:HASH as `turingos journal tip` printed it.');
  return { seq: Number(found[1]), hash: found[2] as string };
};

export const collect = (text: string, before: string[] = []): string[] => [...before, text];
