/** The console's root: which screen is shown, what it is fed from, and how the terminal is left. */
import { type ContextType, useMemo, useRef, useState } from 'react';
import { copyText } from './adapters/clipboard.ts';
import type { Look } from './components/look.ts';
import { paletteHost } from './palette-host.ts';
import { runsSource } from './runs-source.ts';
import { EXIT } from './runtime/exit-codes.ts';
import { UserError } from './runtime/user-error.ts';
import { type Copy, CopyContext } from './screens/copy-context.ts';
import { LookContext } from './screens/look-context.ts';
import { type Appearance, openTerminal } from './screens/open-terminal.ts';
import type { VerbInfo } from './screens/palette/entries.ts';
import { createPalette, type Palette, type PaletteHost } from './screens/palette/palette.ts';
import { PaletteContext } from './screens/palette/palette-view.tsx';
import { type Rebinding, rebind } from './screens/rebind.ts';
import { RunsScreen } from './screens/runs/runs-screen.tsx';
import type { RunsSource } from './screens/runs/runs-view.ts';
import { summaryText } from './screens/summary.tsx';
import { errorText, runOnTerminal } from './screens/terminal.ts';
import { MouseContext } from './screens/use-keys.ts';
import type { Watched } from './screens/watch/watch-layout.ts';
import { type Opening, openReplay, openSession, type ProfilesAt, type Replay, type Session } from './session.ts';
import { SessionView } from './session-view.tsx';
import { ringOnTrouble } from './store/bell.ts';

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
  /** What the palette offers besides keys. */
  verbs?: readonly VerbInfo[];
  /** Keys that are bound otherwise than the table has them. */
  keys?: readonly (Rebinding & { wrong(why: string): Error })[];
  /** How this program starts itself, for verbs of the palette. */
  command?: readonly string[];
  /** What a swap may take. */
  profiles?: ProfilesAt;
  appearance?: Appearance;
  /** Only these panes, of a run that is followed. */
  watched?: readonly Watched[];
}

interface AppProps {
  look: Look;
  mouse: ContextType<typeof MouseContext>;
  source: RunsSource;
  readOnly: boolean;
  start: Session | null;
  open(id: string): Session;
  leave(): void;
  watched?: readonly Watched[] | undefined;
  /** Told how the palette changes what is shown. */
  steer(go: (session: Session | null) => void): Palette;
}

const App = ({ look, mouse, source, readOnly, start, open, leave, steer, watched }: AppProps) => {
  const [session, setSession] = useState(start);
  const [last, setLast] = useState<string | null>(null);
  const current = useRef(session);
  const go = (next: Session | null): void => {
    current.current?.stop();
    if (current.current !== null) setLast(current.current.id);
    current.current = next;
    setSession(next);
  };
  const palette = useMemo(() => steer(go), [steer]);
  const close = (): void => {
    // What was opened first is what the console was opened for.
    if (session === null || session === start) return leave();
    go(null);
  };
  return (
    <PaletteContext value={palette}>
      <LookContext value={look}>
        <MouseContext value={mouse}>
          <CopyContext value={copy}>
            {session === null ? (
              <RunsScreen source={source} readOnly={readOnly} start={last} exit={leave} open={(id) => go(open(id))} />
            ) : (
              <SessionView key={session.id} session={session} readOnly={readOnly} exit={close} watched={watched} />
            )}
          </CopyContext>
        </MouseContext>
      </LookContext>
    </PaletteContext>
  );
};

const copy: Copy = (text) =>
  copyText(text, { env: process.env, write: (sequence) => void process.stdout.write(sequence) });

/** Opens the console on this process's terminal. @returns the exit code, when it is left; @throws UserError without a terminal */
export const openConsole = async (options: ConsoleOptions): Promise<number> => {
  if (process.stdout.isTTY !== true || process.stdin.isTTY !== true) {
    throw new UserError('the console needs a terminal: use --headless or --json without one', EXIT.unavailable);
  }
  const { home, readOnly = false, verbs = [], command = [], keys = [], appearance, watched } = options;
  const problem = rebind(keys);
  if (problem !== undefined) throw new UserError(String(keys[problem.at]?.wrong(problem.why).message), EXIT.badInput);
  const source = runsSource(home);
  const heard = (session: Session): Session => {
    // It has no width, and goes between two frames.
    if (appearance?.bell === true) ringOnTrouble(session.console, () => process.stdout.write('\u0007'));
    return session;
  };
  const profiles = options.profiles ?? NO_PROFILES;
  const open = (id: string, at?: Opening): Session => heard(openSession(home, id, profiles, at));
  const start = startOf(options, open);
  const first = watched?.find((pane) => pane !== 0);
  if (first !== undefined && start !== null) start.ui.setState({ focus: first });
  return runConsole({
    ...{ readOnly, source, start },
    ...(appearance === undefined ? {} : { appearance }),
    ...(watched === undefined ? {} : { watched }),
    open,
    steer: (go) => createPalette(paletteHost({ ...{ home, source, verbs, command, profiles }, open, go })),
  });
};

const NO_PROFILES: ProfilesAt = { file: undefined, names: async () => [] };

const startOf = (
  { runId, at, replay }: ConsoleOptions,
  open: (id: string, at?: Opening) => Session,
): Session | null => {
  if (replay !== undefined) return openReplay(replay);
  return runId === undefined ? null : open(runId, at);
};

export interface ConsoleParts {
  start: Session | null;
  readOnly: boolean;
  source: RunsSource;
  open(id: string): Session;
  /** Makes the palette; without it there are only keys in it. */
  steer?(go: (session: Session | null) => void): Palette;
  appearance?: Appearance;
  watched?: readonly Watched[];
}

const NO_VERBS: PaletteHost = {
  ...{ verbs: [], opened: async () => {}, choices: () => [] },
  perform: () => Promise.reject(new Error('There are no verbs here.')),
};

/** The console over sessions and a list of runs that are handed in. @returns the exit code */
export const runConsole = async (parts: ConsoleParts): Promise<number> => {
  const { start, steer = () => createPalette(NO_VERBS), appearance, ...shared } = parts;
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const { look, input, mouse } = await openTerminal(appearance);
  const node = <App {...shared} look={look} mouse={mouse} start={start} steer={steer} leave={() => leave()} />;
  const ending = await runOnTerminal(node, { input, mouse: mouse !== null, left });
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
  const { gone, lost, replay } = console.store.getState();
  // Nothing happened to a run that was only looked at.
  if (replay) return EXIT.ok;
  const live = console.latest();
  process.stdout.write(summaryText(live, gone, process.stdout.columns, lost));
  const { outcome } = live.info;
  if (outcome === null) return gone ? EXIT.notPassed : EXIT.ok;
  return outcome === 'passed' ? EXIT.ok : outcome === 'killed' ? EXIT.killed : EXIT.notPassed;
};
