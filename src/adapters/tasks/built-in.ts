/** The tasks that need no file: `hello` and `ledger-N`. */
import { draw } from '../../kernel/digest.ts';
import { type LoadedTask, TaskError } from './task.ts';

export const LEDGER_ROWS = { least: 3, most: 40 } as const;

/** How they are listed to people. */
export const BUILT_IN = `hello, ledger-${LEDGER_ROWS.least} to ledger-${LEDGER_ROWS.most}`;

/** @returns undefined where no built-in task has the name; @throws TaskError for a ledger of an impossible length */
export const builtInTask = (name: string, seed: number): LoadedTask | undefined => {
  if (name === 'hello') return hello();
  const rows = /^ledger-(\d+)$/.exec(name)?.[1];
  if (rows === undefined) return undefined;
  const n = Number(rows);
  const { least, most } = LEDGER_ROWS;
  if (n < least || n > most || rows.startsWith('0')) {
    throw new TaskError('missing', `There is no task ${name}: a ledger has ${least} to ${most} rows, as in ledger-12.`);
  }
  return ledger(n, seed);
};

const ANSWER = 'ANSWER.txt';

const hello = (): LoadedTask => ({
  spec: {
    name: 'hello',
    goal: `Write the line "hello, world" into ${ANSWER}.`,
    caps: [{ rights: 'rw', target: ANSWER }],
    evidence: [ANSWER],
    variants: [],
  },
  files: {},
  world: 'memory',
  repo: null,
  judge: { checks: [{ file: ANSWER, equals: 'hello, world' }] },
  limits: {},
});

/** Lengths of the numbers, in digits, each as likely as it is often listed. */
const DIGITS = [1, 2, 3, 4, 4, 4, 4, 5, 5] as const;

const number = (seed: number, n: number): number => {
  const digits = DIGITS[draw(seed, 'ledger.digits', 0, 0, n) % DIGITS.length] as number;
  const least = digits === 1 ? 0 : 10 ** (digits - 1);
  return least + (draw(seed, 'ledger.number', 0, 0, n) % (10 ** digits - least));
};

const ledger = (n: number, seed: number): LoadedTask => {
  const rowName = (i: number): string => `r${String(i).padStart(2, '0')}`;
  const files: Record<string, string> = {};
  let sums = '';
  for (let i = 1; i <= n; i++) {
    const [a, b] = [number(seed, 2 * i), number(seed, 2 * i + 1)];
    files[`rows/${rowName(i)}`] = `add ${a} and ${b}\n`;
    sums += `${a + b}\n`;
  }
  return {
    spec: {
      name: `ledger-${n}`,
      goal: `Sum each row of rows/ into ${ANSWER}, in order: ${rowName(1)} to ${rowName(n)}.`,
      caps: [
        { rights: 'r', target: 'rows/' },
        { rights: 'rw', target: ANSWER },
      ],
      evidence: [ANSWER],
      variants: ['{text}', 'Do: {text}', 'Step: {text}'],
    },
    files,
    world: 'memory',
    repo: null,
    judge: { checks: [{ file: ANSWER, equals: sums }] },
    limits: {},
  };
};
