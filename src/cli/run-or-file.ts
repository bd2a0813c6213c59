/** What verbs about journals are told to look at: a run, by name or directory, or one file, ours or the earlier system's. */
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readBundle } from '../evidence/bundle/bundle-file.ts';
import { detectFormat, ForeignError, type JournalFormat } from '../replay/foreign/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { findRun } from '../runtime/find-run.ts';
import { homeDir, runIds } from '../runtime/run-dir.ts';
import { UserError } from '../runtime/user-error.ts';

export interface RunTarget {
  kind: 'run';
  id: string;
  dir: string;
}

export interface FileTarget {
  kind: 'file';
  path: string;
  format: JournalFormat;
}

/** @throws UserError 66 where nothing is meant, 65 where what is meant is no journal */
export const runOrFile = async (name: string, home: string | undefined): Promise<RunTarget | FileTarget> => {
  const found = statSync(name, { throwIfNoEntry: false });
  // A directory here that is called like a run does not hide the run; with a separator it is meant.
  if (found?.isDirectory() === true && isPath(name)) return runAt(name);
  if (found !== undefined && !found.isDirectory()) return await fileAt(name);
  if (isPath(name)) {
    const way = 'name a run (`turingos ps --all` lists them) or a journal file that exists';
    throw new UserError(`there is no file ${name}: ${way}`, EXIT.notFound);
  }
  const runs = homeDir(home);
  if (found !== undefined && name !== '@last' && !isRun(runs, name)) return runAt(name);
  if (name !== '@last' && !isRun(runs, name)) {
    throw new UserError(
      `"${name}" is neither a file here nor a run under ${runs}: \`turingos ps --all\` lists the runs`,
      EXIT.notFound,
    );
  }
  return { kind: 'run', ...findRun(runs, name) };
};

/** A foreign file cannot be what the caller needs. */
export const theRun = async (name: string, home: string | undefined, what: string): Promise<RunTarget> => {
  const target = await runOrFile(name, home);
  if (target.kind === 'run') return target;
  throw new UserError(`${name} is one file, and ${what}: name the run instead`, EXIT.badInput);
};

/** Words of the reader of foreign files, as an error that carries an exit code. */
export const asUserError = (error: unknown): unknown =>
  error instanceof ForeignError
    ? new UserError(error.message.replace(/\.$/, ''), error.code === 'missing' ? EXIT.notFound : EXIT.badInput)
    : error;

const isRun = (home: string, name: string): boolean => runIds(home).some((id) => id.startsWith(name.toLowerCase()));

const isPath = (name: string): boolean => name.includes('/') || name === '.' || name === '..';

const runAt = (name: string): RunTarget => {
  const dir = resolve(name);
  if (existsSync(join(dir, 'journal'))) return { kind: 'run', id: readBundle(dir)?.run ?? basename(dir), dir };
  throw new UserError(
    `${name} is a directory without a journal/ in it: name a run's directory or a journal file`,
    EXIT.badInput,
  );
};

const fileAt = async (path: string): Promise<FileTarget> => {
  const format = await detectFormat(path).catch((error: unknown) => {
    throw asUserError(error);
  });
  if (format !== undefined) return { kind: 'file', path, format };
  const known = 'a segment of a run, or a .journal.log, .journal.merkle.jsonl or trace .jsonl of the earlier system';
  throw new UserError(`${path} is no journal: it must be ${known}`, EXIT.badInput);
};
