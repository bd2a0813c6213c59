/** The console's root: which screen is shown, what it is fed from, and how the terminal is left. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { type Look, lookFromEnvironment } from './components/look.ts';
import { runsSource } from './runs-source.ts';
import { EXIT } from './runtime/exit-codes.ts';
import { UserError } from './runtime/user-error.ts';
import { InspectScreen } from './screens/inspect/inspect-screen.tsx';
import { LiveScreen } from './screens/live/live-screen.tsx';
import { say } from './screens/live/say.ts';
import { LookContext } from './screens/look-context.ts';
import { RunsScreen, type RunsSource } from './screens/runs/runs-screen.tsx';
import { summaryText } from './screens/summary.tsx';
import { errorText, runOnTerminal } from './screens/terminal.ts';
import { type Opening, openReplay, openSession, type Replay, type Session } from './session.ts';
import { toTick } from './store/goto.ts';
import type { TimeSource } from './store/time-source.ts';

export interface ConsoleOptions {
  /** The directory that holds `runs/`. */
  home: string;
  /** The whole id of a run; without it the runs screen is shown. */
  runId?: string;
  /** Where the run is held first; without it the view follows. */
  at?: Opening;
  /** A run or a file to travel in, instead of a run to follow. */
  replay?: Replay;
  /** No key may change a run. */
  readOnly?: boolean;
}

interface AppProps {
  look: Look;
  source: RunsSource;
  readOnly: boolean;
  start: Session | null;
  open(id: string): Session;
  leave(): void;
}

const App = ({ look, source, readOnly, start, open, leave }: AppProps) => {
  const [session, setSession] = useState(start);
  const [last, setLast] = useState<string | null>(null);
  const close = (): void => {
    if (session === null || start !== null) return leave();
    session.stop();
    setLast(session.id);
    setSession(null);
  };
  return (
    <LookContext value={look}>
      {session === null ? (
        <RunsScreen source={source} readOnly={readOnly} start={last} exit={leave} open={(id) => setSession(open(id))} />
      ) : (
        <SessionView key={session.id} session={session} readOnly={readOnly} exit={close} />
      )}
    </LookContext>
  );
};

interface SessionViewProps {
  session: Session;
  readOnly: boolean;
  exit(): void;
}

/** One run: all of it, or one of its ticks. */
const SessionView = ({ session, readOnly, exit }: SessionViewProps) => {
  const { console, ui, player } = session;
  const tick = useStore(ui, ({ inspect }) => inspect);
  const [source, setSource] = useState<TimeSource | null>(null);
  const inspecting = tick !== null;
  useEffect(() => {
    if (!inspecting) return;
    player.source().then(setSource, (error: unknown) => {
      ui.setState({ inspect: null });
      say(ui, 'error', `The run cannot be read: ${errorText(error)}`);
    });
  }, [inspecting, player, ui]);
  if (tick === null || source === null) return <LiveScreen {...session} readOnly={readOnly} exit={exit} />;
  const back = (): void => {
    // The view comes along to the tick that was looked at last.
    if (console.store.getState().held) player.move(toTick(tick));
    ui.setState({ inspect: null, trap: null });
  };
  return (
    <InspectScreen
      source={source}
      ui={ui}
      tick={tick}
      readOnly={readOnly || console.store.getState().replay}
      exit={back}
      onTick={(next) => ui.setState({ inspect: next })}
    />
  );
};

/** Opens the console on this process's terminal. @returns the exit code, when it is left; @throws UserError without a terminal */
export const openConsole = async (options: ConsoleOptions): Promise<number> => {
  if (process.stdout.isTTY !== true || process.stdin.isTTY !== true) {
    throw new UserError('the console needs a terminal: use --headless or --json without one', EXIT.unavailable);
  }
  const { home, readOnly = false } = options;
  const parts = { readOnly, source: runsSource(home), open: (id: string) => openSession(home, id) };
  return runConsole({ ...parts, start: startOf(options) });
};

const startOf = ({ home, runId, at, replay }: ConsoleOptions): Session | null => {
  if (replay !== undefined) return openReplay(replay);
  return runId === undefined ? null : openSession(home, runId, at);
};

export interface ConsoleParts {
  start: Session | null;
  readOnly: boolean;
  source: RunsSource;
  open(id: string): Session;
}

/** The console over sessions and a list of runs that are handed in. @returns the exit code */
export const runConsole = async ({ start, readOnly, source, open }: ConsoleParts): Promise<number> => {
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const look = lookFromEnvironment(process.env);
  const node = <App look={look} source={source} readOnly={readOnly} start={start} open={open} leave={() => leave()} />;
  const ending = await runOnTerminal(node, left);
  start?.stop();
  if (ending.kind === 'error') {
    process.stderr.write(
      `turingos: the console failed: ${errorText(ending.error)}. The run is not touched by that; attach again.\n`,
    );
    return EXIT.internal;
  }
  return start === null ? EXIT.ok : farewell(start);
};

/** Says on the normal screen how things stand. */
const farewell = ({ console }: Session): number => {
  const { gone, replay } = console.store.getState();
  // Nothing happened to a run that was only looked at.
  if (replay) return EXIT.ok;
  const live = console.latest();
  process.stdout.write(summaryText(live, gone, process.stdout.columns));
  const { outcome } = live.info;
  if (outcome === null) return gone ? EXIT.notPassed : EXIT.ok;
  return outcome === 'passed' ? EXIT.ok : outcome === 'killed' ? EXIT.killed : EXIT.notPassed;
};
