/** `turingos why RUN|FILE`: first trouble, first thrash, panic spendings, last progress, last words, host facts, next verbs. */
import { nextVerbs, type Standing } from '../evidence/why/next.ts';
import { readWhy, type WhyReport, whyOf } from '../evidence/why/reader.ts';
import { type HostFacts, whyText } from '../evidence/why/sentences.ts';
import { listSegments } from '../journal/index.ts';
import { openForeign } from '../replay/foreign/index.ts';
import { refuseEmpty } from '../runtime/empty-journal.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { livingPid } from '../runtime/find-kernel.ts';
import { kernelWords } from '../runtime/kernel-words.ts';
import { killedMark, killedText } from '../runtime/killed-mark.ts';
import { stoppedText } from '../runtime/liveness.ts';
import { homeDir, runDir } from '../runtime/run-dir.ts';
import { isStarting } from '../runtime/run-summary.ts';
import { stallOf } from '../runtime/stall.ts';
import { UserError } from '../runtime/user-error.ts';
import { sanitise } from '../store/sanitise.ts';
import { journalTarget } from './journal-target.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';
import { STATES } from './ps.ts';
import { asUserError, runOrFile } from './run-or-file.ts';

/** @returns 3 where the journal is broken, after what lies before the break */
export const whyVerb = async (name: string, options: CommonOptions): Promise<number> => {
  const { id, why, standing, host, path } = await found(name, options.home);
  const next = standing === null ? [] : nextVerbs(path ?? id, standing, why, path === undefined);
  if (options.json === true) await json({ ...why, id, standing, kernel: host, next });
  else await line(whyText(id, standing === null ? 'foreign' : STATES[standing], why, host, next).join('\n'));
  if (why.broken === null) return EXIT.ok;
  process.stderr.write(`turingos: ${sanitise(why.broken)}\n`);
  return EXIT.diverged;
};

interface Found {
  id: string;
  why: WhyReport;
  /** Null for a file, of which nobody knows whether somebody works on it. */
  standing: Standing | null;
  host: HostFacts;
  /** How it was named, where that was not by its id. */
  path?: string;
}

const found = async (name: string, home: string | undefined): Promise<Found> => {
  const target = await runOrFile(name, home);
  const nobody = { kernel: null, kernelWords: '' };
  if (target.kind === 'file' && target.format !== 'turingos') {
    const source = await openForeign(target.path).catch((error: unknown) => {
      throw asUserError(error);
    });
    const { first, last } = await source.extent();
    const why = whyOf(await source.records(first.seq, last.seq));
    return { id: source.name, why, standing: why.ended?.outcome ?? null, host: nobody, path: name };
  }
  if (target.kind === 'file') {
    const why = await readWhy(await journalTarget(name, home));
    return { id: why.id || name, why, standing: why.ended?.outcome ?? null, host: nobody, path: name };
  }
  const { id, dir } = target;
  // Asked before the journal is read: a kernel that ends in between has written its end by then. A start is asked for first: one
  // that begins in between is seen by the other look.
  const starting = await isStarting(dir);
  const kernel = await livingPid(dir);
  if ((await listSegments(dir)).length === 0 && !starting) {
    const words = kernelWords(dir);
    const said = words === '' ? '' : ` (its kernel said: ${words})`;
    throw new UserError(`run ${id} never began: it has no journal${said}; start a new one`, EXIT.notFound);
  }
  if (kernel === null) await refuseEmpty(id, dir);
  const frozen = stoppedText(dir);
  const stalled = kernel === null ? null : (frozen ?? (await stallOf(dir)));
  const why = await readWhy(dir);
  const open: Standing =
    kernel === null
      ? starting && why.records === 0
        ? 'starting'
        : 'gone'
      : why.paused === null
        ? 'running'
        : 'paused';
  const mark = kernel === null && why.ended === null && why.records > 0 ? killedMark(dir) : undefined;
  const path = dir === runDir(homeDir(home), id) ? {} : { path: name };
  return {
    id,
    why,
    standing: why.ended?.outcome ?? (mark === undefined ? open : 'killed'),
    host: {
      ...{ kernel, kernelWords: kernelWords(dir), stalled },
      ...(frozen === null ? {} : { stopped: true }),
      ...(mark === undefined ? {} : { killed: killedText(mark) }),
    },
    ...path,
  };
};
