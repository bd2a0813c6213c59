/** Several runs side by side: all are started, then left alone, or waited for where nobody looks on. */
import { rmSync } from 'node:fs';
import { EXIT } from '../runtime/exit-codes.ts';
import type { KernelProcess } from '../runtime/launch.ts';
import { Interrupts } from './interrupts.ts';
import { isHeadless, type Launched, type LaunchOptions, startKernel, waitFor } from './launch-run.ts';
import { json, line } from './print.ts';

/** @returns 0 when all have passed, or none was waited for */
export const launchMany = async (launched: readonly Launched[], options: LaunchOptions): Promise<number> => {
  const interrupts: Interrupts[] = [];
  const kernels: KernelProcess[] = [];
  try {
    for (const { dir, launch } of launched) {
      const interrupt = new Interrupts(dir, launch.socket);
      interrupts.push(interrupt);
      const kernel = await startKernel(dir, launch);
      kernels.push(kernel);
      await interrupt.repeat();
      const seed = launch.begin.how === 'fork' ? launch.begin.forked.seed : undefined;
      if (options.json === true) await json({ kind: 'run.launched', id: launch.id, dir, pid: kernel.pid, seed });
      else await line(`started ${launch.id}${seed === undefined ? '' : ` with seed ${seed}`}`);
    }
    if (!isHeadless(options)) {
      for (const kernel of kernels) kernel.release();
      return EXIT.ok;
    }
    const ends = launched.map(({ dir, launch }, i) =>
      waitFor(launch.id, dir, kernels[i] as KernelProcess, { json: options.json === true, events: false, fromSeq: 1 }),
    );
    const codes = await Promise.all(ends);
    if (interrupts.some(({ taken }) => taken)) return EXIT.killed;
    return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
  } catch (error) {
    // Those that began go on; the others never were.
    for (const { dir } of launched.slice(kernels.length)) rmSync(dir, { recursive: true, force: true });
    throw error;
  } finally {
    for (const interrupt of interrupts) interrupt.release();
  }
};
