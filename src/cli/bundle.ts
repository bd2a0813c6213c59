/** `turingos bundle RUN`: the run as a directory that verifies and replays anywhere, without this home, the brains or the task. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createMemoryWorld } from '../adapters/worlds/memory.ts';
import { makeBundle } from '../evidence/bundle/make.ts';
import { verifyChain } from '../journal/index.ts';
import { runBatches } from '../runtime/batches.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { livingPid } from '../runtime/find-kernel.ts';
import { findRun } from '../runtime/find-run.ts';
import { RunFold } from '../runtime/fold-run.ts';
import { readManifest } from '../runtime/manifest.ts';
import { homeDir } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

export interface BundleOptions extends CommonOptions {
  output?: string;
}

export const bundleVerb = async (name: string, options: BundleOptions): Promise<number> => {
  const { id, dir } = findRun(homeDir(options.home), name);
  if ((await livingPid(dir)) !== null) {
    throw new UserError(
      `run ${id} is alive, and would outgrow its bundle: wait for its end, or \`turingos kill ${id}\``,
      EXIT.busy,
    );
  }
  const out = resolve(options.output ?? `${id}.bundle`);
  const { files, tip, ended } = await bundleRun(id, dir, out);
  if (options.json === true) await json({ id, dir: out, tip, ended, files: Object.keys(files).length });
  else {
    await line(`${id} is in ${out}: ${Object.keys(files).length} files, tip ${tip.seq}:${tip.hash}`);
    await line(`turingos verify ${out} checks it anywhere`);
  }
  return EXIT.ok;
};

/** @throws UserError where the run cannot be bundled, or `out` not be made; JournalError where the journal is broken */
export const bundleRun = async (id: string, dir: string, out: string) => {
  if (existsSync(out)) throw new UserError(`${out} is there already: name another directory with -o`, EXIT.badInput);
  const manifest = readManifest(dir);
  if (manifest === undefined) throw new UserError(`run ${id} has no readable run.json in ${dir}`, EXIT.notFound);
  const fold = new RunFold();
  for await (const batch of runBatches(dir, { check: true })) fold.see(batch);
  if (fold.begun === undefined) throw new UserError(`run ${id} never began: there is nothing to bundle`, EXIT.notFound);
  const { head } = await verifyChain(dir);
  const { ended, state } = fold;
  try {
    return makeBundle(out, {
      dir,
      world: await worldOf(fold),
      run: id,
      task: manifest.task.name,
      tip: head,
      ended: ended === undefined ? null : { outcome: ended.outcome, reason: ended.reason, ticks: ended.ticks },
      worldHash: state.worldHash,
    });
  } catch (error) {
    throw new UserError(
      `the bundle ${out} cannot be made: ${error instanceof Error ? error.message : error}`,
      EXIT.unavailable,
    );
  }
};

/** The files of a world in memory, made again from the journal. */
const worldOf = async ({ begun, state, writes }: RunFold): Promise<ReadonlyMap<string, string> | undefined> => {
  if (begun?.world.kind !== 'memory') return undefined;
  const world = createMemoryWorld(begun.world.files);
  await world.restoreTo(state.worldHash, { past: begun.kind === 'run.forked' ? begun.world.past : '', writes });
  return await world.files();
};
