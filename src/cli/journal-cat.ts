/** `turingos journal cat RUN|FILE`: records as they are on the disk, or a line for people. Reads a piece at a time. */
import { once } from 'node:events';
import { listSegments, type RawLine, readLineBatches } from '../journal/index.ts';
import { lineHead } from '../journal/line-head.ts';
import { seqBeforeTick } from '../journal/seek.ts';
import { CATALOGUE } from '../kernel/index.ts';
import { entriesOf, entryText } from '../replay/foreign/entries.ts';
import type { ForeignFormat } from '../replay/foreign/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import type { Bound } from './journal-args.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';
import { recordLine } from './record-line.ts';
import { asUserError, runOrFile } from './run-or-file.ts';

export interface CatOptions extends CommonOptions {
  from?: Bound;
  to?: Bound;
  kind?: string[];
}

export const catVerb = async (name: string, options: CatOptions): Promise<number> => {
  refuseBackwards(options);
  const target = await runOrFile(name, options.home);
  if (target.kind === 'run') await catRun(target.dir, options);
  else if (target.format === 'turingos') await catRecords(target.path, options, seqOr(options.from, 1));
  else await catEntries(target.path, target.format, options);
  return EXIT.ok;
};

const refuseBackwards = ({ from, to }: CatOptions): void => {
  if (seqOr(from, 0) <= seqOr(to, Number.POSITIVE_INFINITY) && tickOr(from, 0) <= tickOr(to, Number.POSITIVE_INFINITY))
    return;
  throw new UserError('--from lies behind --to, and nothing is between them: exchange the two', EXIT.usage);
};

const catRun = async (dir: string, options: CatOptions): Promise<void> => {
  const { from } = options;
  const start = from !== undefined && 'tick' in from ? await seqBeforeTick(dir, from.tick) : seqOr(from, 1);
  await catRecords(dir, options, start);
};

const KINDS = new Set(Object.values(CATALOGUE).flatMap(Object.keys));

const catRecords = async (target: string, options: CatOptions, fromSeq: number): Promise<void> => {
  if ((await listSegments(target)).length === 0) throw new UserError(`${target} has no journal yet`, EXIT.notFound);
  const odd = options.kind?.find((kind) => !KINDS.has(kind));
  if (odd !== undefined)
    throw new UserError(`there is no kind of record "${odd}": docs/events.md lists them`, EXIT.usage);
  const range = new Range(options);
  const print = options.json === true || process.stdout.isTTY !== true ? rawLines : recordLines;
  for await (const lines of readLineBatches(target, { fromSeq })) {
    const wanted = lines.filter((one) => range.holds(one));
    if (wanted.length > 0) await print(wanted);
    if (range.over) return;
  }
};

const recordLines = (lines: readonly RawLine[]): Promise<void> => line(lines.map(recordLine).join('\n'));

/** Byte by byte what is on the disk, but on a terminal, which texts must not steer. */
const rawLines = async (lines: readonly RawLine[]): Promise<void> => {
  const text = lines.map((one) => one.text).join('\n');
  if (process.stdout.isTTY === true) await line(text);
  else if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
};

const DISPATCH = 'route.dispatched';

/** Which records are asked for. A tick lasts from its dispatch to the next one's. */
class Range {
  over = false;
  #begun: boolean;
  readonly #fromTick: number;
  readonly #toSeq: number;
  readonly #toTick: number;
  readonly #kinds: ReadonlySet<string> | undefined;

  constructor({ from, to, kind }: CatOptions) {
    this.#fromTick = tickOr(from, 0);
    this.#begun = this.#fromTick === 0;
    this.#toSeq = seqOr(to, Number.POSITIVE_INFINITY);
    this.#toTick = tickOr(to, Number.POSITIVE_INFINITY);
    this.#kinds = kind && new Set(kind);
  }

  holds({ seq, text }: RawLine): boolean {
    if (seq > this.#toSeq) this.over = true;
    if (this.over) return false;
    const kind = lineHead(text)?.kind ?? '';
    if (kind === DISPATCH) {
      const { tick } = JSON.parse(text) as { tick: number };
      this.#begun ||= tick >= this.#fromTick;
      this.over = tick > this.#toTick;
    }
    return this.#begun && !this.over && this.#kinds?.has(kind) !== false;
  }
}

const catEntries = async (path: string, format: ForeignFormat, options: CatOptions): Promise<void> => {
  const { from, to, kind } = options;
  if (tickOr(from, 0) !== 0 || tickOr(to, 0) !== 0) {
    throw new UserError(`${path} is of another format, where ticks are not counted: give line numbers`, EXIT.usage);
  }
  try {
    for await (const entry of entriesOf(path, format)) {
      if (entry.line > seqOr(to, Number.POSITIVE_INFINITY)) return;
      if (entry.line < seqOr(from, 1) || kind?.includes(entry.tag) === false) continue;
      const { line: record, ts = null, tag, bad } = entry;
      const text = entryText(entry);
      if (options.json === true) await json({ record, ts, tag, text, ...(bad === undefined ? {} : { bad }) });
      else await line(`${String(record).padStart(6)}  ${ts === null ? '' : `${ts}  `}${bad ?? text}`);
    }
  } catch (error) {
    throw asUserError(error);
  }
};

const seqOr = (bound: Bound | undefined, otherwise: number): number =>
  bound !== undefined && 'seq' in bound ? bound.seq : otherwise;

const tickOr = (bound: Bound | undefined, otherwise: number): number =>
  bound !== undefined && 'tick' in bound ? bound.tick : otherwise;
