/** What the keys of the inspector act on. */
import type { TimeSource } from '../../store/time-source.ts';
import type { Copy } from '../copy-context.ts';
import type { InspectLayout } from './inspect-layout.ts';
import type { InspectState } from './inspect-state.ts';
import type { Anchor } from './motions.ts';
import type { Loaded } from './tick-loader.ts';

export interface InspectContext {
  source: TimeSource;
  readOnly: boolean;
  state(): InspectState;
  update(change: Partial<InspectState>): void;
  loaded(): Loaded;
  layout(): InspectLayout;
  size(): { columns: number; rows: number };
  /** The tick that is wanted; it may not have been read yet. */
  tick(): number;
  go(tick: number): void;
  /** Where a jump between marks has led to. */
  anchor: { current: Anchor | null };
  /** Jumps that are still being looked for, so that two quick keys are two jumps. */
  jumps: { current: Promise<void> };
  copy: Copy;
  palette(): void;
  /** Looks for the ticks that a filter lets through. */
  find(filter: string): void;
  exit(): void;
}
