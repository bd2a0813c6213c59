/**
 * Moves a view through a run: at the recorded pace, at another one, or from place to place. One thing at a time, and the
 * newest wish counts: at most one state is being fetched, keys that come meanwhile are resolved from where they will lead,
 * and what was left for something newer is never shown. Nothing here runs for longer than a slice.
 */
import { emptyLive, foldLive, type LiveState } from './live-state.ts';
import type { Motion, Spot } from './motions.ts';
import { type Clock, systemClock } from './pacer.ts';
import { ReadAhead } from './read-ahead.ts';
import type { Rec } from './record.ts';
import { MAX_SPEED, nextSpeed } from './speed.ts';
import type { TimeSource } from './time-source.ts';

/** How the view moves. */
export interface Travel {
  playing: boolean;
  /** Multiple of the recorded pace; `MAX_SPEED` for as fast as it goes. */
  speed: number;
  /** Gaps longer than `IDLE_MS` are shortened to that. */
  idle: boolean;
}

export interface PlayerOptions {
  /** Called once, when the first motion needs it. */
  source(): Promise<TimeSource>;
  show(view: LiveState, travel: Travel): void;
  /** A sentence: why a motion led nowhere, or that the run cannot be read. */
  say(tone: 'info' | 'error', sentence: string): void;
  clock?: Clock;
}

export const IDLE_MS = 2000;
/** Longest time without letting keys and frames have their turn. */
const SLICE_MS = 8;
/** Records due within a frame are folded together. */
const FRAME_MS = 16;
/** Records between two looks at the clock. */
const LOOK_EVERY = 32;
/** How often the end of a growing run is looked at. */
const GROW_MS = 100;
/** Records that are sooner folded on than sought. */
const NEAR = 512;
/** Motions that wait for one another; more only come from a key that is held down for very long. */
const WAITING = 256;

export class Player {
  readonly #options: PlayerOptions;
  readonly #clock: Clock;
  #source: Promise<TimeSource> | undefined;
  #live: LiveState = emptyLive;
  /** A view is held here; without one, nothing is shown. */
  #active = false;
  #travel: Travel = { playing: false, speed: 1, idle: true };
  /** Changes when the view leaves where it was: answers that come for an earlier one are for nobody. */
  #epoch = 0;
  #wishes: { motion: Motion; arrived: (() => void) | undefined }[] = [];
  #seeking = false;
  #later: (() => void)[] = [];
  #ahead: ReadAhead | undefined;
  /** Record time up to which has been played, at the clock's `#since`. */
  #playedMs = 0;
  #since = 0;
  #cancel: (() => void) | null = null;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** What is held; the empty state while nothing is. */
  get view(): LiveState {
    return this.#live;
  }

