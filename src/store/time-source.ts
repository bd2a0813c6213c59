/**
 * A run's records as something to travel in: what the replay screen, the tick inspector, a held live view and the line mode
 * read from. Implemented over a run's directory and over files of other formats; whoever draws does not know which.
 */
import type { LiveState } from './live-state.ts';
import type { Rec } from './record.ts';

/** A place in a run. */
export interface Place {
  seq: number;
  /** The newest tick dispatched by then; 0 before the first. */
  tick: number;
  /** Milliseconds since the epoch, by the record's time stamp. */
  ms: number;
}

/** `commit` is a committed tick that was progress; `thrash` a loop trap, which is a `trap` too. */
export const MARK_KINDS = ['trap', 'fault', 'commit', 'operator', 'thrash', 'panic', 'map', 'end'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export interface Mark extends Place {
  kind: MarkKind;
  /** 0 where no process is meant. */
  pid: number;
}

export interface TimeSource {
  /** `turingos` for our own journals, else the format's name. */
  readonly format: string;
  /** Run id, or file name. */
  readonly name: string;
  /** Whether more records may still come. */
  readonly growing: boolean;
  /** The first record and the last one there now. Both have seq 0 where there is none. */
  extent(): Promise<{ first: Place; last: Place }>;
  /** What the live screen shows after record `seq`; clamped to what is there. */
  stateAt(seq: number): Promise<LiveState>;
  /** Records `from` to `to`, both included and clamped, long texts put back. */
  records(from: number, to: number): Promise<readonly Rec[]>;
  /** Seq of the record that dispatched a tick; undefined where there was no such tick. */
  seqOfTick(tick: number): Promise<number | undefined>;
  /** Seq of the last record at or before a time; the first record's where the time is earlier. */
  seqOfTime(ms: number): Promise<number>;
  /** The nearest mark of one of the kinds strictly after (1) or before (-1) a record. */
  markFrom(seq: number, direction: 1 | -1, kinds: readonly MarkKind[]): Promise<Mark | undefined>;
  /**
   * What changed between two states of the world, by hash, as the world itself keeps them: unified, bounded. Rejects with a
   * sentence where one is not known. Absent: the journal alone tells what was written.
   */
  worldDiff?(from: string, to: string): Promise<string>;
  close(): Promise<void>;
}
