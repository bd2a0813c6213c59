/** A run that is looked at: its stores, what feeds them, and what moves the view through it. */
import { existsSync } from 'node:fs';
import { follow } from './journal/index.ts';
import { openRunDir } from './open-run.ts';
import { resumeFrom } from './replay/index.ts';
import { type ControlClient, connectControl } from './runtime/control-client.ts';
import { lossOf } from './runtime/empty-journal.ts';
import { livingPid, socketOf } from './runtime/find-kernel.ts';
import { kernelPid, stoppedText } from './runtime/liveness.ts';
import { runDir } from './runtime/run-dir.ts';
import { stallOf } from './runtime/stall.ts';
import type { Control } from './screens/control.ts';
import { say } from './screens/live/say.ts';
import { errorText } from './screens/terminal.ts';
import { type ConsoleStore, createConsoleStore } from './store/console-store.ts';
import type { OperatorCommand } from './store/kernel-view.ts';
import { toSeq } from './store/motions.ts';
import { systemClock } from './store/pacer.ts';
import { Player } from './store/player.ts';
import { asRecs } from './store/record.ts';
import { watchSurroundings } from './store/surroundings.ts';
import type { TagBook } from './store/tags.ts';
import type { TimeSource } from './store/time-source.ts';
import { createUiStore, type UiStore } from './store/ui-store.ts';
import { tagBook } from './tag-book.ts';

export interface Session {
  id: string;
  console: ConsoleStore;
  ui: UiStore;
  player: Player;
  /** Null where no kernel can be spoken to. */
  control: Control | null;
  /** The newest state is fed on. */
  follows: boolean;
  tags: TagBook | null;
  stop(): void;
}

/** Where a view opens, and what it does there. */
export interface Opening {
  seq: number;
  /** Tick to inspect; null for none. */
  inspect: number | null;
  play: boolean;
  speed: number;
}

export interface Replay extends Opening {
  source: TimeSource;
  /** Of a run; null for a file alone. */
  dir: string | null;
}

const LOOK_MS = 1000;
/** A silent kernel is asked at once, and then at every so many looks. */
const SILENT_LOOKS = 4;
const ANSWER_MS = 5000;
/** Another brain may have to be loaded first. */
const SWAP_MS = 60_000;
const patience = ({ command }: OperatorCommand): number => (command === 'swap' ? SWAP_MS : ANSWER_MS);

/** Where the profiles are that a swap takes; the kernel reads the same file. */
export interface ProfilesAt {
  /** Absolute; undefined where there is none. */
  file: string | undefined;
  /** Rejects where the file cannot be read. */
  names(): Promise<readonly string[]>;
}

/** Follows a run's journal. @param at where the view is held first; without it, it follows */
export const openSession = (home: string, id: string, profiles: ProfilesAt, at?: Opening): Session => {
  const dir = runDir(home, id);
  const session = newSession({
    id,
    dir,
    replay: false,
    follows: true,
    control: controlOf(dir, profiles),
    source: () => openRunDir(dir, id, () => kernelPid(dir) !== undefined),
  });
  if (at !== undefined) begin(session, at);
  return session;
};

/** Over a run or a file that is there already, held at its beginning or at another place. */
export const openReplay = ({ source, dir, ...at }: Replay): Session => {
  const session = newSession({
    id: source.name,
    dir,
    replay: true,
    follows: source.growing,
    control: null,
    source: async () => source,
  });
  begin(session, at);
  if (!source.growing) {
    // The place comes first; how it all ended may take longer to be known.
    const end = async (): Promise<void> => session.console.know(await source.stateAt((await source.extent()).last.seq));
    end().catch((error: unknown) => say(session.ui, 'error', `The end cannot be read: ${errorText(error)}`));
  }
  return session;
};

const begin = ({ console, player, ui }: Session, { seq, inspect, play, speed }: Opening): void => {
  player.hold(console.latest());
  player.setSpeed(speed);
  // Before the first frame: what is seen first takes the first key.
  if (inspect !== null) ui.setState({ inspect });
  player.move(toSeq(seq), () => {
    if (play) player.play();
  });
};

interface Parts extends Pick<Session, 'id' | 'follows'> {
  dir: string | null;
  replay: boolean;
  control: (Control & { close(): void }) | null;
  source(): Promise<TimeSource>;
}