  source(): Promise<TimeSource> {
    this.#source ??= this.#options.source();
    // One that could not be opened may be there the next time.
    this.#source.catch(() => {
      this.#source = undefined;
    });
    return this.#source;
  }

  /** Holds the view at a state that is there already; where one is held, it stays. */
  hold(live: LiveState): void {
    if (this.#active) return;
    this.#active = true;
    this.#live = live;
    this.#publish();
  }

  /** Lets go of the view, which follows something else from now on. */
  release(): void {
    this.#active = false;
    this.#leave();
    this.#travel = { ...this.#travel, playing: false };
  }

  stop(): void {
    this.release();
    void this.#source?.then((source) => source.close()).catch(() => {});
  }

  /** Goes somewhere else and stops there. `arrived` is called when the view is there, unless a newer wish came. */
  move(motion: Motion, arrived?: () => void): void {
    if (this.#wishes.length >= WAITING) return;
    this.pause();
    this.#wishes.push({ motion, arrived });
    void this.#seek();
  }

  /** Calls back when the view is where it was last sent; at once where it is. */
  settled(call: () => void): void {
    if (this.#seeking) this.#later.push(call);
    else call();
  }

  play(): void {
    if (this.#travel.playing) return;
    this.#set({ playing: true });
    this.#anchor();
    this.#wake();
  }

  pause(): void {
    if (!this.#travel.playing) return;
    this.#cancelWake();
    this.#set({ playing: false });
  }

  toggle(): void {
    if (this.#travel.playing) this.pause();
    else this.play();
  }

  setSpeed(speed: number): void {
    this.#advance();
    this.#set({ speed });
    if (this.#travel.playing) this.#wake();
  }

  changeSpeed(direction: 1 | -1): void {
    this.setSpeed(nextSpeed(this.#travel.speed, direction));
  }

  toggleIdle(): void {
    this.#set({ idle: !this.#travel.idle });
    if (this.#travel.playing) this.#wake();
  }

  #set(change: Partial<Travel>): void {
    this.#travel = { ...this.#travel, ...change };
    this.#publish();
  }

  #publish(): void {
    if (this.#active) this.#options.show(this.#live, this.#travel);
  }

  #fail(error: unknown): void {
    this.pause();
    const why = error instanceof Error ? error.message : String(error);
    // A journal's own sentence names the place of the break, and is to fit a line with it.
    this.#options.say(
      'error',
      error instanceof Error && error.name === 'JournalError' ? why : `The run cannot be read: ${why}`,
    );
  }

  /** What was read or wished for an earlier place is dropped. */
  #leave(): void {
    this.#epoch += 1;
    this.#wishes = [];
    this.#ahead = undefined;
    this.#cancelWake();
  }

  async #seek(): Promise<void> {
    if (this.#seeking) return;
    this.#seeking = true;
    try {
      const source = await this.source();
      let goal: Spot | null = null;
      let arrived: (() => void) | undefined;
      let epoch = this.#epoch;
      while (this.#wishes.length > 0 || goal !== null) {
        if (epoch !== this.#epoch) {
          epoch = this.#epoch;
          goal = null;
          continue;
        }
        const from: Spot = goal ?? { seq: this.#live.info.lastSeq, tick: this.#live.kernel.tick };
        if (from.tick !== null && this.#wishes.length > 0) {
          const wish = this.#wishes.shift();
          const found = await wish?.motion.find(source, { seq: from.seq, tick: from.tick });
          if (epoch !== this.#epoch || found === undefined) continue;
          if (typeof found === 'string') this.#options.say('info', found);
          else {
            goal = found;
            arrived = wish?.arrived;
          }
          continue;
        }
        const live = await this.#stateAt(source, from.seq);
        if (epoch !== this.#epoch) continue;
        goal = null;
        this.#live = live;
        this.#ahead = undefined;
        this.#publish();
        if (this.#wishes.length === 0) arrived?.();
      }
    } catch (error) {
      this.#wishes = [];
      this.#fail(error);
    } finally {
      this.#seeking = false;
    }
    for (const call of this.#later.splice(0)) call();
    if (this.#travel.playing) {
      this.#anchor();
      this.#wake();
    }
  }

  async #stateAt(source: TimeSource, seq: number): Promise<LiveState> {
    const live = this.#live;
    const here = live.info.lastSeq;
    if (here === 0 || seq < here || seq - here > NEAR) return await source.stateAt(seq);
    return seq === here ? live : (await source.records(here + 1, seq)).reduce(foldLive, live);
  }

  /** Playing begins now, where the view is. */
  #anchor(): void {
    this.#playedMs = this.#live.info.lastMs;
    this.#since = this.#clock.now();
  }

  #advance(): void {
    const now = this.#clock.now();
    if (this.#travel.speed !== MAX_SPEED) this.#playedMs += (now - this.#since) * this.#travel.speed;
    this.#since = now;
  }

  #cancelWake(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #wakeIn(ms: number): void {
    this.#cancelWake();
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = null;
      this.#wake();
    });
  }

  /** Folds what is due, for at most a slice, and sees to it that it is woken for what comes next. */
  #wake(): void {
    if (!this.#travel.playing || !this.#active || this.#seeking) return;
    const ahead = this.#reader();
    if (ahead === undefined) return;
    this.#advance();
    const begun = this.#live;
    const ends = this.#clock.now() + SLICE_MS;
    let wait: number | undefined;
    for (let folded = 1; wait === undefined; folded += 1) {
      const rec = ahead.peek();
      if (rec === undefined) break;
      wait = this.#waitFor(rec);
      if (wait !== undefined) break;
      this.#live = foldLive(this.#live, rec);
      ahead.shift();
      if (folded % LOOK_EVERY === 0 && this.#clock.now() >= ends) {
        // What could not be folded in time is not made up for: the view goes as fast as it can, no faster.
        this.#playedMs = Math.min(this.#playedMs, this.#live.info.lastMs);
        wait = 0;
      }
    }
    if (this.#live !== begun) this.#publish();
    if (wait !== undefined) this.#wakeIn(wait);
    else if (ahead.atEnd) this.#atEnd(ahead);
    ahead.fill(this.#live.info.lastSeq + 1);
  }

  /** Milliseconds of the clock until a record is due; undefined where it is. */
  #waitFor(rec: Rec): number | undefined {
    const { speed, idle } = this.#travel;
    if (speed === MAX_SPEED) return undefined;
    const ms = Date.parse(rec.ts);
    const { lastMs } = this.#live.info;
    // Where the recorded clock jumped back, it goes on from there.
    if (ms < lastMs) this.#playedMs = Math.min(this.#playedMs, ms);
    if (idle && ms - lastMs > IDLE_MS) this.#playedMs = Math.max(this.#playedMs, ms - IDLE_MS);
    return ms <= this.#playedMs ? undefined : Math.max(FRAME_MS, (ms - this.#playedMs) / speed);
  }

  #atEnd(ahead: ReadAhead): void {
    if (ahead.over) this.pause();
    // The clock runs on: what a living run writes next is due at once.
    else this.#wakeIn(GROW_MS);
  }

  /** What reads on from where the view is; undefined until the run is open. */
  #reader(): ReadAhead | undefined {
    if (this.#ahead !== undefined) return this.#ahead;
    const epoch = this.#epoch;
    this.source().then(
      (source) => {
        if (epoch !== this.#epoch || this.#ahead !== undefined) return;
        const ahead = new ReadAhead(source, {
          more: () => this.#ahead === ahead && this.#wake(),
          fail: (error) => this.#ahead === ahead && this.#fail(error),
        });
        this.#ahead = ahead;
        ahead.fill(this.#live.info.lastSeq + 1);
      },
      (error: unknown) => epoch === this.#epoch && this.#fail(error),
    );
    return undefined;
  }
}
