/** A YAML file whose fields can be found again by line, for saying what is wrong with it. */
import { readFileSync, statSync } from 'node:fs';
import { type Document, type ErrorCode, isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml';

const MAX_BYTES = 1024 * 1024;

/** What is wrong with a configuration: one sentence with file, line, field, reason and an example. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly reason: 'missing' | 'invalid';
  constructor(reason: 'missing' | 'invalid', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What people get wrong, in words. */
const WRONG: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'a tab stands where only blanks may',
  DUPLICATE_KEY: 'a name stands here for the second time',
  MULTIPLE_DOCS: 'a second document begins here, and only one is read',
};

export type Path = readonly PropertyKey[];

export interface YamlFile {
  path: string;
  value: unknown;
  /** Line of a field, or of the nearest thing above it that is there. */
  lineOf(field: Path): number;
}

/**
 * @param begin how such a file begins
 * @param what what it is called: `configuration file`
 * @throws ConfigError
 */
export const readYaml = (path: string, begin: string, what = 'configuration file'): YamlFile => {
  const text = readText(path, what);
  const lines = new LineCounter();
  const document = documentOf(path, text, lines, begin);
  const bad = document.errors[0];
  if (bad !== undefined) {
    const { line } = lines.linePos(bad.pos[0]);
    // The parser quotes what it does not understand, and that may be anything.
    const why = WRONG[bad.code] ?? `not YAML (${bad.code.toLowerCase()})`;
    throw new ConfigError('invalid', `${path}:${line}: ${why}. Begin with: ${begin}`);
  }
  try {
    return { path, value: document.toJS(), lineOf: (field) => lineOf(document, lines, field) };
  } catch {
    // An alias can point nowhere, or stand for more than there is memory.
    throw new ConfigError('invalid', `${path}:1: its aliases cannot be resolved. Begin with: ${begin}`);
  }
};

/** Its warnings would be lines of Node's own; the parser goes down once a level, and so runs out of stack. */
const documentOf = (path: string, text: string, lineCounter: LineCounter, begin: string): Document => {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  } catch {
    throw new ConfigError('invalid', `${path}:1: nested too deep to be read. Begin with: ${begin}`);
  }
};

const readText = (path: string, what: string): string => {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new ConfigError('invalid', `${path}: not a file; name a ${what}`);
    if (stat.size > MAX_BYTES) throw new ConfigError('invalid', `${path}: larger than ${MAX_BYTES} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new ConfigError('missing', `there is no ${what} ${path}: name one that is there`);
    }
    throw new ConfigError('invalid', `${path}: cannot be read (${code})`);
  }
};

const lineOf = (document: Document, lines: LineCounter, field: Path): number => {
  let offset = 0;
  let node: unknown = document.contents;
  for (const key of field) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === String(key));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return lines.linePos(offset).line;
};
