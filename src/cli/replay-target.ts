/** What replay and open travel in: a run's directory, or one file. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { listSegments, readBatches } from '../journal/index.ts';
import { openRunDir } from '../open-run.ts';
import { openForeign } from '../replay/foreign/index.ts';
import { recordsSource } from '../replay/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { kernelPid } from '../runtime/liveness.ts';
import { UserError } from '../runtime/user-error.ts';
import { parseGoto } from '../store/goto.ts';
import { asRecs, type Rec } from '../store/record.ts';
import type { TimeSource } from '../store/time-source.ts';
import { asUserError, runOrFile } from './run-or-file.ts';

export interface ReplayTarget {
  source: TimeSource;
  id: string;
  /** Of a run; null for a file alone. */
  dir: string | null;
  /** Its kernel is at work. */
  alive: boolean;
}

/** @throws UserError where there is nothing to travel in */
export const replayTarget = async (name: string, home: string | undefined): Promise<ReplayTarget> => {
  const target = await runOrFile(name, home);
  if (target.kind === 'run') return await ofRun(target.id, target.dir);
  if (target.format === 'turingos') return await ofSegment(target.path);
  const source = await openForeign(target.path).catch((error: unknown) => {
    throw asUserError(error);
  });
  return { source, id: source.name, dir: null, alive: false };
};

const ofRun = async (id: string, dir: string): Promise<ReplayTarget> => {
  const isAlive = (): boolean => kernelPid(dir) !== undefined;
  const source = await openRunDir(dir, id, isAlive);
  if ((await source.extent()).last.seq > 0) return { source, id, dir, alive: isAlive() };
  await source.close();
  throw new UserError(`${id} has no records yet: there is nothing to replay`, EXIT.notFound);
};

/** A segment in a run's directory stands for the run; one that was copied elsewhere is read whole. */
const ofSegment = async (path: string): Promise<ReplayTarget> => {
  const journal = dirname(resolve(path));
  const dir = dirname(journal);
  if (basename(journal) === 'journal' && (await listSegments(dir)).includes(resolve(path))) {
    return await ofRun(basename(dir), dir);
  }
  const records: Rec[] = [];
  for await (const batch of readBatches(path)) records.push(...asRecs(batch));
  const name = basename(path);
  if (records[0]?.seq !== 1) {
    throw new UserError(`${path} begins in the middle of a run: name the run's directory`, EXIT.badInput);
  }
  return { source: recordsSource({ format: 'turingos', name, records }), id: name, dir: null, alive: false };
};

/** `RUN@t84` as the run and the place; `@last` is a run, and a file may be called anything. */
export const splitPlace = (text: string): { name: string; place: string | undefined } => {
  const at = text.lastIndexOf('@');
  return at <= 0 || existsSync(text)
    ? { name: text, place: undefined }
    : { name: text.slice(0, at), place: text.slice(at + 1) };
};

/** @returns seq and tick of a place; @throws UserError where it is none */
export const placeIn = async (source: TimeSource, place: string): Promise<{ seq: number; tick: number }> => {
  const motion = parseGoto(place);
  if (typeof motion === 'string') throw new UserError(motion.replace(/\.$/, ''), EXIT.usage);
  const { first } = await source.extent();
  const found = await motion.find(source, { seq: first.seq, tick: first.tick });
  if (typeof found === 'string') throw new UserError(found.replace(/\.$/, ''), EXIT.notFound);
  return { seq: found.seq, tick: found.tick ?? (await source.stateAt(found.seq)).kernel.tick };
};
