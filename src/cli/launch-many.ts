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
  const taken = (): boolean => interrupts.some((interrupt) => interrupt.taken);
  try {
    for (const { dir, launch } of launched) {
      // Who stops some of them wants no others.
      if (taken()) break;
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
    dropUnbegun(launched, kernels.length);
    const ends = launched.slice(0, kernels.length).map(({ dir, launch }, i) =>
      waitFor(launch.id, dir, kernels[i] as KernelProcess, {
        json: options.json === true,
        events: false,
        fromSeq: 1,
      }),
    );
    const codes = await Promise.all(ends);
    if (taken()) return EXIT.killed;
    return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
  } catch (error) {
    dropUnbegun(launched, kernels.length);
    throw error;
  } finally {
    for (const interrupt of interrupts) interrupt.release();
  }
};

/** Those that began go on; the others never were. */
const dropUnbegun = (launched: readonly Launched[], begun: number): void => {
  for (const { dir } of launched.slice(begun)) rmSync(dir, { recursive: true, force: true });
};
