/** Starts a run's kernel, and shows the run or waits for it: what `run`, `resume` and `fork` have in common. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FaultTally } from '../evidence/chaos/tally.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { lastRecords } from '../runtime/journal-tail.ts';
import { killedMark, killedText } from '../runtime/killed-mark.ts';
import { type KernelProcess, type Launch, launchFile, launchKernel } from '../runtime/launch.ts';
import { dropSocketPlace } from '../runtime/run-dir.ts';
import { killText } from '../runtime/run-summary.ts';
import { faultsText } from '../store/projections/faults.ts';
import { asRecs } from '../store/record.ts';
import { appearanceOf, type ScreenOptions } from './appearance.ts';
import { openConsole } from './console.ts';
import { Interrupts } from './interrupts.ts';
import { wantsLines } from './options.ts';
import { endCode, endObject, endSentence, goneCode, goneSentence } from './outcome.ts';
import { json, line, say } from './print.ts';
import { selfCommand } from './self-command.ts';
import { isNotable, shown, watchRun } from './watch.ts';
import { watchPlain } from './watch-plain.ts';

export interface LaunchOptions extends ScreenOptions {
  headless?: true;
  plain?: true;
  json?: true;
}

/** Whether there is nobody to look at a console. */
export const isHeadless = (options: LaunchOptions): boolean =>
  options.headless === true || options.json === true || process.stdout.isTTY !== true;

/** Readable, and about what a person reads. */
const CONSOLE_PACE = 30;
export const paceOf = (pace: 'max' | number | undefined, headless: boolean): 'max' | number =>
  pace ?? (headless ? 'max' : CONSOLE_PACE);

export interface Launched {
  home: string;
  dir: string;
  launch: Launch;
  /** The first record that is news: what a resumed run did before is known. */
  fromSeq?: number;
}

/** @returns the exit code of the run, or of the console on it */
export const launchRun = async (
  { home, dir, launch, fromSeq = 1 }: Launched,
  options: LaunchOptions,
): Promise<number> => {
  const { id, socket } = launch;
  const headless = isHeadless(options);
  const appearance = headless ? undefined : await appearanceOf(options);
  // From here on there is a run that would outlive this process.
  const interrupts = new Interrupts(dir, socket);
  try {
    const kernel = await startKernel(dir, launch);
    await interrupts.repeat();
    if (options.json !== true && wantsLines(options)) {
      // Named first, so that another terminal can attach to it.
      await line(`run ${id} begins; Ctrl-C kills it, \`detach\` leaves it alone, \`help\` lists the orders`);
      kernel.release();
      const code = await watchPlain({ id, dir, fromSeq, over: kernel.exited, readOnly: false });
      return interrupts.taken ? EXIT.killed : code;
    }
    // The console takes its time to load: a signal that comes meanwhile is still one to the run.
    if (!headless && !interrupts.taken) await import('../app.tsx');
    if (headless || interrupts.taken) {
      const asJson = options.json === true;
      // Named first, so that whoever reads along can kill it or inject a fault.
      if (asJson) await json({ kind: 'run.launched', id, dir, pid: kernel.pid });
      const code = await waitFor(id, dir, kernel, { json: asJson, events: true, fromSeq });
      return interrupts.taken ? EXIT.killed : code;
    }
    // Who detaches gets the prompt back; the run goes on.
    kernel.release();
  } catch (error) {
    if (interrupts.taken) {
      say(error instanceof Error ? error.message : String(error));
      return EXIT.killed;
    }
    throw error;
  } finally {
    interrupts.release();
  }
  const { config } = options;
  return await openConsole({
    ...{ home, runId: id },
    ...(config === undefined ? {} : { config }),
    ...(appearance === undefined ? {} : { appearance }),
  });
};

/** Starts the kernel process; one that does not start leaves nothing behind that was made for it. */
export const startKernel = async (dir: string, launch: Launch): Promise<KernelProcess> => {
  try {
    return await launchKernel(selfCommand(), dir, launch);
  } catch (error) {
    rmSync(launchFile(dir), { force: true });
    // A run that never began is none.
    if (!existsSync(join(dir, 'journal'))) rmSync(dir, { recursive: true, force: true });
    dropSocketPlace(launch.socket);
    throw error;
  }
};

interface Telling {
  json: boolean;
  /** Notable events too, not only the end. */
  events: boolean;
  /** The first record that is news. The end's numbers are those of the whole journal all the same. */
  fromSeq: number;
}

/** Waits for the end of a run and tells it. @returns the run's exit code */
export const waitFor = async (id: string, dir: string, kernel: KernelProcess, how: Telling): Promise<number> => {
  let records = 0;
  const tally = new FaultTally();
  const ended = await watchRun(
    dir,
    (record) => {
      records = record.seq;
      for (const rec of asRecs([record])) tally.see(rec);
      const isNews = record.seq >= how.fromSeq && how.json && how.events;
      return isNews && isNotable(record) ? json(shown(record)) : undefined;
    },
    kernel.exited,
  );
  const code = await kernel.exited;
  if (ended === undefined) {
    const last = await lastRecords(dir);
    const mark = killedMark(dir);
    const killed = mark === undefined ? killText(last) : killedText(mark);
    say(goneSentence(id, dir, last));
    const outcome = mark === undefined ? 'gone' : 'killed';
    if (how.json) await json({ id, outcome, reason: killed || `kernel ended with ${code}`, records, dir });
    // What the plan has brought about is no error of the program.
    return goneCode(dir, killed === '' ? EXIT.internal : EXIT.notPassed);
  }
  if (how.json) await json(endObject(id, dir, ended, records));
  else {
    await line(endSentence(id, ended));
    const faults = faultsText(
      tally.tally.faults.map((count) => ({ ...count, strikes: count.triggered, recoveries: count.recovered })),
    );
    if (faults !== '') await line(faults);
  }
  return endCode(ended);
};
