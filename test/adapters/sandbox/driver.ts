/**
 * A process that opens a sandbox and runs what it is sent, as another user if it is told so (argv: uid). So the same
 * attacks are made on root's sandbox and on an ordinary user's, and the process that is attacked has secrets, an open
 * directory and a life of its own.
 */
import type { SandboxRequest } from '../../../src/adapters/sandbox/sandbox.ts';
import { openSandbox } from '../../../src/adapters/sandbox/sandbox.ts';

export type Order =
  | { id: number; request: Omit<SandboxRequest, 'signal'> }
  /** Aborts that request. */
  | { id: number; abort: true };

const uid = Number(process.argv[2]);
if (uid !== process.getuid?.()) {
  process.setgroups?.([]);
  process.setgid?.(uid);
  process.setuid?.(uid);
}
const box = await openSandbox(process.argv[3] as 'auto' | 'none').catch((error: Error) => {
  process.send?.({ unavailable: error.message });
  process.exit(1);
});
const running = new Map<number, AbortController>();

process.on('message', async (order: Order) => {
  if ('abort' in order) return running.get(order.id)?.abort();
  const controller = new AbortController();
  running.set(order.id, controller);
  const result = await box.run({ ...order.request, signal: controller.signal });
  running.delete(order.id);
  process.send?.({ id: order.id, result });
});
process.on('disconnect', () => process.exit());
process.send?.({ kind: box.kind });
