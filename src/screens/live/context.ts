/** What the keys of the live screen act on. */
import type { Look } from '../../components/look.ts';
import type { ConsoleStore } from '../../store/console-store.ts';
import type { Player } from '../../store/player.ts';
import type { TagBook } from '../../store/tags.ts';
import type { UiStore } from '../../store/ui-store.ts';
import type { Control } from '../control.ts';
import type { Copy } from '../copy-context.ts';
import type { Placed } from './layout.ts';

export interface LiveContext {
  console: ConsoleStore;
  ui: UiStore;
  /** Moves the view through the run. */
  player: Player;
  /** Where tags are kept; null where they cannot be. */
  tags: TagBook | null;
  /** Null where no kernel can be spoken to. */
  control: Control | null;
  /** Whether the newest state is fed on: there is something to follow. */
  follows: boolean;
  readOnly: boolean;
  /** Planner and workers share a slot. */
  small(): boolean;
  size(): { columns: number; rows: number };
  /** Rows of the focused pane, its title apart. */
  room(): number;
  /** Where the focused pane is; undefined where it is not on the screen. */
  placed(): Placed | undefined;
  look: Look;
  copy: Copy;
  /** Opens the palette, with something typed in it already. */
  palette(text?: string): void;
  exit(): void;
}

export type Action = (context: LiveContext, key: string) => void;
