/**
 * The troubles at which a run pauses by itself, in words: `thrash,panic=1,denied=3`, or `off`. `panic<=1` and `denied>=3` say
 * the same, but a shell takes `<` and `>` for its own where they are not quoted.
 */
import type { Policy } from '../../kernel/policy.ts';
import type { PolicyValue, Settable } from '../../kernel/settable.ts';

export const PAUSES_EXAMPLE = 'thrash,panic=1,denied=3';

type Pauses = NonNullable<Policy['pauseOn']>;

/** @returns a sentence where the text names no such troubles */
export const readPauses = (text: string): Pauses | string => {
  const found: Pauses = {};
  if (text === 'off') return found;
  for (const part of text.split(',')) {
    const [, name, sign, digits] = /^\s*(thrash|panic|denied)\s*(?:(<=|>=|=)\s*(\d{1,6}))?\s*$/.exec(part) ?? [];
    const n = digits === undefined ? undefined : Number(digits);
    if (name === 'panic' && (sign === '<=' || sign === '=') && n !== undefined) found.panic = n;
    else if (name === 'thrash' && sign !== '<=' && n !== 0) found.thrash = n ?? 1;
    else if (name === 'denied' && sign !== '<=' && n !== 0) found.denied = n ?? 1;
    else
      return `\`${part.trim()}\` is no trouble to pause on: give thrash, panic=N (or fewer left) or denied=N (or more), like ${PAUSES_EXAMPLE}`;
  }
  return found;
};

/** All three, so that what is not named is off. */
export const pauseChanges = ({ thrash, panic, denied }: Pauses): { field: Settable; value: PolicyValue }[] => [
  { field: 'pauseOn.thrash', value: thrash ?? null },
  { field: 'pauseOn.panic', value: panic ?? null },
  { field: 'pauseOn.denied', value: denied ?? null },
];
