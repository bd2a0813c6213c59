/** The live screen drawn for nobody: records in, the lines of a frame out, with no terminal and no clock. */
import { EventEmitter } from 'node:events';
import { setImmediate as macrotask } from 'node:timers/promises';
import { render } from 'ink';
import { makeLook } from '../components/look.ts';
import { LiveScreen } from '../screens/live/live-screen.tsx';
import { LookContext } from '../screens/look-context.ts';
import { createConsoleStore } from '../store/console-store.ts';
import type { LiveState } from '../store/live-state.ts';
import { Player } from '../store/player.ts';
import type { Rec } from '../store/record.ts';
import { createUiStore } from '../store/ui-store.ts';

export interface CastScreen {
  /** Takes records that no frame is wanted of. */
  feed(records: readonly Rec[]): void;
  /** Shows the records and answers the frame's lines, painted. */
  show(records: readonly Rec[]): Promise<readonly string[]>;
  /** What has been fed so far. */
  live(): LiveState;
  close(): void;
}

/** Takes whole frames, which is what ink writes in its debug mode: one at each commit, at once. */
class FrameOutput extends EventEmitter {
  frame = '';
  readonly columns: number;
  readonly rows: number;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  write(frame: string): boolean {
    this.frame = frame;
    return true;
  }
}

/** Keys that nobody presses. */
class NoInput extends EventEmitter {
  readonly isTTY = true;
  setRawMode(): this {
    return this;
  }
  setEncoding(): this {
    return this;
  }
  read(): null {
    return null;
  }
  ref(): void {}
  unref(): void {}
}

/** Only keys move the view away from the newest state. */
const nothing = (): Promise<never> => Promise.reject(new Error('a cast is not travelled in'));

export const openCastScreen = (size: { columns: number; rows: number }): CastScreen => {
  let now = 0;
  // Every feed is notified of at once: which records make a frame is decided by their own times.
  const clock = { now: () => (now += 1000), after: () => () => {} };
  const console = createConsoleStore(clock);
  const output = new FrameOutput(size.columns, size.rows);
  const look = makeLook({ colours: true, unicode: true });
  const instance = render(
    <LookContext value={look}>
      <LiveScreen
        console={console}
        ui={createUiStore()}
        player={new Player({ source: nothing, show: console.show, say: () => {} })}
        tags={null}
        control={null}
        follows
        readOnly={false}
        exit={() => {}}
        size={size}
      />
    </LookContext>,
    {
      stdout: output as unknown as NodeJS.WriteStream,
      stderr: new FrameOutput(size.columns, size.rows) as unknown as NodeJS.WriteStream,
      stdin: new NoInput() as unknown as NodeJS.ReadStream,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    },
  );
  let failed: { error: unknown } | undefined;
  // A component that throws ends ink, which would go on with frames that say so.
  instance.waitUntilExit().catch((error: unknown) => {
    failed = { error };
  });
  return {
    feed: console.feed,
    show: async (records) => {
      console.feed(records);
      // React commits in a microtask.
      await macrotask();
      if (failed !== undefined) throw failed.error;
      return output.frame.split('\n').slice(0, size.rows);
    },
    live: () => console.latest(),
    close: () => {
      instance.unmount();
      instance.cleanup();
      console.stop();
    },
  };
};
