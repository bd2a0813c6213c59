/** What the runs screen holds, where its runs are read from, and what its keys work on. */
import type { Tag } from '../../store/tags.ts';
import type { Palette } from '../palette/palette.ts';
import type { RunRow, RunSort } from './runs-model.ts';

export interface RunsView {
  rows: readonly RunRow[];
  /** Null until the list was first read. */
  loaded: boolean;
  /** Why the list could not be read; '' where it could. */
  problem: string;
  home: string;
  sort: RunSort;
  filter: string;
  typing: boolean;
  /** Runs whose last ticks a tag is typed for. */
  tagging: { ids: readonly string[]; text: string } | null;
  /** When the list was last left, ISO 8601; null for never. */
  since: string | null;
  /** Id of the run under the cursor. */
  cursor: string | null;
  /** Ids of the runs that are marked, in that order. */
  marked: readonly string[];
  now: number;
  /** What was said last; null for nothing. */
  message: { tone: 'info' | 'error'; text: string } | null;
  /** First line of the list of keys; null while it is closed. */
  help: number | null;
}

/** Where runs are read from; the application hands it in. */
export interface RunsSource {
  home: string;
  /** When the list was last left, ISO 8601; null for never. */
  since: string | null;
  /** The list is not seen any more. */
  left(): void;
  /** @returns the run's tags as they are then; throws a sentence */
  writeTag(id: string, tag: Tag): readonly Tag[];
  list(): Promise<RunRow[]>;
  /** The run with what its whole journal tells; undefined where nothing is new. */
  look(id: string, signal: AbortSignal): Promise<RunRow | undefined>;
  /** Bytes of one run on the disk. */
  measure(id: string): Promise<number>;
}

export interface RunsContext {
  readOnly: boolean;
  view(): RunsView;
  update(change: Partial<RunsView>): void;
  size(): { columns: number; rows: number };
  now(): number;
  palette: Palette;
  writeTag: RunsSource['writeTag'];
  open(id: string): void;
  exit(): void;
}
