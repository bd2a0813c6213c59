/** `turingos journal stat RUN|FILE`: what a journal holds, in numbers. */
import { type ForeignStat, statForeign } from '../replay/foreign/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { type JournalStat, statJournal } from '../runtime/journal-stat.ts';
import { UserError } from '../runtime/user-error.ts';
import type { CommonOptions } from './options.ts';
import { json, line, table } from './print.ts';
import { asUserError, runOrFile } from './run-or-file.ts';

export const statVerb = async (name: string, options: CommonOptions): Promise<number> => {
  const target = await runOrFile(name, options.home);
  if (target.kind === 'file' && target.format !== 'turingos') {
    const stat = await statForeign(target.path).catch((error: unknown) => {
      throw asUserError(error);
    });
    if (options.json === true) await json(stat);
    else await line(shared(stat).join('\n'));
    return EXIT.ok;
  }
  const stat = await statJournal(target.kind === 'run' ? target.dir : target.path);
  if (stat.segments === 0) throw new UserError(`${name} has no journal to count`, EXIT.notFound);
  if (options.json === true) await json(target.kind === 'run' ? { id: target.id, ...stat } : stat);
  else await line([...shared(stat), ...sizes(stat), kinds(stat)].join('\n'));
  return EXIT.ok;
};

const shared = (stat: ForeignStat | JournalStat): string[] => {
  const { format, entries, trapFrames, first, last, tuples, tags } = stat;
  const lines = [`${format}: ${entries} entries${first === null ? '' : `, ${first} to ${last}`}`, tuplesLine(stat)];
  if ('unparsableLines' in stat) lines.push(`  not read: line ${stat.unparsableLines?.join(', ')}`);
  if (Object.keys(tuples.ops).length > 0) lines.push(`  ops    ${counts(tuples.ops)}`);
  if (Object.keys(trapFrames).length > 0) lines.push(`  traps  ${counts(trapFrames)}`);
  if (format !== 'turingos') lines.push(`  tags   ${counts(tags)}`);
  return lines;
};

const tuplesLine = ({ format, tuples }: ForeignStat | JournalStat): string => {
  const { count, ok, discontinuities } = tuples;
  const chain = ok ? 'unbroken' : 'broken (`turingos verify` says where)';
  if (format === 'turingos') return `  ticks  ${count}, chain ${chain}`;
  // Of such a file only the tuples' chain is followed here: its lines may have another.
  const lines = format === 'legacy-merkle' ? '; `turingos verify` checks the chain of the lines' : '';
  if (count === 0) return `  tuples none${lines}`;
  const gaps =
    discontinuities === 0 ? '' : `, ${discontinuities} ${discontinuities === 1 ? 'discontinuity' : 'discontinuities'}`;
  return `  tuples ${count}, their chain ${chain}${gaps}${lines}`;
};

const sizes = ({ segments, bytes, blobs }: JournalStat): string[] => [
  `  size   ${bytes} bytes in ${segments} ${segments === 1 ? 'segment' : 'segments'}` +
    (blobs === null ? '' : `, ${blobs.count} blobs of ${blobs.bytes} bytes`),
];

const kinds = ({ tags, bytesByKind }: JournalStat): string =>
  table([
    ['  KIND', 'RECORDS', 'BYTES'],
    ...largestFirst(bytesByKind).map(([kind, bytes]) => [`  ${kind}`, String(tags[kind] ?? 0), String(bytes)]),
  ]);

const counts = (of: Record<string, number>): string =>
  largestFirst(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

const largestFirst = (of: Record<string, number>): [string, number][] =>
  Object.entries(of).sort(([, a], [, b]) => b - a);
