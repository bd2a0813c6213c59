/** Whether a living run waits for room on its disk: only its kernel can tell, since it cannot write it down. */
import { connectControl } from './control-client.ts';
import { socketOf } from './find-kernel.ts';

const ASK_MS = 200;

/** Why a run's journal takes nothing at the moment, in a sentence; null where it does, or nobody answers in time. */
export const stallOf = async (dir: string): Promise<string | null> => {
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
