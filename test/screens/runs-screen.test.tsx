import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { filterRuns, idWidth, pairText, type RunRow, sortRuns, tallyOf } from '../../src/screens/runs/runs-model.ts';
import { RunsScreen } from '../../src/screens/runs/runs-screen.tsx';
import { eventfulRun } from '../store/demo-run.ts';

afterEach(cleanup);

const run = (id: string, state: RunRow['state'], change: Partial<RunRow> = {}): RunRow => ({
  ...{
    id,
    state,
    task: 'ledger-12',
    planner: 'tiny',
    worker: 'tiny-early',
    simulated: false,
    profile: 'demo',
    seed: 1,
  },
  ...{
    createdAt: `2026-01-0${id.slice(0, 1)}T09:00:00.000Z`,
    tick: 12,
    records: 400,
    reason: '',
    lastAt: null,
    pid: null,
  },
  ...change,
});

const rows = [
  run('1aaaaaaa', 'passed', { reason: 'ok' }),
  run('2bbbbbbb', 'running', { pid: 77 }),
  run('3ccccccc', 'dead', { reason: 'panic_budget_exhausted' }),
  run('4ddddddd', 'gone'),
  run('5eeeeeee', 'failed', { planner: 'SIM', worker: 'SIM', simulated: true, reason: 'no answer' }),
];

test('what needs somebody comes first, the newest of each first', () => {
  expect(sortRuns(rows, 'attention').map((row) => row.state)).toEqual(['dead', 'gone', 'running', 'failed', 'passed']);
  expect(sortRuns(rows, 'newest').map((row) => row.id[0])).toEqual(['5', '4', '3', '2', '1']);
});

test('a filter word must be there, a word with ! must not', () => {
  expect(filterRuns(rows, 'dead').map((row) => row.id[0])).toEqual(['3']);
  expect(filterRuns(rows, '!done !sim').map((row) => row.id[0])).toEqual(['2', '3', '4']);
  expect(filterRuns(rows, '!')).toHaveLength(5);
});

test('a pair is short; names that say that no capable model is at work stay whole', () => {
  const pair = (planner: string, worker: string, max?: number) =>
    pairText(run('1a', 'passed', { planner, worker }), max);
  expect(pair('tiny-early', 'tiny-early')).toBe('tiny-early x2');
  expect(pair('tiny', 'tiny-early', 15)).toBe('tiny+tiny-early');
  expect(pair('qwen3-coder:30b', 'tiny-early', 15)).toBe('qwe~+tiny-early');
  expect(pair('kimi-k2-turbo', 'qwen3-coder:30b', 15)).toBe('kimi-k~+qwen3-~');
});

test('a tagged run shows that it is, is found by its labels, and the preview names them', async () => {
  const tag = { tick: 79, seq: 900, text: 'drops the hex', labels: ['handle'], by: 'operator', at: '' } as const;
  const tagged = rows.map((row) =>
    row.state === 'dead' ? { ...row, tags: [tag, { ...tag, tick: 80, labels: [] }] } : row,
  );
  expect(filterRuns(tagged, '#handle').map((row) => row.id[0])).toEqual(['3']);
  expect(filterRuns(tagged, 'hex').map((row) => row.id[0])).toEqual(['3']);
  const { screen } = show(80, 24, tagged);
  await vi.waitFor(() => expect(screen()).toMatch(/DEAD +3ccc#ledger/));
  expect(screen()).toMatch(/LIVE +2bbb ledger/);
  expect(screen()).toMatch(/tags +#handle t79 {2}t80/);
});

test('ids are shown as short as they differ', () => {
  expect(idWidth(rows)).toBe(4);
  expect(idWidth([run('1aaaaaaa', 'passed'), run('1aaaaabb', 'passed')])).toBe(7);
});

test('panic resets left and loop traps are counted from the records', () => {
  const { records } = eventfulRun();
  expect(tallyOf(records, 3)).toEqual({ panic: { left: 2, total: 3 }, thrash: 1 });
  expect(tallyOf([], 0)).toEqual({ panic: { left: 0, total: 0 }, thrash: 0 });
});

test('at 80 columns there is room for why, whatever the names are', async () => {
  const why = 'panic budget spent!!';
  const list = [
    run('1aaaaaaa', 'dead', { planner: 'tiny', worker: 'tiny-early', task: 'v2/01117-long-name', reason: why }),
    run('2aaaaaaa', 'running', { tally: { panic: { left: 1, total: 3 }, thrash: 4 } }),
  ];
  const { screen } = show(80, 24, list);
  await vi.waitFor(() => expect(screen()).toContain(why));
  expect(screen()).toMatch(/TICK PAN TH +IDLE WHY/);
  expect(screen()).toMatch(/LIVE +2aaa .* 12 #-- {2}4 /);
});

const show = (columns: number, height: number, list = rows) => {
  const open = vi.fn();
  const exit = vi.fn();
  const source = { home: 'home', list: async () => list, tail: async () => eventfulRun().records.slice(-200) };
  const { lastFrame, stdin } = render(
    <RunsScreen source={source} readOnly={false} open={open} exit={exit} size={{ columns, rows: height }} />,
  );
  const screen = (): string => (lastFrame() ?? '').replaceAll(/\u001b\[[\d;]*m/g, '');
  const press = async (keys: string, until: RegExp | (() => boolean)): Promise<string> => {
    stdin.write(keys);
    await vi.waitFor(() => (until instanceof RegExp ? expect(screen()).toMatch(until) : expect(until()).toBe(true)));
    return screen();
  };
  return { screen, press, open, exit };
};

describe.each([
  [80, 24],
  [120, 40],
  [60, 20],
])('%i×%i', (columns, height) => {
  test('lists runs with their names whole, and previews the one under the cursor', async () => {
    const { screen, press } = show(columns, height);
    await vi.waitFor(() => expect(screen()).toMatch(/last trap +t44 THRASH_ROUTE/));
    const text = screen();
    expect(text.split('\n').length).toBe(height);
    expect(text).toMatch(/^RUNS 5 {2}live 1 {2}paused 0 {2}gone 1 {2}dead 1 {2}done 1/);
    expect(text).toMatch(columns < 100 ? />!DEAD +3ccc / : />!DEAD +3ccccccc /);
    expect(text).toContain('SIM x2');
    expect(text).toContain('tiny+tiny-early');
    expect(text).not.toMatch(/panic_budget_exhaust…|tiny-earl[^y]/);
    expect(await press('j', />!GONE/)).toContain('turingos resume 4ddddddd');
  });
});

test('keys: cursor, filter, open, quit', async () => {
  const { press, open, exit } = show(80, 24);
  await press('', /3ccc/);
  await press('j', />!GONE +4ddd/);
  await press('/sim\r', /1 of 5/);
  await press('\r', () => open.mock.calls.length === 1);
  expect(open).toHaveBeenCalledWith('5eeeeeee');
  await press('\u001b', /no filter/);
  await press('q', () => exit.mock.calls.length === 1);
});

test('an empty home says how to begin', async () => {
  const { screen } = show(80, 24, []);
  await vi.waitFor(() => expect(screen()).toContain('No run yet: turingos demo starts one.'));
});
