/** In-memory commands: pure functions of the files, so that SYS_EXEC means something where no process can be started. */
import { createTwoFilesPatch } from 'diff';
import { sha256 } from '../../kernel/digest.ts';
import { byCodeUnit } from './paths.ts';

export type Files = ReadonlyMap<string, string>;
/** `args` without the command's own name. A non-zero `exit` is an outcome like any other. */
export type MemoryCommand = (args: readonly string[], files: Files) => { exit: number; output: string };

class Usage extends Error {}

const read = (files: Files, path: string): string => {
  const text = files.get(path);
  if (text === undefined) throw new Usage(`${path}: no such file`);
  return text;
};

/** Splits flags from operands; an unknown flag is an error, never ignored. */
const parse = (args: readonly string[], known: string): { flags: Set<string>; operands: string[] } => {
  const flags = new Set<string>();
  const operands: string[] = [];
  for (const arg of args) {
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    for (const flag of arg.slice(1)) {
      if (!known.includes(flag)) throw new Usage(`unknown flag -${flag}`);
      flags.add(flag);
    }
  }
  if (operands.length === 0) throw new Usage('name a file');
  return { flags, operands };
};

const lines = (text: string): string[] => {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
};

const counts: [string, (text: string) => number][] = [
  ['l', (text) => text.split('\n').length - 1],
  ['w', (text) => text.match(/\S+/g)?.length ?? 0],
  ['c', (text) => Buffer.byteLength(text)],
];

const table: Record<string, (args: readonly string[], files: Files) => string | { exit: number; output: string }> = {
  cat: (args, files) =>
    parse(args, '')
      .operands.map((path) => read(files, path))
      .join(''),
  wc: (args, files) => {
    const { flags, operands } = parse(args, 'lwc');
    const shown = counts.filter(([flag]) => flags.size === 0 || flags.has(flag));
    return operands.map((path) => `${shown.map(([, of]) => of(read(files, path))).join(' ')} ${path}\n`).join('');
  },
  sort: (args, files) => {
    const { flags, operands } = parse(args, 'nru');
    const number = (line: string): number => Number.parseFloat(line) || 0;
    const all = operands.flatMap((path) => lines(read(files, path)));
    const kept = flags.has('u') ? [...new Set(all)] : all;
    kept.sort((a, b) => (flags.has('n') ? number(a) - number(b) : 0) || byCodeUnit(a, b));
    if (flags.has('r')) kept.reverse();
    return kept.map((line) => `${line}\n`).join('');
  },
  sha256sum: (args, files) =>
    parse(args, '')
      .operands.map((path) => `${sha256(read(files, path))}  ${path}\n`)
      .join(''),
  diff: (args, files) => {
    const [from, to, extra] = parse(args, 'u').operands;
    if (from === undefined || to === undefined || extra !== undefined) throw new Usage('name two files');
    const [a, b] = [read(files, from), read(files, to)];
    return a === b ? '' : { exit: 1, output: createTwoFilesPatch(from, to, a, b) };
  },
};

const wrapped = (name: string): MemoryCommand => {
  const run = table[name] as (typeof table)[string];
  return (args, files) => {
    try {
      const result = run(args, files);
      return typeof result === 'string' ? { exit: 0, output: result } : result;
    } catch (error) {
      if (error instanceof Usage) return { exit: 2, output: `${name}: ${error.message}\n` };
      throw error;
    }
  };
};

/** `cat wc sort sha256sum diff`; wrong use exits 2 and says so. */
export const MEMORY_COMMANDS: ReadonlyMap<string, MemoryCommand> = new Map(
  Object.keys(table).map((name) => [name, wrapped(name)]),
);
