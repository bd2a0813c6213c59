/**
 * How a worker adds on paper before it answers: digits spelled after a letter for their place, then the columns from the least
 * significant (digits, carry in, carry out, result digit), then the result's digits in reading order.
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
    const tens = sum >= 10 ? 1 : 0;
    columns.push(`${LEFT[i]}${left[i]}${RIGHT[i]}${right[i]}+${carry}=${tens}${RESULT[i + 1]}${sum % 10}`);
    carry = tens;
  }
  const result = spell(RESULT, String(a + b).padStart(PLACES + 1, '0'));
  return `${spell(LEFT, left)} ${spell(RIGHT, right)} ${columns.join(' ')} ${result}`;
};
