import { describe, expect, it } from 'vitest';
import { graderOf, loadTask, TaskError } from '../../../src/adapters/tasks/index.ts';
import { TaskSpec } from '../../../src/kernel/task.ts';

const judged = async (name: string, seed: number, answer?: string) => {
  const { judge, files } = loadTask(name, seed);
  const all = new Map(Object.entries(files));
  if (answer !== undefined) all.set('ANSWER.txt', answer);
  return graderOf(judge, null)(all, undefined, new AbortController().signal);
};

const sums = (seed: number): number[] =>
  Object.values(loadTask('ledger-12', seed).files).map((row) => {
    const [, a, b] = /^add (\d+) and (\d+)\n$/.exec(row) ?? [];
    return Number(a) + Number(b);
  });

describe('ledger-N', () => {
  it('has N rows of the seed’s own numbers, up to five digits', () => {
    const digits = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const { files } = loadTask('ledger-40', seed);
      expect(Object.keys(files)).toHaveLength(40);
      for (const row of Object.values(files)) {
        expect(row).toMatch(/^add (0|[1-9]\d{0,4}) and (0|[1-9]\d{0,4})\n$/);
        for (const number of row.match(/\d+/g) ?? []) digits.add(number.length);
      }
    }
    expect([...digits].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(loadTask('ledger-12', 1).files).toEqual(loadTask('ledger-12', 1).files);
    expect(loadTask('ledger-12', 1).files).not.toEqual(loadTask('ledger-12', 2).files);
  });

  it('asks for them in order', () => {
    const { spec, files } = loadTask('ledger-12', 5);
    expect(TaskSpec.parse(spec)).toEqual(spec);
    expect(spec.goal).toBe('Sum each row of rows/ into ANSWER.txt, in order: r01 to r12.');
    expect(spec.caps).toEqual([
      { rights: 'r', target: 'rows/' },
      { rights: 'rw', target: 'ANSWER.txt' },
    ]);
    expect(Object.keys(files).slice(0, 2)).toEqual(['rows/r01', 'rows/r02']);
  });

  it('passes the right sums, with or without a final newline', async () => {
    const right = sums(5).join('\n');
    expect(await judged('ledger-12', 5, right)).toMatchObject({ verdict: 'pass' });
    expect(await judged('ledger-12', 5, `${right}\n`)).toMatchObject({ verdict: 'pass' });
  });

  it('says how much is there and how much is wrong, never what is right', async () => {
    const right = sums(5);
    const off = right.map((sum, i) => (i === 3 || i === 8 ? sum + 1 : sum));
    const cases: [string | undefined, string][] = [
      [undefined, 'ANSWER.txt is not there.'],
      ['', 'ANSWER.txt has 0 lines, too few, 0 of them wrong.'],
      [off.join('\n'), 'ANSWER.txt has 12 lines, 2 of them wrong.'],
      [right.slice(0, 11).join('\n'), 'ANSWER.txt has 11 lines, too few, 0 of them wrong.'],
      [`${right.join('\n')}\n7\n`, 'ANSWER.txt has 13 lines, too many, 0 of them wrong.'],
    ];
    for (const [answer, words] of cases)
      expect(await judged('ledger-12', 5, answer)).toEqual({ verdict: 'fail', words });
    for (const [, words] of cases) for (const sum of right) if (sum > 99) expect(words).not.toContain(String(sum));
  });

  it('shows no sum to anyone but the grader', () => {
    const { spec, files } = loadTask('ledger-12', 5);
    const shown = JSON.stringify([spec, files]);
    for (const sum of sums(5)) if (sum > 999) expect(shown).not.toContain(`${sum}`);
  });

  it.each(['ledger-2', 'ledger-41', 'ledger-012', 'ledger-0'])('refuses %s', (name) => {
    expect(() => loadTask(name, 1)).toThrow(/a ledger has 3 to 40 rows, as in ledger-12/);
  });
});

describe('hello', () => {
  it('wants one line', async () => {
    expect(await judged('hello', 1, 'hello, world\n')).toMatchObject({ verdict: 'pass' });
    expect(await judged('hello', 1, 'hello\n')).toMatchObject({ verdict: 'fail' });
  });
});

it('names the built-in tasks where there is none of a name', () => {
  const load = () => loadTask('ledgre', 1);
  expect(load).toThrow(TaskError);
  expect(load).toThrow(
    'There is no task "ledgre": name a task.yaml, or a built-in one (hello, ledger-3 to ledger-40).',
  );
});
