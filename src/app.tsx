/** The console's root: which screen is shown, what it is fed from, and how the terminal is left. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { useState } from 'react';
import { type Look, lookFromEnvironment } from './components/look.ts';
import { follow, listSegments, parseLine } from './journal/index.ts';
import { type ControlClient, connectControl } from './runtime/control-client.ts';
import { EXIT } from './runtime/exit-codes.ts';
import { lastRecords } from './runtime/journal-tail.ts';
import { kernelPid } from './runtime/liveness.ts';
import { readManifest } from './runtime/manifest.ts';
import { runDir, runIds } from './runtime/run-dir.ts';
import { summarise } from './runtime/run-summary.ts';
import { UserError } from './runtime/user-error.ts';
import type { Control } from './screens/control.ts';
import { LiveScreen } from './screens/live/live-screen.tsx';
import { LookContext } from './screens/look-context.ts';
import { type RunRow, TALLIED, tallyOf } from './screens/runs/runs-model.ts';
import { RunsScreen, type RunsSource } from './screens/runs/runs-screen.tsx';
import { summaryText } from './screens/summary.tsx';
import { errorText, runOnTerminal } from './screens/terminal.ts';
import { type ConsoleStore, createConsoleStore } from './store/console-store.ts';
import { asRecs, type Rec } from './store/record.ts';
import { createUiStore, type UiStore } from './store/ui-store.ts';

export interface ConsoleOptions {
  /** The directory that holds `runs/`. */
  home: string;
  /** The whole id of a run; without it the runs screen is shown. */
  runId?: string;
  /** `runs` or `live`; follows from `runId` where it is not given. */
  screen?: string;
  /** No key may change a run. */
  readOnly?: boolean;
}

/** A run that is looked at: its stores, and what feeds them. */
export interface Session {
  id: string;
  console: ConsoleStore;
  ui: UiStore;
  control: Control | null;
  stop(): void;
}

const LOOK_MS = 1000;
const ANSWER_MS = 5000;

/** Speaks to the kernel over the run's socket; connects when there is something to say. */
const controlOf = (dir: string): Control & { close(): void } => {
  let client: Promise<ControlClient> | undefined;
  return {
    command: async (order, reason) => {
      const socket = readManifest(dir)?.socket ?? join(dir, 'control.sock');
      client ??= connectControl(socket, ANSWER_MS);
      try {
        return await (await client).command({ by: 'console', reason, order }, ANSWER_MS);
      } catch (error) {
        client = undefined;
        throw error;
      }
    },
    close: () => void client?.then((open) => open.close()).catch(() => {}),
  };
};

/** Follows a run's journal and looks once a second whether its kernel is there. */
export const openSession = (home: string, id: string): Session => {
  const dir = runDir(home, id);
  const console = createConsoleStore();
  const ui = createUiStore();
  const control = controlOf(dir);
  const abort = new AbortController();
  const read = async (): Promise<void> => {
    for await (const records of follow(dir, { hydrate: true, signal: abort.signal })) console.feed(asRecs(records));
  };
  read().catch((error: unknown) =>
    ui.setState({ message: { tone: 'error', text: `The journal cannot be read on: ${errorText(error)}` } }),
  );
  let missed = 0;
  const look = (): void => {
    const pid = kernelPid(dir) ?? null;
    missed = pid === null ? missed + 1 : 0;
    // Twice: a kernel that is starting has no lock yet, and the last words of one that ended may still be on their way.
    console.setKernel({ pid, gone: missed > 1, now: Date.now() });
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return {
    id,
    console,
    ui,
    control,
    stop: () => {
      clearInterval(timer);
      abort.abort();
      control.close();
      console.stop();
    },
  };
};

/** A journal that grew by more since the last look is not worth two columns of the list. */
const SCAN_BYTES = 4 * 1024 * 1024;

interface Scan {
  offset: number;
  records: readonly Rec[];
}

/** Picks from what was written since the last look the records that a tally is made of. */
const scanOn = async (dir: string, { offset, records }: Scan): Promise<Scan | undefined> => {
  const [path, second] = await listSegments(dir);
  if (path === undefined || second !== undefined) return undefined;
  const file = await open(path);
  try {
    const length = (await file.stat()).size - offset;
    if (length > SCAN_BYTES) return undefined;
    if (length <= 0) return { offset, records };
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    const end = buffer.lastIndexOf('\n') + 1;
    const lines = buffer.toString('utf8', 0, end).split('\n');
    const found = lines
      .filter((line) => TALLIED.some((kind) => line.includes(`"kind":"${kind}"`)))
      .map((line) => parseLine(line))
      .flatMap((parsed) => (parsed.ok ? [parsed.record] : []));
    return { offset: offset + end, records: [...records, ...asRecs(found)] };
  } finally {
    await file.close();
  }
};

/** Runs that have ended do not change, so they are read once. */
const runsSource = (home: string): RunsSource => {
  const ended = new Map<string, RunRow>();
  const scans = new Map<string, Scan>();
  const read = async (id: string): Promise<RunRow[]> => {
    const known = ended.get(id);
    if (known !== undefined) return [known];
    const summary = await summarise(home, id);
    if (summary === undefined) return [];
    const budget = readManifest(summary.dir)?.policy.panicBudget ?? 0;
    const scan = await scanOn(summary.dir, scans.get(id) ?? { offset: 0, records: [] });
    if (scan !== undefined) scans.set(id, scan);
    const run = { ...summary, ...(scan === undefined ? {} : { tally: tallyOf(scan.records, budget) }) };
    if (!['starting', 'running', 'paused', 'gone'].includes(run.state)) ended.set(id, run);
    return [run];
  };
  return {
    home,
    list: async () => (await Promise.all(runIds(home).map(read))).flat(),
    tail: async (id) => asRecs(await lastRecords(runDir(home, id))),
  };
};

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
  return (
    <LookContext value={look}>
      {session === null ? (
        <RunsScreen source={source} readOnly={readOnly} start={last} exit={leave} open={(id) => setSession(open(id))} />
      ) : (
        <LiveScreen
          key={session.id}
          console={session.console}
          ui={session.ui}
          control={session.control}
          readOnly={readOnly}
          exit={() => {
            if (start !== null) return leave();
            session.stop();
            setLast(session.id);
            setSession(null);
          }}
        />
      )}
    </LookContext>
  );
};

/** Opens the console on this process's terminal. @returns the exit code, when it is left; @throws UserError without a terminal */
export const openConsole = async (options: ConsoleOptions): Promise<number> => {
  if (process.stdout.isTTY !== true || process.stdin.isTTY !== true) {
    throw new UserError('the console needs a terminal: use --headless or --json without one', EXIT.unavailable);
  }
  const { home, readOnly = false } = options;
  const start = options.runId === undefined || options.screen === 'runs' ? null : openSession(home, options.runId);
  return runConsole({ start, readOnly, source: runsSource(home), open: (id) => openSession(home, id) });
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
  const live = console.latest();
  const { gone } = console.store.getState();
  process.stdout.write(summaryText(live, gone, process.stdout.columns));
  const { outcome } = live.info;
  if (outcome === null) return gone ? EXIT.notPassed : EXIT.ok;
  return outcome === 'passed' ? EXIT.ok : outcome === 'killed' ? EXIT.killed : EXIT.notPassed;
};
