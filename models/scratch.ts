/**
 * How the model adds: on paper, in `q`, before it halts.
 *
 * Each digit is spelled after a letter for its place, so that every later look-up is "what followed this letter", which a small
 * transformer learns first. Then the columns from the least significant: digits, carry in, carry out and, after its own letter,
 * the result's digit. Last the result's digits in reading order.
 */
const PLACES = 5;
const LEFT = 'edcba';
const RIGHT = 'EDCBA';
const RESULT = 'uzyxwv';

const spell = (labels: string, digits: string): string => [...labels].map((label, i) => label + digits[i]).join('');

/** @param a,b integers in [0, 99999]; the scratch is 90 characters long */
export const sumScratch = (a: number, b: number): string => {
  const [left, right] = [a, b].map((n) => String(n).padStart(PLACES, '0')) as [string, string];
  const columns: string[] = [];
  let carry = 0;
  for (let i = PLACES - 1; i >= 0; i--) {
    const sum = Number(left[i]) + Number(right[i]) + carry;
    const tens = Math.floor(sum / 10);
    columns.push(`${LEFT[i]}${left[i]}${RIGHT[i]}${right[i]}+${carry}=${tens}${RESULT[i + 1]}${sum % 10}`);
    carry = tens;
  }
  const result = spell(RESULT, String(a + b).padStart(PLACES + 1, '0'));
  return `${spell(LEFT, left)} ${spell(RIGHT, right)} ${columns.join(' ')} ${result}`;
};
