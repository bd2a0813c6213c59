import { cleanup } from 'ink-testing-library';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DemoRun, eventfulRun } from '../store/demo-run.ts';
import { LARGE, NORMAL, SMALL, show } from './live-show.tsx';

afterEach(cleanup);

describe.each([
  ['120×40', LARGE],
  ['80×24', NORMAL],
  ['60×20', SMALL],
])('%s', (_, size) => {
  test('fills the screen, and shows what matters most', () => {
    const lines = show(size).screen().split('\n');
    expect(lines.length).toBe(size.rows);
    expect(lines[0]).toMatch(/^7f3a.*P tiny +W tiny-early.*LIVE {2}THRASHING/);
    expect(lines[1]).toMatch(/^THRASH .* 4\/4 TRAP {2}P1 t41-44 x4: GOTO ANSWER\.txt/);
    expect(lines.join('\n')).toMatch(/PANIC .* 2 of 3 left/);
    expect(lines.join('\n')).toMatch(/P1 .*t45/);
    expect(lines.join('\n')).toContain('TIMELINE');
    expect(lines.at(-2)).toMatch(/^! t44 THRASH_ROUTE: P1 GOTO/);
    expect(lines.at(-1)).toMatch(/P pause S step X fault (T tell V cap )?K kill q quit$/);
  });
});

