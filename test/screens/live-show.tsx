// A live screen on a scripted run, with keys that wait for what they must lead to.
import { render } from 'ink-testing-library';
import { expect, vi } from 'vitest';
import { recordsSource } from '../../src/replay/records-source.ts';
import type { Control } from '../../src/screens/control.ts';
import { LiveScreen } from '../../src/screens/live/live-screen.tsx';
import { say } from '../../src/screens/live/say.ts';
import { createConsoleStore } from '../../src/store/console-store.ts';
import { Player } from '../../src/store/player.ts';
import type { Tag, TagBook } from '../../src/store/tags.ts';
import { currentTags } from '../../src/store/tags.ts';
import { createUiStore } from '../../src/store/ui-store.ts';
import { type DemoRun, eventfulRun } from '../store/demo-run.ts';

export const LARGE = { columns: 120, rows: 40 };
export const NORMAL = { columns: 80, rows: 24 };
export const SMALL = { columns: 60, rows: 20 };

export const show = (
  size: { columns: number; rows: number },
  options: {
    run?: DemoRun;
    readOnly?: boolean;
    control?: Control | null;
    tags?: TagBook | null;
    replay?: boolean;
  } = {},
) => {
  const run = options.run ?? eventfulRun();
  const { replay = false } = options;
  const console = createConsoleStore(undefined, replay);
  const ui = createUiStore();
  const player = new Player({
    source: async () => recordsSource({ format: 'turingos', name: 'x', records: run.records }),
    show: console.show,
    say: (tone, text) => say(ui, tone, text),
  });
  const written: Tag[] = [];
  const book: TagBook = { read: () => currentTags(written), write: (tag) => written.push(tag) };
  const command = vi.fn<Control['command']>(async () => ({ seq: 1, events: [] }));
  const exit = vi.fn();
  console.feed(run.records);
  const control = options.control === undefined ? { command, profiles: async () => ['demo', 'sim'] } : options.control;
  const { lastFrame, stdin } = render(
    <LiveScreen
      console={console}
      ui={ui}
      control={control}
      player={player}
      tags={options.tags === undefined ? book : options.tags}
      follows={!replay}
      readOnly={options.readOnly ?? false}
      exit={exit}
      size={size}
    />,
  );
  const screen = (): string => (lastFrame() ?? '').replaceAll(/\u001b\[[\d;]*m/g, '');
  /** Types one event, and waits for what it must lead to. */
  const press = async (keys: string, until: RegExp | (() => boolean)): Promise<string> => {
    await vi.waitFor(() => expect(stdin.listenerCount('readable')).toBeGreaterThan(0));
    stdin.write(keys);
    await vi.waitFor(() => (until instanceof RegExp ? expect(screen()).toMatch(until) : expect(until()).toBe(true)));
    return screen();
  };
  return { run, console, ui, player, command, exit, screen, press, written };
};
