import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { entriesOf, type ScreenScope, type VerbInfo } from '../../src/screens/palette/entries.ts';
import { matching, score, wordsOf } from '../../src/screens/palette/match.ts';
import type { PaletteTarget } from '../../src/screens/palette/offers.ts';
import { type Answer, createPalette } from '../../src/screens/palette/palette.ts';

const arg = (name: string, required = true) => ({ name, required, choices: [] });
const verb = (name: string, change: Partial<VerbInfo> = {}): VerbInfo => ({
  ...{ name, about: `what ${name} does`, args: [], options: [], writes: false },
  ...change,
});

const VERBS: readonly VerbInfo[] = [
  verb('why', { args: [arg('run')], options: [{ flag: '--json', about: 'one JSON object', choices: [] }] }),
  verb('kill', { args: [arg('run')], writes: true }),
  verb('diff', { args: [arg('a'), arg('b')] }),
  verb('journal stat', { args: [arg('run|file')] }),
  verb('ps'),
  verb('run', {
    args: [arg('task')],
    options: [
      { flag: '--profile <name>', about: 'the pair', choices: [] },
      { flag: '--fsync <how>', about: 'when it is on the disk', choices: ['always', 'never'] },
    ],
  }),
  verb('swap', { args: [arg('run'), arg('words')], writes: true }),
];

const open = (
  options: { scope?: ScreenScope; readOnly?: boolean; run?: string | null; answer?: Promise<Answer> | Answer } = {},
) => {
  const { answer = { kind: 'said', tone: 'info', text: 'done' } } = options;
  const press = vi.fn<PaletteTarget['press']>();
  const say = vi.fn<PaletteTarget['say']>();
  const perform = vi.fn(async (_words: readonly string[], _signal: AbortSignal) => answer);
  const palette = createPalette({
    ...{ verbs: VERBS, perform, opened: async () => {} },
    choices: (name) =>
      name === 'run' || name === 'a' || name === 'b' ? RUNS : name === '--profile <name>' ? PROFILES : [],
  });
  const target: PaletteTarget = {
    ...{ scope: 'live', readOnly: false, run: '7f3a01b2', press, say },
    ...options,
  };
  palette.show(target);
  /** Characters one by one, or a named key. */
  const keys = (...names: string[]): void => {
    for (const name of names) for (const key of name.length > 1 && NAMED.has(name) ? [name] : name) palette.press(key);
  };
  return { palette, press, say, perform, keys, state: () => palette.store.getState(), offers: () => palette.offers() };
};
const NAMED = new Set(['enter', 'tab', 'down', 'up', 'escape', 'backspace', 'ctrl+u', 'ctrl+w', 'pagedown']);
const PROFILES = [
  { text: 'demo', about: 'a profile' },
  { text: 'sim', about: 'a profile' },
];
const RUNS = [
  { text: '7f3a01b2', about: 'DEAD' },
  { text: '81c0aaaa', about: 'GONE' },
];

describe('what is meant by what is typed', () => {
  const names = ['next trap', 'previous trap', 'next tick', 'tag', 'journal stat', 'step'].map((name) => ({
    name,
    about: '',
  }));
  const first = (typed: string): string | undefined => matching(names, typed)[0]?.name;
  test.each([
    ['next tr', 'next trap'],
    ['next-tr', 'next trap'],
    ['nt', 'next trap'],
    ['ntick', 'next tick'],
    ['trap', 'next trap'],
    ['js', 'journal stat'],
    ['stat', 'journal stat'],
    ['st', 'step'],
    ['TAG', 'tag'],
  ])('%s: %s', (typed, name) => expect(first(typed)).toBe(name));

  test('property: a name is found by its letters in order, and first by all of it', () => {
    const entries = [...entriesOf('live', false, VERBS), ...entriesOf('inspect', false, [])];
    fc.assert(
      fc.property(fc.constantFrom(...entries), fc.infiniteStream(fc.boolean()), (entry, picks) => {
        const letters = [...entry.name].filter((char) => char !== ' ' && picks.next().value).join('');
        expect(score(entry, letters)).toBeDefined();
        expect(matching(entries, entry.name)[0]?.name).toBe(entry.name);
      }),
    );
  });

  test('words as a shell takes them', () => {
    expect(wordsOf(`a  'b c' d"e f"`)).toEqual(['a', 'b c', 'de f']);
    expect(wordsOf("a 'b")).toBe("A ' is not closed.");
  });
});

test('every key of a screen and every verb is offered; read-only leaves out what may change a run', () => {
  const all = open().offers();
  for (const name of ['next trap', 'pane 4 capabilities', 'goto', 'kill', 'journal stat', 'half down'.slice(0, 4)]) {
    if (name !== 'half') expect(all.map(({ text }) => text)).toContain(name);
  }
  const fewer = open({ readOnly: true }).offers();
  expect(fewer.some(({ writes }) => writes)).toBe(false);
  expect(fewer.map(({ text }) => text)).toContain('why');
  expect(fewer.map(({ text }) => text)).not.toContain('kill');
});

