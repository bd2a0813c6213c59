/** A run's journal as an asciicast: the live screen as it would have looked, at the recorded pace. */
import { CastEvents, castHeader, screenChange } from '../evidence/asciicast.ts';
import { castMark } from '../evidence/cast-marks.ts';
import { JournalError, readBatches } from '../journal/index.ts';
import { asRecs, type Rec } from '../store/record.ts';
import { sanitise } from '../store/sanitise.ts';
import { type CastScreen, openCastScreen } from './cast-screen.tsx';
import { CastSpan } from './cast-span.ts';
import { type CastFrame, CastTiming } from './cast-timing.ts';

export interface CastOptions {
  size: { columns: number; rows: number };
  speed: number;
  /** Seconds. */
  idleLimit?: number;
  /** First tick, 0 for the run's beginning; last tick, Infinity for its end. */
  from: number;
  to: number;
}

export interface CastReport {
  frames: number;
  markers: number;
  /** Seconds of the cast. */
  seconds: number;
  /** The newest tick that was read. */
  tick: number;
  /** Why the journal could not be read to its end; null where it could. */
  broken: string | null;
}

/**
 * Writes the cast of a journal, line by line. The same journal and options give the same bytes.
 * @param target a run's directory, or its first segment
 * @param write resolves when more may be written
 */
export const writeCast = async (
  target: string,
  options: CastOptions,
  write: (line: string) => Promise<void>,
): Promise<CastReport> => {
  const screen = openCastScreen(options.size);
  const cast = new Cast(screen, options, write);
  try {
    return await cast.run(target);
  } finally {
    screen.close();
  }
};

class Cast {
  readonly #screen: CastScreen;
  readonly #options: CastOptions;
  readonly #write: (line: string) => Promise<void>;
  readonly #events = new CastEvents();
  readonly #timing: CastTiming;
  readonly #span: CastSpan;
  #lines: readonly string[] | null = null;
  #frames = 0;
  #markers = 0;
  #at = 0;

  constructor(screen: CastScreen, options: CastOptions, write: (line: string) => Promise<void>) {
    this.#screen = screen;
    this.#options = options;
    this.#write = write;
    this.#timing = new CastTiming(options.speed);
    this.#span = new CastSpan(options.from, options.to);
  }

  async run(target: string): Promise<CastReport> {
    let broken: string | null = null;
    try {
      await this.#read(target);
    } catch (error) {
      if (!(error instanceof JournalError) || error.code !== 'broken') throw error;
      broken = error.message;
    }
    await this.#draw(this.#timing.end());
    const { kernel, info } = this.#screen.live();
    if (this.#frames > 0 && info.outcome === null && this.#span.stage === 'shown') {
      await this.#mark(`t${kernel.tick} JOURNAL ENDS`);
    }
    const seconds = Math.round(this.#at) / 1000;
    return { frames: this.#frames, markers: this.#markers, seconds, tick: kernel.tick, broken };
  }

  async #read(target: string): Promise<void> {
    for await (const records of readBatches(target, { check: true, hydrate: true })) {
      const earlier: Rec[] = [];
      for (const rec of asRecs(records)) {
        const stage = this.#span.see(rec);
        if (stage === 'after') return;
        if (stage === 'before') earlier.push(rec);
        else {
          if (earlier.length > 0) this.#screen.feed(earlier.splice(0));
          await this.#draw(this.#timing.add(rec));
        }
      }
      this.#screen.feed(earlier);
    }
  }

  /** Markers come after the frame that shows what they name, so that a player that jumps to one shows it. */
  async #draw(frame: CastFrame | undefined): Promise<void> {
    if (frame === undefined) return;
    const lines = await this.#screen.show(frame.records);
    this.#at = frame.at;
    if (this.#frames === 0) await this.#write(this.#header(frame));
    const change = screenChange(this.#lines, lines);
    this.#lines = lines;
    this.#frames += 1;
    if (change !== '') await this.#write(this.#events.line(frame.at, 'o', change));
    for (const label of frame.records.map(castMark)) if (label !== undefined) await this.#mark(label);
  }

  async #mark(label: string): Promise<void> {
    this.#markers += 1;
    await this.#write(this.#events.line(this.#at, 'm', label));
  }

  #header({ records }: CastFrame): string {
    const { id, task, planner, worker, was = [] } = this.#screen.live().info;
    const simulated = planner?.simulated === true || worker?.simulated === true || was.includes('SIM');
    const { size, idleLimit } = this.#options;
    return castHeader({
      cols: size.columns,
      rows: size.rows,
      startedMs: Date.parse(records[0]?.ts ?? ''),
      title: `turingos ${id} ${sanitise(task)}${simulated ? ' (simulated brains)' : ''}`,
      ...(idleLimit === undefined ? {} : { idleLimit }),
    });
  }
}
