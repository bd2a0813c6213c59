/** Why a living run writes nothing: its kernel is stopped, or waits for room on its disk, which only it can tell. */
import { connectControl } from './control-client.ts';
import { socketOf } from './find-kernel.ts';
import { stoppedText } from './liveness.ts';

const ASK_MS = 200;

/** Why a run's journal takes nothing at the moment, in a sentence; null where it does, or nobody answers in time. */
export const stallOf = async (dir: string): Promise<string | null> => {
  const stopped = stoppedText(dir);
  if (stopped !== null) return stopped;
  try {
    const client = await connectControl(socketOf(dir), ASK_MS);
    return await client
      .status(ASK_MS)
      .then((status) => status.stalled)
      .finally(() => client.close());
  } catch {
    return null;
  }
};