test('120×40 has all panes: tiles, processes, capabilities with denied asks, votes, traps', () => {
  const text = show(LARGE).screen();
  expect(text).toMatch(/2 WORKERS .*idle: P1 has the turn/);
  expect(text).toMatch(/w12 t37 m2\.3\/3 .*w13 t36/);
  expect(text).toMatch(/P1 +running +look/);
  expect(text).toMatch(/h2 +rw +P1 .*ANSWER\.txt .*held/);
  expect(text).toMatch(/! +w +w2 w7 w12 +vfd:\/\/rw\/<name> +t\d+ +3 +h1 r rows\//);
  expect(text).toMatch(/1 1040 +## +won +\+2 +2/);
  expect(text).toMatch(/t44 +P1 +THRASH_ROUTE .* open/);
  expect(text).toMatch(/t22 +P1 +CPU_FAULT x4 +PANIC RESET, budget 3 > 2/);
  expect(text).toContain('stack >check rows   ~verify ANSWER.txt');
});

describe('keys change what is seen, at once', () => {
  test('digits pick the pane of the shared slot', async () => {
    const { press } = show(NORMAL);
    await press('3', /\[3 PROCESSES 1\]/);
    await press('5', /\[5 VOTES\]/);
    await press('8', /\[8 CALL STACK 2\]/);
    await press('4', /\[4 CAPS 2, 3 denied\]/);
  });
  test('z zooms, Escape goes back', async () => {
    const { press } = show(NORMAL);
    const zoomed = await press('6z', /tick +who/);
    expect(zoomed).not.toContain('WORKERS');
    await press('\u001b', /WORKERS/);
  });
  test('the call stack takes the place of the processes where there is room for both rows, and zooms', async () => {
    const { press } = show(LARGE);
    const text = await press('8', /━8 CALL STACK 2/);
    expect(text).toContain('4 CAPABILITIES');
    expect(await press('z', /^(?![\s\S]*WORKERS)/)).toMatch(/8 CALL STACK 2 3 proc ━{80}/);
  });
  test('v switches tiles and tabs, tab the worker', async () => {
    const { press } = show(LARGE);
    await press('2v', /\[w\d+\]/);
    const { press: other } = show(NORMAL);
    const first = await other('2', /━2 WORKERS.*\[w10\]/);
    expect(first).toContain('vote 1050');
    await other('\t', /\[w11\]/);
  });
  test('in the small layout tab reaches workers and comes round to the planner', async () => {
    const { press } = show(SMALL);
    // Each of the two says that the other is to be had.
    expect(await press('1', /━1 PLANNER.*2 workers/)).toMatch(/streak P1 \d\/\d .*tok/);
    await press('2', /━2 WORKERS.*1 planner/);
    await press('1\t', /2 WORKERS/);
    await press('\t\t', /1 PLANNER/);
  });
  test('e holds the view on a trap, l goes back', async () => {
    const { press, console, run, ui } = show(NORMAL);
    expect(await press('e', /HELD -1t {2}THRASHING/)).toContain('Held at t44; the run goes on');
    await press('EE', /HELD -12t/);
    console.feed(run.records.slice(-1));
    expect(console.store.getState().held).toBe(true);
    await press('\r', () => ui.getState().inspect === 31);
    // The inspector would be shown now, and left again.
    ui.setState({ inspect: null });
    await press('l', /LIVE {2}THRASHING/);
  });
  test('keys that are typed at once mean what the ones before them lead to', async () => {
    const { press, ui } = show(NORMAL);
    await press('eEE\r', () => ui.getState().inspect === 31);
    expect(ui.getState().trap).not.toBeNull();
  });
  test('/ filters the focused list', async () => {
    const { press } = show(NORMAL);
    await press('6/eacces', /filter: eacces/);
    const text = await press('\r', /6 TRAPS.*\/eacces/);
    expect(text).not.toMatch(/│.t31 w11/);
    await press('\u001b', /t31 w11/);
  });
  test('/ searches a stream: the newest place first, n and N round and round, Esc back to its end', async () => {
    const { press, ui } = show(NORMAL);
    await press('1/goto', /search: goto/);
    const first = await press('\r', /P1: (\d+) of \1 lines with "goto"/);
    expect(first).toMatch(/━1 PLANNER P1 \/goto /);
    expect(first).toMatch(/SYS_GOTO/);
    await press('n', /P1: 1 of \d+ lines with "goto"/);
    expect(await press('N', /P1: (\d+) of \1 lines/)).toBe(first);
    await press('N', () => (ui.getState().scroll[1] ?? 0) > 0);
    const text = await press('\u001b', /1 PLANNER P1 t45 \*/);
    expect(text).not.toContain('back');
    await press('/nowhere\r', /"nowhere" is not in this pane\./);
  });
  test('/ in the workers leads from one to the next that has it', async () => {
    const { press, ui } = show(NORMAL);
    await press('2/halt\r', /w(\d+): (\d+) of \2 lines with "halt"/);
    const last = ui.getState().workerTab;
    const text = await press('n', /w\d+: 1 of/);
    expect(ui.getState().workerTab).not.toBe(last);
    expect(text).toMatch(/━2 WORKERS \/halt /);
    const tiles = show(LARGE);
    expect(await tiles.press('2/halt\r', /w\d+: (\d+) of \1 lines/)).toMatch(/━2 WORKERS \/halt +\d alive/);
    await tiles.press('/(\r', /\( is no pattern/);
  });
  test('streams scroll back, and say so', async () => {
    const { press } = show(NORMAL);
    await press('1kkk', /back 3/);
    await press('l', /1 PLANNER P1 t45 \*/);
  });
  test('the list of keys says how much is below, and stops at its end', async () => {
    const { press } = show(NORMAL);
    await press('?', /\d+ below/);
    const end = await press('j'.repeat(60), /\d+ above/);
    expect(end).not.toContain('below');
    expect(end).toContain('a lower-case key never does');
    await press('k', /above, 1 below/);
  });
  test('the list of keys goes by pages, and leaves no scraps beside it at 80 columns', async () => {
    const { press } = show(NORMAL);
    const first = await press('?', /\d+ below/);
    expect(first.split('\n').filter((line) => /^━ |^│ /.test(line)).length).toBe(20);
    const second = await press('\u001b[6~', /\d+ above, \d+ below/);
    expect(Number(/(\d+) above/.exec(second)?.[1])).toBe(18);
    await press('\u0015', /^(?![\s\S]*above)/);
  });
  test('a vote is read at 80 columns: its step, answer and numbers', async () => {
    const { press } = show(NORMAL);
    const text = await press('5', /5 VOTES/);
    expect(text).toMatch(/st leading +votes +mrg bal flg/);
    expect(text).toMatch(/^│? ?.* \d (sum|add|\d{3,}).* [#]/m);
  });
  test.each([LARGE, NORMAL, SMALL])('no help text is cut at $columns columns', async (size) => {
    const { press } = show(size);
    expect(await press('?', /KEYS/)).not.toMatch(/…\s*│/);
  });
  test('? lists the keys', async () => {
    const { press } = show(LARGE);
    const text = await press('?', /KEYS/);
    expect(text).toContain('Previous mark');
    expect(await press('j'.repeat(60), /\d+ above/)).toContain('Inject a fault');
  });
});

describe('capitals act on the run', () => {
  test('P pauses a running one, and lets a paused one go on', async () => {
    const { press, command, run, console } = show(LARGE);
    await press('P', /Paused:/);
    expect(command).toHaveBeenLastCalledWith({ command: 'pause' }, 'by key');
    const before = run.records.length;
    run.command({ command: 'pause' });
    console.feed(run.records.slice(before));
    await press('P', /The run goes on/);
    expect(command).toHaveBeenLastCalledWith({ command: 'unpause' }, 'by key');
  });
  test('a paused run says how to go on', () => {
    const run = eventfulRun().command({ command: 'pause' });
    expect(show(NORMAL, { run }).screen()).toMatch(/\nPaused at t45\. S steps once, P lets it go on\. *\n/);
    expect(show(NORMAL, { run, readOnly: true }).screen()).toMatch(/\nPaused at t45\. *\n/);
  });
  test('the first order after a paused run has stood idle is acknowledged as the next one is', async () => {
    const run = eventfulRun().command({ command: 'pause' });
    const { press, screen, console } = show(LARGE, { run });
    await press('X', /cut the stream/);
    await press('\r', /Fault armed: cut the stream/);
    const before = run.records.length;
    run.command({ command: 'inject', fault: { fault: 'brain.cut', target: 'any', times: 1 } });
    const idle = 15_000;
    const later = run.records
      .slice(before)
      .map((rec) => ({ ...rec, ts: new Date(Date.parse(rec.ts) + idle).toISOString() }));
    console.feed(later);
    // Its record is on the screen: the time line has the order.
    await vi.waitFor(() => expect(screen()).toMatch(/^ marks.*O/m));
    expect(screen()).toMatch(/Fault armed: cut the stream/);
  });
  test('a held view of a paused run does not say that it goes on', async () => {
    const run = eventfulRun().command({ command: 'pause' });
    expect(await show(NORMAL, { run }).press('e', /Held at t44\. l follows/)).not.toContain('goes on');
  });
  test.each([LARGE, NORMAL])('T tells a process something, with a reason, at $columns columns', async (size) => {
    const { press, command } = show(size);
    await press('T', /order: tell P1 /);
    await press('look at ANSWER.txt --reason "it forgot"', /it forgot/);
    await press('\r', /P1 is told in its next frame/);
    const order = { command: 'tell', pid: 1, text: 'look at ANSWER.txt' };
    expect(command).toHaveBeenLastCalledWith(order, 'it forgot');
  });
  test('V offers grant and revoke, completes words, and keeps a wrong line with what is wrong with it', async () => {
    const { press, command } = show(LARGE);
    await press('V', /order: +Tab: grant {2}revoke/);
    await press('r\t', /order: revoke .*Tab: P1/);
    await press('P1 \r', /order: revoke P1 .*! revoke needs a process and one of its handles/);
    expect(command).not.toHaveBeenCalled();
    await press('h', /Tab: h1/);
    await press('1\r', /Revoked|nothing done/i);
    expect(command).toHaveBeenLastCalledWith({ command: 'revoke', pid: 1, handle: 'h1' }, 'by key');
  });
  test.each([NORMAL, SMALL])(
    'what is wrong with an order is told to its end at $columns columns, and the order stays',
    async (size) => {
      const { press } = show(size);
      await press('V', /order: /);
      const text = await press('grant P9 r foo\r', /no process P9/);
      expect(text.replaceAll(/\s+/g, ' ')).toMatch(
        /! there is no process P9 now.*for example `grant P1 rw ANSWER.txt`.* order: grant P9 r foo/,
      );
      expect(text.split('\n')).toHaveLength(size.rows);
      await press('\u007f', /order: grant P9 r fo +/);
    },
  );
  test.each([NORMAL, SMALL])('what came of something is told to its end at $columns columns', async (size) => {
    const { ui, screen } = show(size);
    const long = `Copied ${'to the buffer of tmux and '.repeat(5)}to nothing else.`;
    ui.setState({ message: { tone: 'good', text: long } });
    await vi.waitFor(() => expect(screen()).toContain('to nothing else.'));
    const text = screen();
    expect(text.replaceAll(/\s+/g, ' ')).toContain(long);
    expect(text.split('\n')).toHaveLength(size.rows);
  });
  test('a swap is completed with roles and profiles, typed after T or into the palette', async () => {
    const { press, command } = show(LARGE);
    await press('V', /order: /);
    await press('swap worker s', /Tab: sim/);
    await press('\t\r', /worker is sim/i);
    expect(command).toHaveBeenLastCalledWith({ command: 'swap', role: 'worker', profile: 'sim' }, 'by key');
    await press(':', /Esc/);
    await press('swap pl', /swap planner/);
    await press('\td', /swap planner demo/);
    await press('\t\r', /planner is demo/i);
    expect(command).toHaveBeenLastCalledWith({ command: 'swap', role: 'planner', profile: 'demo' }, 'by palette');
  });
  test('an order that is typed can be given up, and be only a question', async () => {
    const { press, command } = show(LARGE);
    await press('T', /order: tell P1 /);
    await press('\u001b', /^(?![\s\S]*order: )/);
    expect(command).not.toHaveBeenCalled();
    await press('V', /order: /);
    await press('set thrash.same 6 --dry-run', /dry-run/);
    await press('\r', /Dry run, nothing is done/);
    expect(command).toHaveBeenLastCalledWith(expect.objectContaining({ command: 'set' }), 'by key', true);
  });
  test('K asks, and only y kills', async () => {
    const { press, command } = show(LARGE);
    const text = await press('K', /KILL THE RUN/);
    expect(text).toContain('P1 is being written');
    await press('n', /^(?![\s\S]*KILL THE RUN)/);
    expect(command).not.toHaveBeenCalled();
    await press('K', /KILL THE RUN/);
    await press('y', /Killed:/);
    expect(command).toHaveBeenCalledWith({ command: 'kill' }, 'by key');
  });
  test.each([NORMAL, SMALL])('nothing in the chooser of faults is cut at $columns columns', async (size) => {
    const { press } = show(size);
    await press('X', /a reply ends early, at once if it can/);
    const dialog = (text: string): string[] => text.split('\n').filter((line) => /[│━] .*[│━]/.test(line));
    for (const what of [
      /fails half-way/,
      /all that was derived from it/,
      /what the other did/,
      /one number or word changed/,
    ]) {
      expect(dialog(await press('j', what)).join('\n')).not.toMatch(/\S…/);
    }
  });
  test('X chooses a fault, whom it strikes, and which handle', async () => {
    const { press, command } = show(LARGE);
    await press('X', /INJECT A FAULT/);
    await press('1', /> target/);
    await press('\r', /Fault armed: cut the stream, target any/);
    expect(command).toHaveBeenLastCalledWith(
      { command: 'inject', fault: { fault: 'brain.cut', target: 'any', times: 1 } },
      'by key',
    );
    await press('X3lll', /handle +\*used last/);
    await press('jjl\r', /Fault armed: revoke a handle, target P1/);
    expect(command).toHaveBeenLastCalledWith(
      { command: 'inject', fault: { fault: 'cap.revoked', target: 1, times: 1, handle: 'h1' } },
      'by key',
    );
  });
  test('what was said of a fault gives way once it has struck', async () => {
    const { press, console, run, screen } = show(LARGE);
    await press('X1\r', /Fault armed: cut the stream/);
    const before = run.records.length;
    run.command({ command: 'inject', fault: { fault: 'cap.revoked', target: 1, times: 1, handle: 'h1' } });
    console.feed(run.records.slice(before));
    await vi.waitFor(() => expect(screen()).not.toContain('Fault armed'));
  });
  test('what was said of a kill gives way to how the run ended', async () => {
    const { press, console, run, screen } = show(NORMAL);
    await press('K', /KILL THE RUN/);
    await press('y', /Killed:/);
    const before = run.records.length;
    run.command({ command: 'kill' });
    console.feed(run.records.slice(before));
    await vi.waitFor(() => expect(screen()).toMatch(/! KILLED: .* q leaves/));
  });
  test('what the kernel refuses is said', async () => {
    const control = {
      command: async () => Promise.reject(new Error('nobody listens')),
      profiles: async () => [],
    };
    await show(LARGE, { control }).press('P', /! nobody listens/);
  });
  test('read-only has no capitals', async () => {
    const { press, command, screen } = show(LARGE, { readOnly: true });
    expect(screen()).toMatch(/read-only .*q quit$/);
    await press('KPSXy?', /KEYS/);
    expect(command).not.toHaveBeenCalled();
    expect(screen()).not.toContain('Kill the run');
  });
});

describe('quitting', () => {
  test('a live run is asked about: detach leaves it alone', async () => {
    const { press, exit, command } = show(NORMAL);
    await press('q', /turingos attach 7f3a/);
    await press('d', () => exit.mock.calls.length === 1);
    expect(command).not.toHaveBeenCalled();
  });
  test('or kills it, and then leaves', async () => {
    const { press, exit, command } = show(NORMAL);
    await press('qK', () => exit.mock.calls.length === 1);
    expect(command).toHaveBeenCalledWith({ command: 'kill' }, 'by key');
  });
  test('an ended one is simply left', async () => {
    const { press, exit } = show(NORMAL, { run: eventfulRun().command({ command: 'kill' }) });
    await press('q', () => exit.mock.calls.length === 1);
  });
});

test('the kernel’s death is shown with the way out, and quitting does not ask', async () => {
  const { console, press, exit, screen } = show(NORMAL);
  console.setKernel({ pid: null, gone: true });
  await vi.waitFor(() => expect(screen()).toMatch(/ENDED {2}GONE/));
  expect(screen()).toMatch(/kernel is gone\. .*turingos resume/);
  expect(screen()).toMatch(/1 PLANNER P1 idle: the kernel is gone/);
  expect(screen()).not.toMatch(/has the turn|tok\/s|streaming|P pause/);
  expect(await press('3', /3 PROCESSES 1/)).toMatch(/pid left as[\s\S]*P1 {2}running/);
  await press('q', () => exit.mock.calls.length === 1);
});

test('deleted-under-the-console: a run whose directory is gone is not offered to be resumed', async () => {
  const { console, screen } = show(NORMAL);
  console.setKernel({ pid: null, gone: true, lost: "The run's directory is gone, deleted or moved" });
  await vi.waitFor(() =>
    expect(screen()).toMatch(/! The run's directory is gone, deleted or moved: nothing of it can be/),
  );
  expect(screen()).not.toContain('turingos resume');
});

test('stopped-kernel: a kernel that does not answer is not told to be ok', async () => {
  const { console, screen } = show(LARGE);
  console.setKernel({ pid: 77, gone: false, stalled: 'its kernel, process 77, is stopped', stopped: true });
  await vi.waitFor(() => expect(screen()).toMatch(/! its kernel, process 77, is stopped/));
  expect(screen()).toMatch(/^.*WAITING/);
  expect(screen()).not.toMatch(/kernel 77 ok|RUNNING/);
});

test('a view of the past of a run whose kernel is gone shows it alive, and says what became of it', async () => {
  const { console, press } = show(NORMAL);
  console.setKernel({ pid: null, gone: true });
  const past = await press('gt30\r', /HELD -15t {2}(RUNNING|PANIC)/);
  expect(past).toContain('the kernel is gone since');
  expect(past).not.toContain('cut off: the kernel is gone');
});

test('a killed run says why, and keeps what it held on the screen', () => {
  const text = show(LARGE, { run: eventfulRun().command({ command: 'kill' }) }).screen();
  expect(text).toMatch(/ENDED {2}KILLED/);
  expect(text).toMatch(/h1 +r +P1/);
  expect(text).toMatch(/2 WORKERS 0 alive of \d+ ─+idle: the run has ended─/);
  expect(text.split('\n').at(-1)).toMatch(/\? q quit$/);
});

test('hostile replies and task texts reach the terminal as text only', () => {
  const evil = '\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u001b]0;title\u0007\u009b1;1H\u001bP1$r\u001b\\evil\u202e';
  const run = new DemoRun({ planner: (n) => (n < 3 ? `{"q":"${evil}` : undefined), worker: () => undefined }).play();
  run.say(1, `split \u001b]0;ti`).say(1, `tle\u0007${evil}`);
  for (const size of [LARGE, NORMAL, SMALL]) {
    const { screen, console } = show(size, { run });
    const foreign = screen();
    expect(foreign).toContain('evil');
    expect(foreign).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    console.stop();
  }
});

test('a run that waits for room on its disk says so, until it goes on', async () => {
  const { console, screen } = show(LARGE, { run: new DemoRun({ planner: () => undefined, worker: () => undefined }) });
  const kernel = { pid: 7, gone: false };
  console.setKernel({ ...kernel, stalled: 'The disk is full (ENOSPC) at /home: the run waits until there is room.' });
  await vi.waitFor(() => expect(screen()).toMatch(/WAITING[\s\S]*The disk is full/));
  console.setKernel({ ...kernel, stalled: null });
  await vi.waitFor(() => expect(screen()).not.toMatch(/WAITING|The disk is full/));
});
