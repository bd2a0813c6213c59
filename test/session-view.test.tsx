import { cleanup, render } from 'ink-testing-library';
import { afterEach, expect, test, vi } from 'vitest';
import { recordsSource } from '../src/replay/index.ts';
import { openReplay } from '../src/session.ts';
import { SessionView } from '../src/session-view.tsx';
import type { TimeSource } from '../src/store/time-source.ts';
import { eventfulRun } from './store/demo-run.ts';

afterEach(cleanup);

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, 10_000);

const opened = async (tick: number) => {
  const source = recordsSource({ format: 'turingos', name: 'demo', records: eventfulRun().records });
  const session = openReplay({ source, dir: null, seq: 100, inspect: tick, play: false, speed: 1 });
  const come = Promise.withResolvers<TimeSource>();
  // The view itself is there; only what the inspector asks for is still on its way.
  vi.spyOn(session.player, 'source').mockReturnValue(come.promise);
  const exit = vi.fn();
  const { lastFrame, stdin, frames } = render(<SessionView session={session} readOnly={false} exit={exit} />);
  const screen = (): string => (lastFrame() ?? '').replaceAll(/\u001b\[[\d;]*m/g, '');
  await eventually(() => expect(stdin.listenerCount('readable')).toBeGreaterThan(0));
  return { session, screen, stdin, frames, come: () => come.resolve(source) };
};

test('a run opened at a tick never shows the replay first, and keeps the keys typed while it is opened', async () => {
  const { session, screen, stdin, frames, come } = await opened(7);
  try {
    expect(screen()).toMatch(/INSPECT t7/);
    stdin.write('..');
    stdin.write('1');
    come();
    await eventually(() => expect(screen()).toMatch(/INSPECT +t9( of |\/)45/));
    await eventually(() => expect(screen()).toMatch(/1 FRAME/));
    expect(frames.some((frame) => frame.includes('7 TIMELINE') && !frame.includes('INSPECT'))).toBe(false);
  } finally {
    session.stop();
  }
});

test('q leaves at once a tick that is still being opened', async () => {
  const { session, screen, stdin } = await opened(7);
  try {
    stdin.write('q');
    await eventually(() => expect(screen()).toMatch(/1 PLANNER/));
    expect(session.ui.getState()).toMatchObject({ inspect: null, typedAhead: [] });
  } finally {
    session.stop();
  }
});
