/** What the operator has chosen to see. Changed by keys only, and drawn at once. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LiveState } from './live-state.ts';
import type { Tag } from './tags.ts';

export type PaneId = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export type Overlay =
  | { kind: 'help'; scroll: number }
  | { kind: 'kill' }
  | { kind: 'about'; title: string; rows: readonly AboutRow[]; at: number }
  | { kind: 'quit' }
  | {
      kind: 'inject';
      fault: number;
      target: number;
      often: number;
      handle: number;
      row: 'fault' | 'target' | 'often' | 'handle';
    };

/** A line of what is told of one row. */
export interface AboutRow {
  text: string;
  /** Where it leads; 0 for nowhere. */
  tick: number;
}

/** A line that is being typed: where to go, or what to note of a tick. */
export type Prompt =
  | { kind: 'goto'; text: string }
  | { kind: 'tag'; text: string; tick: number; seq: number }
  /**
   * `verbs`: what is offered first; `profiles`: what a swap may take, none while that is not known; `problem`: why what was typed
   * is no order, '' while nobody has asked.
   */
  | { kind: 'order'; text: string; verbs: readonly string[]; profiles: readonly string[]; problem: string };

export interface Message {
  tone: 'info' | 'good' | 'error';
  text: string;
  /** How things stood when the key was pressed: the message gives way once they have moved on. Without it, it stays. */
  since?: Moment;
}

/** What makes a message old: traps raised, faults that have struck, the run's end. (No time: the last record of a paused run may be hours old.) */
export interface Moment {
  traps: number;
  struck: number;
  ended: boolean;
}

export const momentOf = ({ info, traps, faults }: LiveState): Moment => ({
  traps: traps.total,
  struck: faults.filter((fault) => fault.struck !== null).length,
  ended: info.outcome !== null,
});

export const isOld = ({ since }: Message, live: LiveState): boolean => {
  if (since === undefined) return false;
  const now = momentOf(live);
  return now.ended !== since.ended || now.traps > since.traps || now.struck > since.struck;
};

export interface UiState {
  focus: PaneId;
  zoom: boolean;
  /** Pane in the slot that several share, where the screen is small. */
  slot: PaneId;
  /** Pane in the left slot of the large screen's third row. */
  left: 3 | 8;
  /** Which streams are shown where planner and workers share a slot. */
  stream: 1 | 2;
  tiled: boolean;
  /** Slot whose tab is open; the first worker has pid 2, and so slot 2. */
  workerTab: number;
  workerPage: number;
  /** Lines or rows by pane: from the end for streams and the time line, from the start for lists. */
  scroll: Readonly<Partial<Record<PaneId, number>>>;
  filter: Readonly<Partial<Record<PaneId, string>>>;
  /** The filter is being typed. */
  typing: boolean;
  capSort: number;
  /** Keys of the rows under the cursors of lists. */
  cursor: Readonly<Partial<Record<PaneId, string>>>;
  /** What was shown before each jump, the last one last. */
  jumps: readonly Partial<UiState>[];
  /** Seq of the selected trap. */
  trap: number | null;
  prompt: Prompt | null;
  /** Tick that is inspected; null for none. */
  inspect: number | null;
  /** Keys meant for the inspector that came before it had read its tick. */
  typedAhead: readonly string[];
  tags: readonly Tag[];
  overlay: Overlay | null;
  message: Message | null;
}

export const initialUi: UiState = {
  focus: 1,
  zoom: false,
  slot: 4,
  left: 3,
  stream: 1,
  tiled: true,
  workerTab: 2,
  workerPage: 0,
  scroll: {},
  filter: {},
  typing: false,
  capSort: 0,
  cursor: {},
  jumps: [],
  trap: null,
  prompt: null,
  inspect: null,
  typedAhead: [],
  tags: [],
  overlay: null,
  message: null,
};

export type UiStore = StoreApi<UiState>;

export const createUiStore = (start: Partial<UiState> = {}): UiStore =>
  createStore<UiState>(() => ({ ...initialUi, ...start }));
