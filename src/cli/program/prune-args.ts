/** What `prune` takes, from text. */
import { InvalidArgumentError } from 'commander';
import { Outcome } from '../../kernel/records/index.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `30d`, `12h`, `90m`, `2w` in milliseconds. */
export const age = (text: string): number => {
  const [, digits, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('Give an age: 90m, 12h, 30d or 2w.');
  return Number(digits) * (UNITS[unit] ?? 0);
};

/** `dead,failed`. */
export const outcomes = (text: string): readonly Outcome[] =>
  text.split(',').map((word) => {
    const { data } = Outcome.safeParse(word.trim().toLowerCase());
    if (data === undefined) throw new InvalidArgumentError(`Give some of ${Outcome.options.join(', ')}, with commas.`);
    return data;
  });
