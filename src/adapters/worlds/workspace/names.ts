/**
 * Names as they are on disk: bytes. Inside the workspace world a name or path is a string with one character a byte, so that
 * names which are no UTF-8 are held like any other, and order by code unit is git's order by byte.
 */

/** Longest name, as Linux file systems have it. */
export const MAX_NAME = 255;
/** Longest path below the workspace: room is left for where the workspace itself is. Bytes. */
export const MAX_PATH = 2000;

export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** What is no UTF-8 becomes U+FFFD. */
export const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** As one line of a listing: what would break the line is escaped, and never a name that a target could have. */
export const shownName = (bytes: string): string =>
  toText(bytes).replace(/[\0-\x1f\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** For calls to the file system, which take a string as UTF-8. */
export const forSystem = (bytes: string): string | Buffer =>
  /[^\0-\x7f]/.test(bytes) ? Buffer.from(bytes, 'latin1') : bytes;

/** Byte path → its segments; the root has none. */
export const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

/**
 * Whether some system takes a name for git's own directory: letter case, compatibility forms, code points that are not shown,
 * dots, spaces and streams at the end, short names. git keeps such names out of a tree as well.
 */
export const looksLikeGit = (bytes: string): boolean => {
  // Nearly every name, and every scan asks of every name.
  if (!/git/i.test(bytes) && !/[^\0-\x7f]/.test(bytes)) return false;
  const text = toText(bytes).replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return /^(\.git|git~\d+)[ .]*(:.*)?$/s.test(text.normalize('NFKC').toLowerCase());
};

/** Why a byte path can be no path of a workspace, besides what holds for every world. */
export const nameProblem = (path: string): { errno: string; detail: string } | undefined => {
  if (path.length > MAX_PATH) return { errno: 'ENAMETOOLONG', detail: `a path holds at most ${MAX_PATH} bytes` };
  for (const segment of segmentsOf(path)) {
    if (segment.length > MAX_NAME) return { errno: 'ENAMETOOLONG', detail: `a name holds at most ${MAX_NAME} bytes` };
    if (looksLikeGit(segment)) return { errno: 'EINVAL', detail: `"${shownName(segment)}" is kept for git` };
  }
  return undefined;
};
