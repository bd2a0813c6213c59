import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  countRuns,
  filterRuns,
  idWidth,
  pairText,
  type RunRow,
  sortRuns,
  type Told,
} from '../../src/screens/runs/runs-model.ts';
import { RunsScreen } from '../../src/screens/runs/runs-screen.tsx';
import type { RunsSource } from '../../src/screens/runs/runs-view.ts';
import { currentTags, type Tag } from '../../src/store/tags.ts';

afterEach(cleanup);

const run = (id: string, state: RunRow['state'], change: Partial<RunRow> = {}): RunRow => ({
  ...{
    id,
    state,
    task: 'ledger-12',
    planner: 'tiny',
    worker: 'tiny-early',
    simulated: false,
    sandbox: null,
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

test('who was swapped out is named beside the pair, or only marked; one that is no capable model always by name', () => {
  const pair = (was: string[], max?: number) =>
    pairText(run('1a', 'passed', { planner: 'qwen', worker: 'qwen', was }), max);
  expect(pair(['kimi', 'SIM'])).toBe('qwen x2 (kimi, SIM before)');
  expect(pair(['kimi', 'SIM'], 15)).toBe('qwen x2 <SIM');
  expect(pair(['kimi'], 15)).toBe('qwen x2 <');
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

const told = (change: Partial<Told> = {}): Told => ({
  ...{ panic: { left: 1, total: 3 }, thrash: 4, cost: null, now: 'map m1 3/12', broken: false },
  fields: [
    { name: 'first trouble', text: 't17 P1 CAUSALITY two world ops' },
    { name: 'last words', text: 'P1 t212: {"q":"Verify"}' },
  ],
  next: [{ verb: 'fork 3ccccccc --at t199', why: 'again' }],
  ...change,
});

test('every way for a run to stand has its word, and those that need somebody come first', () => {
  const states = [
    'passed',
    'killed',
    'interrupted',
    'limit',
    'failed',
    'paused',
    'running',
    'thrash',
    'waiting',
  ] as const;
  const all = [...states, 'gone' as const, 'dead' as const].map((state, i) =>
    run(`${i % 9}${'0123456789a'[i]}aaaaaa`, state),
  );
  expect(sortRuns(all, 'attention').map(({ state }) => state)).toEqual([
    ...['dead', 'gone', 'waiting', 'thrash', 'running', 'paused'],
    ...['failed', 'limit', 'interrupted', 'killed', 'passed'],
  ]);
  expect(countRuns(all)).toEqual({
    ...{ all: 11, live: 2, waiting: 1, paused: 1, gone: 1, dead: 1, done: 1, other: 4 },
  });
});

test('orders that are chosen: by thrash, by ticks, by cost', () => {
  const list = [
    run('1aaaaaaa', 'passed', { tick: 9, told: told({ thrash: 1, cost: 2 }) }),
    run('2aaaaaaa', 'passed', { tick: 7, told: told({ thrash: 5 }) }),
    run('3aaaaaaa', 'passed', { tick: 8 }),
  ];
  expect(sortRuns(list, 'thrash').map(({ id }) => id[0])).toEqual(['2', '1', '3']);
  expect(sortRuns(list, 'ticks').map(({ id }) => id[0])).toEqual(['1', '3', '2']);
  expect(sortRuns(list, 'cost').map(({ id }) => id[0])).toEqual(['1', '3', '2']);
});

test('at 80 columns there is room for why, whatever the names are', async () => {
  const why = 'panic budget spent!!';
  const list = [
    run('1aaaaaaa', 'dead', { planner: 'tiny', worker: 'tiny-early', task: 'v2/01117-long-name', reason: why }),
    run('2aaaaaaa', 'running', { told: told({ cost: 1.9 }) }),
  ];
  const { screen } = show(80, 24, list);
  await vi.waitFor(() => expect(screen()).toContain(why));
  expect(screen()).toMatch(/TICK PAN TH +IDLE +\$ WHY/);
  expect(screen()).toMatch(/LIVE +2aaa .* 12 #-- {2}4 .* 1\.90 map m1 3\/12/);
});

const show = (columns: number, height: number, list = rows, since: string | null = null) => {
  const open = vi.fn();
  const left = vi.fn();
  const tags = new Map<string, readonly Tag[]>();
  const exit = vi.fn();
  const looked: string[] = [];
  const source: RunsSource = {
    ...{ home: 'home', since, left },
    writeTag: (id, tag) => {
      tags.set(id, currentTags([...(list.find((row) => row.id === id)?.tags ?? []), tag]));
      return tags.get(id) ?? [];
    },
    list: async () => list,
    look: async (id) => {
      looked.push(id);
      const row = list.find((candidate) => candidate.id === id);
      return row === undefined ? undefined : { ...row, told: told() };
    },
    measure: async () => 1_500_000,
  };
  const { lastFrame, stdin, unmount } = render(
    <RunsScreen source={source} readOnly={false} open={open} exit={exit} size={{ columns, rows: height }} />,
  );
  const screen = (): string => (lastFrame() ?? '').replaceAll(/\u001b\[[\d;]*m/g, '');
  const press = async (keys: string, until: RegExp | (() => boolean)): Promise<string> => {
    stdin.write(keys);
    await vi.waitFor(() => (until instanceof RegExp ? expect(screen()).toMatch(until) : expect(until()).toBe(true)));
    return screen();
  };
  return { screen, press, open, exit, looked, left, tags, unmount };
};

describe.each([
  [80, 24],
  [120, 40],
  [60, 20],
])('%i×%i', (columns, height) => {
  test('lists runs with their names whole, and previews the one under the cursor', async () => {
    const { screen, press } = show(columns, height);
    await vi.waitFor(() => expect(screen()).toMatch(/first trouble +t17 P1 CAUSALITY/));
    const text = screen();
    expect(text.split('\n').length).toBe(height);
    expect(text).toMatch(/^RUNS 5 {2}live 1 {2}waiting 0 {2}gone 1 {2}dead 1 {2}done 1/);
    expect(text).toMatch(columns < 100 ? />!DEAD +3ccc / : />!DEAD +3ccccccc /);
    expect(text).toContain('SIM x2');
    expect(text).toContain('tiny+tiny-early');
    expect(text).not.toMatch(/panic_budget_exhaust…|tiny-earl[^y]/);
    expect(await press('j', />!GONE/)).toMatch(/─4ddddddd {2}GONE/);
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

test('marks, comparing, and verbs that are read before they are done', async () => {
  const { press, screen } = show(80, 24);
  await press('', /3ccc/);
  expect(await press('c', /Mark two runs with space/)).toContain('sort: attention');
  await press(' ', /1 marked: 3ccc/);
  await press(' ', /2 marked: 3ccc 4ddd/);
  await press('w', /There is no verb for that here: why 2bbbbbbb/);
  await press('\u001b', /no filter/);
  await press('', /first trouble/);
  await press('F', /: fork 3ccccccc --at t199/);
  await press('\u001b', /c compares them/);
  await press('\u001b', () => !screen().includes('marked'));
});

test('of hundreds of runs only those in sight are read, and the one under the cursor first', async () => {
  const list = Array.from({ length: 500 }, (_, i) => run(i.toString(16).padStart(8, '0'), 'passed'));
  const { press, looked, screen } = show(80, 24, list);
  await vi.waitFor(() => expect(looked.length).toBe(11));
  expect(screen()).toMatch(/RUNS 500/);
  await press('G', /> DONE +000001f3/);
  await vi.waitFor(() => expect(looked.length).toBe(22));
  expect(looked[11]).toBe('000001f3');
});

test('m tags the run under the cursor at its last tick, and edits what it says there', async () => {
  const { press, screen, tags } = show(80, 24);
  await press('', /3ccc/);
  await press('m', /tag 3ccc: .*#labels and words, at its last tick/);
  await press('drops the hex #handle\r', /3ccc t12 is tagged\./);
  expect(tags.get('3ccccccc')).toMatchObject([{ tick: 12, seq: 400, text: 'drops the hex', labels: ['handle'] }]);
  expect(screen()).toMatch(/DEAD +3ccc#ledger/);
  await press('m', /tag 3ccc: drops the hex #handle/);
  await press('\u0015', /tag 3ccc: +#labels/);
  await press('\r', /3ccc t12 has no tag any more\./);
  expect(tags.get('3ccccccc')).toEqual([]);
});

test('m tags all that are marked; each keeps what it had', async () => {
  const old: Tag = { tick: 12, seq: 400, text: 'slow', labels: ['a'], by: 'operator', at: '' };
  const list = rows.map((row) => (row.state === 'dead' ? { ...row, tags: [old] } : row));
  const { press, tags } = show(80, 24, list);
  await press('', /3ccc/);
  await press('  ', /2 marked: 3ccc 4ddd/);
  await press('m', /tag 2 runs:/);
  await press('worth it #sft\r', /The last ticks of 2 runs are tagged\./);
  expect(tags.get('3ccccccc')).toMatchObject([{ text: 'slow; worth it', labels: ['a', 'sft'] }]);
  expect(tags.get('4ddddddd')).toMatchObject([{ text: 'worth it', labels: ['sft'] }]);
});

test('what came to a stand since the list was last left is counted; leaving is told', async () => {
  const { screen, left, unmount } = show(80, 24, rows, '2026-01-03T18:00:00.000Z');
  await vi.waitFor(() => expect(screen()).toMatch(/done 1 {2}\(2 since 01-03\)/));
  expect(left).not.toHaveBeenCalled();
  unmount();
  expect(left).toHaveBeenCalledOnce();
  expect(show(80, 24).screen()).not.toContain('since');
});

test('a run whose commands run without a sandbox is marked, is found, and the preview says what the mark means', async () => {
  const list = rows.map((row) => (row.state === 'dead' ? { ...row, sandbox: 'none' as const } : row));
  expect(filterRuns(list, 'no sandbox').map((row) => row.id[0])).toEqual(['3']);
  const { screen } = show(80, 24, list);
  await vi.waitFor(() => expect(screen()).toMatch(/DEAD +3ccc ledger-12!/));
  expect(screen()).toMatch(/NO SANDBOX +its commands run without a fence/);
  expect(screen()).toMatch(/LIVE +2bbb ledger-12 tiny/);
});

test('pasted text goes into the filter', async () => {
  const { press } = show(80, 24);
  await press('', /3ccc/);
  await press('/', /Enter keep/);
  await press('\u001b[200~dead\u001b[201~', /1 of 5/);
});
