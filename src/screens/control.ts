/** What the console needs from a kernel that runs elsewhere; `app.tsx` hands it in. */
import type { OperatorCommand } from '../store/kernel-view.ts';

export interface Control {
  /**
   * Resolves when the command is journalled, with the events that the kernel concluded; rejects with a sentence.
   * @param dryRun only what would happen is asked; nothing is journalled
   */
  command(order: OperatorCommand, reason: string, dryRun?: boolean): Promise<Commanded>;
  /** Names of the profiles that a swap may take, as they are now; none where they cannot be read. */
  profiles(): Promise<readonly string[]>;
}

export interface Commanded {
  seq: number;
  events: readonly { kind: string }[];
  /** It asked for what was so already. */
  already?: true;
}