const DELETED = "The run's directory is gone, deleted or moved: there is nothing to go to any more.";

const isDeleted = (dir: string | null): boolean => dir !== null && !existsSync(dir);

const newSession = ({ id, dir, replay, follows, control, source }: Parts): Session => {
  const console = createConsoleStore(systemClock, replay);
  const tags = dir === null ? null : tagBook(dir);
  const ui = createUiStore({ tags: tags?.read() ?? [] });
  const player = new Player({
    ...{ source, show: console.show },
    // What its files say once they are gone is of no use to anybody.
    say: (tone, text) => say(ui, tone, tone === 'error' && isDeleted(dir) ? DELETED : text),
  });
  const abort = new AbortController();
  if (dir !== null && follows) {
    feed(dir, console, abort.signal).catch((error: unknown) =>
      ui.setState({ message: { tone: 'error', text: `The journal cannot be read on: ${errorText(error)}` } }),
    );
  }
  const stopLooking = dir === null ? () => {} : lookAtKernel(dir, console);
  const stopWatching = watchSurroundings(console, () => player.source());
  const stop = (): void => {
    stopLooking();
    stopWatching();
    abort.abort();
    control?.close();
    player.stop();
    console.stop();
  };
  return { id, console, ui, player, control, follows, tags, stop };
};

/** From the newest state that is kept, so that attaching costs the same at any size. */
const feed = async (dir: string, console: ConsoleStore, signal: AbortSignal): Promise<void> => {
  const { state, seq } = await resumeFrom(dir);
  if (seq > 0) console.know(state);
  for await (const records of follow(dir, { fromSeq: seq + 1, hydrate: true, signal })) console.feed(asRecs(records));
};

/** Looks once a second whether the run's kernel is there and, where it is silent, asks it whether its disk is full. */
const lookAtKernel = (dir: string, console: ConsoleStore): (() => void) => {
  let missed = 0;
  let stalled: string | null = null;
  let seen = 0;
  let silence = 0;
  let stopped = false;
  const look = async (): Promise<void> => {
    // The lock mostly tells all, and at once.
    const pid = kernelPid(dir) ?? (await livingPid(dir));
    if (stopped) return;
    missed = pid === null ? missed + 1 : 0;
    // Twice: a kernel that is starting has no lock yet, and the last words of one that ended may still be on their way.
    const { kernel, info } = console.latest();
    const { lastSeq, outcome } = info;
    // While it is paused its time stands still, and so does the screen.
    const now = kernel.phase === 'paused' ? info.lastMs : Date.now();
    const gone = missed > 1;
    const lost = gone && outcome === null ? await lossOf(dir, lastSeq > 0).catch(() => null) : null;
    if (stopped) return;
    const frozen = stoppedText(dir);
    console.setKernel({ pid, gone, lost, stalled: frozen ?? stalled, stopped: frozen !== null, now });
    silence = pid !== null && outcome === null && lastSeq === seen ? silence + 1 : 0;
    seen = lastSeq;
    // One that is stopped answers nothing.
    if (frozen !== null) silence = 0;
    if (silence % SILENT_LOOKS === 1) stallOf(dir).then((why) => (stalled = why));
    else if (silence === 0) stalled = null;
  };
  void look();
  const timer = setInterval(look, LOOK_MS);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
};

/** Speaks to the kernel over the run's socket; connects when there is something to say. */
const controlOf = (dir: string, { file, names }: ProfilesAt): Control & { close(): void } => {
  let client: Promise<ControlClient> | undefined;
  return {
    command: async (order, reason, dryRun) => {
      client ??= connectControl(socketOf(dir), ANSWER_MS);
      try {
        const dry = dryRun === true ? { dryRun } : {};
        // The kernel runs elsewhere: the file that this process would read is named to it.
        const config = order.command === 'swap' && file !== undefined ? { config: file } : {};
        return await (await client).command({ by: 'console', reason, order, ...dry, ...config }, patience(order));
      } catch (error) {
        client = undefined;
        throw error;
      }
    },
    profiles: () => names().catch(() => []),
    close: () => void client?.then((open) => open.close()).catch(() => {}),
  };
};