test('Enter presses the key that is chosen', () => {
  const { keys, press, state } = open();
  keys('next tr', 'enter');
  expect(press.mock.calls).toEqual([['e']]);
  expect(state().target).toBeNull();
});

test('what stands behind a name that opens a line is typed into it', () => {
  const { keys, press } = open();
  keys('goto t84', 'enter');
  expect(press.mock.calls.map(([key]) => key)).toEqual(['g', 'ctrl+u', 't', '8', '4', 'enter']);
});

test('a verb that needs a run means the one that is looked at; another may be named', async () => {
  const { keys, perform, say, state } = open();
  keys('why', 'enter');
  expect(perform.mock.calls[0]?.[0]).toEqual(['why', '7f3a01b2']);
  expect(state().busy).toBe('why');
  await vi.waitFor(() => expect(say).toHaveBeenCalledWith('info', 'done'));
  const other = open();
  other.keys('why 81c0 --json', 'enter');
  expect(other.perform.mock.calls[0]?.[0]).toEqual(['why', '81c0', '--json']);
});

test('where a verb has the name of a key, the key is meant, and the verb with something behind it', () => {
  const { keys, press, perform } = open();
  keys('kill', 'enter');
  expect(press.mock.calls).toEqual([['K']]);
  expect(perform).not.toHaveBeenCalled();
  const other = open();
  other.keys('kill 81c0', 'enter');
  expect(other.perform.mock.calls[0]?.[0]).toEqual(['kill', '81c0']);
});

test('Tab completes names, then arguments, then goes on to the next', () => {
  const { keys, state, offers } = open();
  keys('wh', 'tab');
  expect(state().text).toBe('why ');
  expect(offers().map(({ text }) => text)).toEqual(['why 7f3a01b2', 'why 81c0aaaa', 'why --json']);
  keys('8', 'tab');
  expect(state().text).toBe('why 81c0aaaa ');
  keys('--', 'tab');
  expect(state().text).toBe('why 81c0aaaa --json ');
});

test('Tab goes from one name to the next of those that fit what was typed, and round again', () => {
  const { keys, state, offers } = open();
  keys('trap');
  const fitting = offers().map(({ text }) => text);
  expect(fitting.length).toBeGreaterThan(1);
  const seen = fitting.map(() => {
    keys('tab');
    return state().text;
  });
  expect(seen).toEqual(fitting);
  keys('tab');
  expect(state().text).toBe(fitting[0]);
});

test('what is missing is asked for, and what is unknown is told with what there is', () => {
  const { keys, state, perform } = open();
  keys('diff', 'enter');
  expect(state()).toMatchObject({ text: 'diff ', problem: 'diff needs <a>' });
  keys('ctrl+u', 'zzzz', 'enter');
  expect(state().problem).toMatch(/^"zzzz" is nothing that can be done here/);
  keys('ctrl+u', "why '", 'enter');
  expect(state().problem).toBe("A ' is not closed.");
  expect(perform).not.toHaveBeenCalled();
});

test('what was typed before comes first, and is only done when it is chosen', () => {
  const { palette, keys, press, offers, state } = open();
  keys('next tr', 'enter');
  const target: PaletteTarget = { scope: 'live', readOnly: false, run: null, press, say: () => {} };
  palette.show(target);
  expect(offers()[0]).toMatchObject({ text: 'next trap', about: 'as before' });
  keys('enter');
  expect(state().target).toBeNull();
  expect(press).toHaveBeenCalledTimes(1);
  palette.show(target);
  keys('down', 'enter');
  expect(press).toHaveBeenCalledTimes(2);
  // A key that this screen does not have is not offered again here.
  palette.show({ ...target, scope: 'runs' });
  expect(offers()[0]?.text).not.toBe('next trap');
});

test('a long answer is read as a page; an error is one sentence; nobody has to wait', async () => {
  const text = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
  const { palette, keys, state } = open({ answer: { kind: 'page', title: 'ps', text } });
  keys('ps', 'enter');
  await vi.waitFor(() => expect(state().page?.title).toBe('ps'));
  palette.sized(100, 20);
  keys('j', 'j', 'pagedown');
  expect(state().page?.scroll).toBe(22);
  keys('G');
  expect(state().page?.scroll).toBe(80);
  keys('escape');
  expect(state().target).toBeNull();

  const failing = open({ answer: Promise.reject(new Error('there is no run "x"')) });
  failing.keys('why x', 'enter');
  await vi.waitFor(() => expect(failing.state()).toMatchObject({ busy: '', problem: 'there is no run "x"' }));

  const slow = open({ answer: new Promise<Answer>(() => {}) });
  slow.keys('ps', 'enter', 'x');
  expect(slow.state().busy).toBe('ps');
  slow.keys('escape');
  expect(slow.state()).toMatchObject({ busy: '', problem: 'Not waited for any more.' });
  expect(slow.perform.mock.calls[0]?.[1].aborted).toBe(true);
});

