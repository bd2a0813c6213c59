/** What the console needs from a kernel that runs elsewhere; `app.tsx` hands it in. */
import type { OperatorCommand } from '../store/kernel-view.ts';

export interface Control {
  /** Resolves when the command is journalled, with the events that the kernel concluded; rejects with a sentence. */
  command(order: OperatorCommand, reason: string): Promise<{ seq: number; events: readonly { kind: string }[] }>;
}
