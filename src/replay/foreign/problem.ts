/** What this module throws: bad input as one sentence for people. */
export type ForeignErrorCode = 'missing' | 'unreadable' | 'format' | 'too_large';

export class ForeignError extends Error {
  readonly code: ForeignErrorCode;

  constructor(code: ForeignErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ForeignError';
    this.code = code;
  }
}

/** Why a path cannot be read as a file at all. */
export const unreadable = (path: string, cause: unknown): ForeignError => {
  const code = (cause as NodeJS.ErrnoException)?.code ?? 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ForeignError('missing', `There is no file ${path}; check the spelling.`, { cause });
  }
  if (code === 'EISDIR') return notAFile(path, 'a directory');
  return new ForeignError('unreadable', `${path} cannot be read (${code}); check its permissions.`, { cause });
};

export const notAFile = (path: string, what: string): ForeignError =>
  new ForeignError('unreadable', `${path} is ${what}, not a journal file; name one file in it.`);

const KNOWN = 'a .journal.log, a .journal.merkle.jsonl or a trace .jsonl of the earlier system';

export const foreignProblem = (path: string): ForeignError =>
  new ForeignError('format', `${path} is no journal that can be read: it is neither a segment of a run nor ${KNOWN}.`);

export const ownSegment = (path: string): ForeignError =>
  new ForeignError('format', `${path} is a segment of a run's own journal; name the run instead of the file.`);

export const tooLarge = (path: string, bytes: number, limit: number): ForeignError => {
  const mib = (n: number): number => Math.ceil(n / 2 ** 20);
  const why = `it has ${mib(bytes)} MiB and a journal of another format is opened in memory, up to ${mib(limit)} MiB`;
  return new ForeignError(
    'too_large',
    `${path} is too large to replay: ${why}; cut it, or verify and stat it as it is.`,
  );
};