test('property: whatever is typed, read-only never changes a run, and nothing throws', () => {
  const key = fc.oneof(
    fc.constantFrom(...NAMED, 'kill ', 'why ', 'pause', ' ', '!'),
    fc.string({ minLength: 1, maxLength: 3 }),
  );
  const writing = new Set(['K', 'P', 'S', 'X']);
  fc.assert(
    fc.property(fc.array(key, { maxLength: 12 }), (names) => {
      const { keys, press, perform, offers, state } = open({ readOnly: true });
      keys(...names, 'enter');
      expect(offers().every(({ writes }) => !writes)).toBe(true);
      expect(press.mock.calls.slice(0, 1).every(([pressed]) => !writing.has(pressed))).toBe(true);
      expect(perform.mock.calls.every(([words]) => words[0] !== 'kill')).toBe(true);
      expect(state().problem).not.toContain('\n');
    }),
  );
});

describe('orders to the run that is looked at', () => {
  const ordering = (wrong = '') => {
    const give = vi.fn((_line: string) => wrong);
    const orders = {
      forms: [
        { verb: 'tell', form: 'PID TEXT', about: 'a line in its next frame' },
        { verb: 'kill', form: '[PID]', about: 'at once' },
      ],
      complete: (line: string) => ({ from: line.length, due: '', candidates: [{ text: 'P1', hint: 'the planner' }] }),
      give,
    };
    const press = vi.fn<PaletteTarget['press']>();
    const palette = createPalette({ verbs: VERBS, perform: vi.fn(), opened: async () => {}, choices: () => [] });
    palette.show({ scope: 'live', readOnly: false, run: '7f3a', press, say: () => {}, orders });
    return { palette, give, press };
  };

  test('are completed and given as they are typed', () => {
    const { palette, give } = ordering();
    for (const key of 'tell ') palette.press(key);
    expect(palette.offers()).toMatchObject([{ text: 'tell P1', about: 'the planner', writes: true }]);
    for (const key of 'P1 look') palette.press(key);
    palette.press('enter');
    expect(give).toHaveBeenCalledWith('tell P1 look');
    expect(palette.store.getState().target).toBeNull();
  });

  test('what is no order stays, with what is wrong', () => {
    const { palette } = ordering('tell needs a PID');
    for (const key of 'tell x') palette.press(key);
    palette.press('enter');
    expect(palette.store.getState()).toMatchObject({ text: 'tell x', problem: 'tell needs a PID' });
  });

  test('a bare name that is a key as well asks first, as the key does', () => {
    const { palette, give, press } = ordering();
    for (const key of 'kill') palette.press(key);
    palette.press('enter');
    expect(press).toHaveBeenCalledWith('K');
    expect(give).not.toHaveBeenCalled();
  });
});

test('values of options are offered, and are no arguments; behind its run an order goes on as orders do', () => {
  const offered = (line: string): string[] => {
    const { keys, offers } = open({ scope: 'runs', run: null });
    keys(line);
    return offers().map(({ text }) => text);
  };
  expect(offered('run --profile s')).toEqual(['run --profile sim']);
  expect(offered('run --fsync ')).toEqual(['run --fsync always', 'run --fsync never']);
  expect(offered('diff --json 7')).toEqual(['diff --json 7f3a01b2']);
  expect(offered('swap 7')).toEqual(['swap 7f3a01b2']);
  expect(offered('swap 7f3a01b2 w')).toEqual(['swap 7f3a01b2 worker']);
  expect(offered('swap 7f3a01b2 worker s')).toEqual(['swap 7f3a01b2 worker sim']);
});

test('what is found only after it was typed for is offered without another key', async () => {
  const { palette, keys } = open({ scope: 'runs', run: null });
  keys('escape');
  const found = Promise.withResolvers<void>();
  const words: { text: string; hint: string }[] = [];
  const complete = () => ({ from: 12, candidates: words, due: '' });
  const orders = { forms: [{ verb: 'swap', form: 'ROLE PROFILE', about: '' }], found: found.promise, complete };
  const none = { readOnly: false, run: null, press: vi.fn(), say: vi.fn() };
  palette.show({ ...none, scope: 'live', orders: { ...orders, give: () => '' } });
  keys('swap worker ');
  const seen = new Promise<string[]>((resolve) => {
    palette.store.subscribe(() => resolve(palette.offers().map(({ text }) => text)));
  });
  words.push({ text: 'sim', hint: '' });
  found.resolve();
  expect(await seen).toEqual(['swap worker sim']);
});
