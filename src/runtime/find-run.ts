/** Runs are named by any unique prefix of their id, or `@last`. */
import { EXIT } from './exit-codes.ts';
import { readManifest } from './manifest.ts';
import { runDir, runIds } from './run-dir.ts';
import { UserError } from './user-error.ts';

/** Candidates that an error names. */
const SHOWN = 8;

/** @throws UserError 66 where no run, or more than one, is meant */
export const findRun = (home: string, name: string): { id: string; dir: string } => {
  const id = name === '@last' ? lastId(home) : byPrefix(home, name);
  return { id, dir: runDir(home, id) };
};

const lastId = (home: string): string => {
  const runs = runIds(home)
    .map((id) => ({ id, at: readManifest(runDir(home, id))?.createdAt ?? '' }))
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  const last = runs[0];
  if (last === undefined) throw notFound(`there is no run under ${home} yet: start one with \`turingos run\``);
  return last.id;
};

const byPrefix = (home: string, name: string): string => {
  const prefix = name.toLowerCase();
  const ids = runIds(home).filter((id) => id.startsWith(prefix) && prefix !== '');
  if (ids.length > 1) {
    const shown = ids.sort().slice(0, SHOWN).join(', ');
    const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : '';
    throw notFound(`run "${name}" is ambiguous: it could be ${shown}${more}`);
  }
  const id = ids[0];
  if (id === undefined) throw notFound(`there is no run "${name}" under ${home}: \`turingos ps --all\` lists them`);
  return id;
};

const notFound = (message: string): UserError => new UserError(message, EXIT.notFound);
