/** `turingos export RUN --format asciicast`: a run as something that other programs play. */
import { once } from 'node:events';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { sanitise } from '../store/sanitise.ts';
import type { CastOptions, CastReport } from './cast.ts';
import { journalTarget } from './journal-target.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';

export interface ExportOptions extends CommonOptions {
  output?: string;
  size: CastOptions['size'];
  speed: number;
  idleLimit?: number;
  from?: number;
  to?: number;
}

/** @returns 3 where the journal is broken, after what lies before the break */
export const exportVerb = async (name: string, options: ExportOptions): Promise<number> => {
  const { output, from = 0, to = Number.POSITIVE_INFINITY } = options;
  if (to < from) throw new UserError(`--to t${to} comes before --from t${from}: nothing lies between`, EXIT.usage);
  if (output === undefined && options.json === true) {
    throw new UserError('--json tells about the file that -o names, and stdout is the cast: give -o', EXIT.usage);
  }
  if (output === undefined && process.stdout.isTTY === true) {
    throw new UserError('a cast is not for reading: name a file with -o, or send stdout to one', EXIT.usage);
  }
  const target = await journalTarget(name, options.home);
  const { size, speed, idleLimit } = options;
  const cast: CastOptions = { size, speed, from, to, ...(idleLimit === undefined ? {} : { idleLimit }) };
  const made = (write: (text: string) => Promise<void>): Promise<CastReport> => make(name, target, cast, write);
  const report = output === undefined ? await made(toStdout) : await toFile(output, made);
  if (output !== undefined) {
    const { broken: _, ...rest } = report;
    if (options.json === true) await json({ file: output, ...rest });
    else await line(`${output}: ${rest.seconds} s, ${rest.frames} frames, ${rest.markers} markers`);
  }
  if (report.broken === null) return EXIT.ok;
  process.stderr.write(`turingos: ${sanitise(report.broken)}\n`);
  return EXIT.diverged;
};

const make = async (
  name: string,
  target: string,
  cast: CastOptions,
  write: (text: string) => Promise<void>,
): Promise<CastReport> => {
  // Loads React: not before it is known that there is something to draw.
  const { writeCast } = await import('./cast.ts');
  const report = await writeCast(target, cast, write);
  if (report.frames > 0 || report.broken !== null) return report;
  const came = report.tick === 0 ? 'has no tick yet' : `came to t${report.tick}`;
  throw new UserError(`there is nothing to show from t${cast.from} on: ${name} ${came}`, EXIT.notFound);
};

const toStdout = async (text: string): Promise<void> => {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
};

/** The file appears under its name when it is whole. */
const toFile = async (
  path: string,
  make: (write: (text: string) => Promise<void>) => Promise<CastReport>,
): Promise<CastReport> => {
  const temporary = `${path}.part`;
  try {
    const file: FileHandle = await open(temporary, 'w');
    try {
      const report = await make(async (text) => void (await file.write(`${text}\n`)));
      await file.close();
      await rename(temporary, path);
      return report;
    } catch (error) {
      await file.close().catch(() => {});
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new UserError(`${path} cannot be written (${code}): name another file with -o`, EXIT.unavailable);
  }
};
