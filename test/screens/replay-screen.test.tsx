import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { recordsSource } from '../../src/replay/records-source.ts';
import { LiveScreen } from '../../src/screens/live/live-screen.tsx';
import { say } from '../../src/screens/live/say.ts';
import { createConsoleStore } from '../../src/store/console-store.ts';
import { Player } from '../../src/store/player.ts';
import { currentTags, type Tag, type TagBook } from '../../src/store/tags.ts';
import { createUiStore } from '../../src/store/ui-store.ts';
import { eventfulRun } from '../store/demo-run.ts';

afterEach(cleanup);

const LARGE = { columns: 120, rows: 40 };
const NORMAL = { columns: 80, rows: 24 };
const SMALL = { columns: 60, rows: 20 };
const { records } = eventfulRun().command({ command: 'kill' });
const last = records.length;

/** A replay of an ended run, held at a record. */
const replay = async (size = NORMAL, at = 1, tags?: TagBook | null) => {
  const source = recordsSource({ format: 'turingos', name: '7f3a0c1d', records });
  const console = createConsoleStore(undefined, true);
  const ui = createUiStore();
  const exit = vi.fn();
  const control = { command: vi.fn(), profiles: async () => [] };
  const player = new Player({
    source: async () => source,
    show: console.show,
    say: (tone, text) => say(ui, tone, text),
  });
  const written: Tag[] = [];
  const book = { read: () => currentTags(written), write: (tag: Tag) => void written.push(tag) };
  console.know(await source.stateAt(last));
  player.hold(await source.stateAt(at));
  const { lastFrame, stdin } = render(
    <LiveScreen
      {...{ console, ui, player, control, exit, size }}
      tags={tags === undefined ? book : tags}
      follows={false}
      readOnly={false}
    />,
  );
  const screen = (): string => (lastFrame() ?? '').replaceAll(/\u001b\[[\d;]*m/g, '');
  const press = async (keys: string, until: RegExp | (() => boolean)): Promise<string> => {
    await vi.waitFor(() => expect(stdin.listenerCount('readable')).toBeGreaterThan(0));
    stdin.write(keys);
    await vi.waitFor(() => (until instanceof RegExp ? expect(screen()).toMatch(until) : expect(until()).toBe(true)));
    return screen();
  };
  await vi.waitFor(() => expect(screen()).toContain('REPLAY'));
  return { console, ui, player, control, exit, screen, press, written };
};

describe.each([
  ['120×40', LARGE],
  ['80×24', NORMAL],
  ['60×20', SMALL],
])('%s', (_, size) => {
  test('the first line says where the view is, that it is a replay, and the state there', async () => {
    const { screen, press } = await replay(size, 200);
    const [first = '', ...others] = screen().split('\n');
    expect(others).toHaveLength(size.rows - 1);
    expect(first).toMatch(/^7f3a.* t\d+( of |\/)45/);
    expect(first).toMatch(/REPLAY +\w+ *$/);
    expect(first).not.toContain('KILLED');
    await press('g100%\r', /REPLAY {2}KILLED/);
  });
});

describe('motions', () => {
  test('ticks, marks and traps', async () => {
    const { press } = await replay();
    await press('.', / t1\/45 /);
    await press('...', / t4\/45 /);
    await press(',,', / t2\/45 /);
    const trap = await press('e', />t\d+ \w+ \w+/);
    expect(trap).toMatch(/REPLAY/);
    await press('G', () => true);
    await press('g100%\r', / t45\/45 /);
    await press('E', />t44 P1 THRASH_ROUTE/);
    await press('7/panic\r', /\/panic/);
    await press('[', / t22\/45 /);
    await press('[', /No panic reset before this\./);
  });
  test('Home and End are the run’s', async () => {
    const { press } = await replay(NORMAL, 200);
    await press('\u001b[F', /REPLAY {2}KILLED/);
    await press('\u001b[H', / #1\/\d+ /);
  });
  test('g takes a share, a tick, a record and a time, and says what it does not understand', async () => {
    const { press } = await replay();
    expect(await press('g', /go to: /)).toContain('50%, t84, #18231');
    await press('t30\r', / t30\/45 /);
    await press('g#77\r', / #77\//);
    await press('g00:04\r', / #101\//);
    await press('gt99\r', /There is no tick 99: the run has 45\./);
    await press('gnowhere\r', /! "nowhere" is no place in a run/);
    await press('g#12\u007f3', /go to: #13/);
    await press('\u001b', /^(?![\s\S]*go to: )/);
  });
  test('kinds of marks that there are not are said, and not kept', async () => {
    const { press, ui } = await replay();
    await press('7/trapp\r', /! "trapp" is no kind of mark: there are trap, fault/);
    expect(ui.getState().filter[7]).toBe('');
  });
  test('a trap filter holds for e and E', async () => {
    const { press } = await replay();
    await press('6/route\r', /\/route/);
    await press('e', / t44\/45 /);
    await press('e', /No trap that the filter lets through after this\./);
  });
});

describe('playing', () => {
  test('space plays and holds, < and > change the speed, i the gaps', async () => {
    const { press, screen } = await replay(LARGE);
    expect(screen()).toMatch(/held, x1 /);
    await press('>>', /held, x4/);
    await press('i', /held, x4, with gaps/);
    await press(' ', /playing x4/);
    await press(' ', /held, x4/);
    await press('>>>>>', /held, max/);
    await press(' ', /REPLAY {2}KILLED/);
    await vi.waitFor(() => expect(screen()).toMatch(/held, max/));
  });
  test('l leads to the end, where nothing follows', async () => {
    const { press } = await replay();
    expect(await press('l', /The run is over: this is its end\./)).toMatch(/REPLAY {2}KILLED/);
  });
});

test('no capital does anything, and quitting asks nothing', async () => {
  const { press, control, exit, screen } = await replay(LARGE, 200);
  expect(screen()).not.toMatch(/P pause|K kill|read-only/);
  await press('PSXK', () => true);
  await press('q', () => exit.mock.calls.length === 1);
  expect(control.command).not.toHaveBeenCalled();
});

test('Escape does not leave the place', async () => {
  const { press } = await replay(NORMAL);
  await press('gt30\r', / t30\/45 /);
  await press('6/x\r', /\/x/);
  await press('\u001b', /^(?![\s\S]*\/x)/);
  await press('\u001b', / t30\/45 /);
});

test('the time line shows the whole run around the place, with the tags', async () => {
  const { press, screen } = await replay(LARGE);
  expect(screen()).toMatch(/t1-t45 of 45/);
  await press('gt30\r', / t30 of 45/);
  const rows = screen().split('\n');
  const scale = rows.find((row) => /t10 +t20/.test(row)) ?? '';
  expect(scale.indexOf('^')).toBe(7 + 29);
});

describe('tags', () => {
  test('m notes a tick, changes what is there, and takes it away', async () => {
    const { press, written, screen } = await replay(LARGE);
    await press('gt30\r', / t30 of 45/);
    expect(await press('m', /tag t30: /)).toContain('text and #labels');
    await press('drops the hex #handle\r', /t30 is tagged\./);
    expect(screen()).toMatch(/tag t30: "drops the hex" {2}#handle {2}\(you, /);
    expect(written).toMatchObject([{ tick: 30, text: 'drops the hex', labels: ['handle'], by: 'operator' }]);
    const marks =
      screen()
        .split('\n')
        .find((row) => row.startsWith(' marks')) ?? '';
    expect(marks[7 + 29]).toBe('#');
    await press('m', /tag t30: drops the hex #handle/);
    await press(`${'\u007f'.repeat(40)}#gone\r`, /tag t30: #gone/);
    await press(`m${'\u007f'.repeat(40)}\r`, /t30 has no tag any more\./);
    expect(screen()).not.toContain('#gone');
  });
  test('Escape leaves a tag as it was', async () => {
    const { press, written } = await replay(LARGE, 200);
    await press('mx', /tag t\d+: x/);
    await press('\u001b', /^(?![\s\S]*tag t\d+: x)/);
    expect(written).toEqual([]);
  });
  test('where tags cannot be kept or written, one sentence says so', async () => {
    const none = await replay(NORMAL, 200, null);
    await none.press('m', /Tags are kept in the directory of a run: a single file has none\./);
    const book = {
      read: () => [],
      write: () => {
        throw new Error('the tag cannot be written');
      },
    };
    const { press } = await replay(NORMAL, 200, book);
    await press('mx\r', /! the tag cannot be written/);
  });
});
