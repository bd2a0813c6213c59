/** A run's directory as something to travel in, with what its workspace keeps of its states. */
import { existsSync } from 'node:fs';
import { openRun } from './replay/index.ts';
import { shadowDir } from './runtime/run-dir.ts';
import type { TimeSource } from './store/time-source.ts';

export const openRunDir = (dir: string, name: string, alive: () => boolean): Promise<TimeSource> => {
  const shadow = shadowDir(dir);
  if (!existsSync(shadow)) return openRun(dir, { name, alive });
  const worldDiff = async (from: string, to: string): Promise<string> => {
    const { shadowDiff } = await import('./adapters/worlds/workspace/held-state.ts');
    return await shadowDiff(shadow, from, to);
  };
  return openRun(dir, { name, alive, worldDiff });
};
