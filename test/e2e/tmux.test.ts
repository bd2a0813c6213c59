// The console inside a real tmux: resizes, pastes, the clipboard, the mouse, a pane of its own, and a clean end.
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { firstRecord } from '../cli/harness.ts';
import { requires } from '../helpers/requires.ts';
import { type Desk, newDesk } from './harness/desk.ts';
import { newTmux, type Tmux } from './harness/tmux.ts';

const BIN = fileURLToPath(new URL('../../bin/turingos.js', import.meta.url));
const lacking = requires('tmux');

describe.skipIf(lacking !== undefined)(
  `in tmux${lacking === undefined ? '' : ` (${lacking})`}`,
  { timeout: 120_000 },
  () => {
    let desk: Desk;
    let id: string;
    const open: Tmux[] = [];
    beforeAll(async () => {
      desk = newDesk();
      id = await desk.begin('ledger-12', '--profile', 'sim', '--pace', '20');
      await firstRecord(desk.dir(id), ({ kind, tick }) => kind === 'tick.committed' && Number(tick) >= 3);
      // A run that rests gives a screen that does.
      await desk.call('pause', id);
    });
    afterEach(async () => {
      for (const tmux of open.splice(0)) await tmux.close();
    });
    afterAll(() => desk.close());

    const start = async (args: readonly string[], columns = 80, rows = 24): Promise<Tmux> => {
      const command = [process.execPath, BIN, ...args, '--home', desk.home];
      const tmux = await newTmux({ command, columns, rows });
      open.push(tmux);
      return tmux;
    };
    const flag = async (tmux: Tmux, name: string): Promise<string> =>
      (await tmux.tmux('display-message', '-p', '-t', ':0.0', `#{${name}}`)).trim();

    test('a storm of resizes ends in a whole frame, at any size', async () => {
      const tmux = await start(['attach', id]);
      expect((await tmux.atRest(/PAUSED/)).split('\n')).toHaveLength(25);
      for (const [columns, rows] of [
        [200, 50],
        [40, 10],
        [100, 36],
        [20, 5],
        [81, 25],
        [60, 20],
      ] as const) {
        await tmux.tmux('resize-window', '-x', String(columns), '-y', String(rows));
      }
      const small = await tmux.atRest(/1 PLANNER[\s\S]*7 TIMELINE[\s\S]*q quit/);
      expect(
        small
          .split('\n')
          .slice(0, 20)
          .every((row) => row.length <= 60),
      ).toBe(true);
      expect(small).toMatch(/^THRASH .*\nPANIC /m);
      await tmux.tmux('resize-window', '-x', '120', '-y', '40');
      const large = await tmux.atRest(/3 PROCESSES[\s\S]*5 VOTES[\s\S]*q quit/);
      expect(large).toMatch(new RegExp(`^${id} ledger-12`));
      for (const pane of ['1 PLANNER', '2 WORKERS', '4 CAPABILITIES', '6 TRAPS', '7 TIMELINE']) {
        expect(large.split(pane)).toHaveLength(2);
      }
    });

    test('what is pasted is text where something is typed, one line of it, and nothing anywhere else', async () => {
      const tmux = await start(['attach', id]);
      await tmux.atRest(/PAUSED/);
      await tmux.tmux('set-buffer', 'rows/\nK\n');
      await tmux.tmux('paste-buffer', '-p', '-t', ':0.0');
      expect(await tmux.atRest(/Pasted text goes where something is typed/)).not.toContain('KILL');
      await tmux.keys('4', '/');
      await tmux.waitFor(/filter: /);
      await tmux.tmux('paste-buffer', '-p', '-t', ':0.0');
      expect(await tmux.atRest(/filter: rows\/ K/)).not.toContain('KILL');
    });

    test("c puts the frame into tmux's buffer, whole, and says so", async () => {
      const tmux = await start(['open', `${id}@t2`], 120, 40);
      await tmux.atRest(/1 FRAME/);
      await tmux.keys('1', 'c');
      const screen = await tmux.waitFor(/(\d+) characters are in tmux's newest buffer/);
      const said = Number(/(\d+) characters are in tmux/.exec(screen)?.[1]);
      const copied = await tmux.tmux('show-buffer');
      expect(copied).toContain('[role] planner');
      expect(copied).toHaveLength(said);
    });

    test('with --mouse a click focuses and the wheel scrolls; it is off again afterwards', async () => {
      const tmux = await start(['attach', id, '--mouse']);
      await tmux.atRest(/PAUSED/);
      expect(await flag(tmux, 'mouse_any_flag')).toBe('1');
      // As tmux hands it on: column 60, row 18, where the trap log is.
      await tmux.tmux('send-keys', '-t', ':0.0', '-l', '\u001b[<0;60;18M\u001b[<0;60;18m');
      await tmux.waitFor(/━6 TRAPS/);
      await tmux.tmux('send-keys', '-t', ':0.0', '-l', '\u001b[<65;10;18M');
      await tmux.waitFor(/━\[4 CAPS/);
      await tmux.keys('q');
      await tmux.waitFor(/QUIT/);
      await tmux.keys('d');
      await tmux.waitFor(/The run goes on/);
      expect(await flag(tmux, 'mouse_any_flag')).toBe('0');
    });

    test('however it is left, the pane is what it was', async () => {
      const tmux = await start(['attach', id]);
      await tmux.atRest(/PAUSED/);
      expect(await flag(tmux, 'alternate_on')).toBe('1');
      expect(await flag(tmux, 'mouse_any_flag')).toBe('0');
      await tmux.keys('q');
      await tmux.waitFor(/QUIT/);
      await tmux.keys('d');
      await tmux.waitFor(/The run goes on/);
      expect(await flag(tmux, 'alternate_on')).toBe('0');
      expect(await desk.call('status', '--line', '--home', desk.home)).toMatchObject({
        stdout: expect.stringMatching(/^\w{4} PAUSED t\d+\n$/),
      });
    });

    test('watch shows only the panes that were asked for, in a tmux pane of its own, at any size', async () => {
      const tmux = await start(['attach', id], 120, 40);
      await tmux.atRest(/PAUSED/);
      const watch = [process.execPath, BIN, 'watch', id, '--pane', 'thrash,caps', '--home', desk.home];
      await tmux.tmux('split-window', '-h', '-l', '50', watch.map((word) => `'${word}'`).join(' '));
      const screen = await tmux.atRest(/^THRASH [\s\S]*^PANIC [\s\S]*4 CAP/m, '1');
      // Which run it is, and how it stands.
      expect(screen.split('\n')[0]).toMatch(new RegExp(`^${id.slice(0, 4)}.* PAUSED`));
      expect(screen).not.toMatch(/PLANNER|TRAPS/);
      await tmux.tmux('resize-pane', '-t', ':0.1', '-x', '70');
      await tmux.waitFor(
        (text) =>
          (text
            .split('\n')
            .find((row) => row.includes('CAPS') || row.includes('CAPABILITIES'))
            ?.trimEnd().length ?? 0) === 70,
        '1',
      );
      await tmux.tmux('send-keys', '-t', ':0.1', 'q');
      await tmux.waitFor(/The run goes on/, '1');
    });

    test('NO_COLOR and the 16 colours: signs stay, and no other colours come', async () => {
      const command = [process.execPath, BIN, 'attach', id, '--home', desk.home];
      const colours = async (env: Record<string, string>): Promise<string[]> => {
        const tmux = await newTmux({
          command: ['env', ...Object.entries(env).map(([k, v]) => `${k}=${v}`), ...command],
          columns: 80,
          rows: 24,
        });
        open.push(tmux);
        await tmux.atRest(/PAUSED/);
        const painted = await tmux.tmux('capture-pane', '-p', '-e', '-t', ':0.0');
        return [...new Set([...painted.matchAll(/\u001b\[([\d;]*)m/g)].map(([, codes]) => codes ?? ''))];
      };
      const coloured = /(^|;)(3[0-7]|9[0-7]|38)(;|$)/;
      expect((await colours({ NO_COLOR: '1' })).filter((codes) => coloured.test(codes))).toEqual([]);
      const all = await colours({ NO_COLOR: '', COLORTERM: 'truecolor' });
      expect(all.some((codes) => codes.includes('38;2;'))).toBe(true);
    });
  },
);
