/** Cuts a complete journal anywhere, as a kernel leaves it that is lost there, and resumes it. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import type { JournalRecord } from '../../src/journal/index.ts';
import type { KernelInput } from '../../src/kernel/index.ts';
import { type Brain, BrainError } from '../../src/runtime/ports.ts';
import { resumed } from './resumed.ts';
import { decisions, type RigOptions, rig, scratch } from './rig.ts';

export const RATES = { schema: 40, badHandle: 40, thrash: 40, slip: 60, cut: 20 };

export interface Reference {
  dir: string;
  options: RigOptions;
  lines: string[];
  decided: string[];
  hashes: { stateHash: string; worldHash: string };
}

/** @param orders what the operator commands once that many inputs have been journalled */
export const uninterrupted = async (
  options: RigOptions,
  orders: Record<number, KernelInput> = {},
): Promise<Reference> => {
  let inputs = 0;
  const { engine, started, journal, dir } = await rig({
    ...options,
    journal: (inner) => ({
      blobs: inner.blobs,
      written: () => inner.written(),
      sync: () => inner.sync(),
      appendNote: (note) => inner.appendNote(note),
      appendBatch: (input, events) => {
        inputs += 1;
        const order = orders[inputs];
        if (order !== undefined) engine.submit(order).catch(() => {});
        return inner.appendBatch(input, events);
      },
    }),
  });
  await engine.start(started);
  const { stateHash, worldHash } = await engine.ended;
  await journal.close();
  const lines = linesOf(dir);
  return { dir, options, lines, decided: decidedIn(lines), hashes: { stateHash, worldHash } };
};

const linesOf = (dir: string): string[] =>
  readFileSync(join(dir, 'journal', segment(dir)), 'utf8')
    .trimEnd()
    .split('\n');

const decidedIn = (lines: readonly string[]): string[] =>
  decisions(lines.map((line) => JSON.parse(line) as JournalRecord));

export const segment = (dir: string): string =>
  readdirSync(join(dir, 'journal')).find((name) => name.endsWith('.ndjson')) as string;

/** The run as a kernel leaves it that is lost after so many records, and bytes of the next one. */
export const lostAfter = (reference: Reference, records: number, bytes = 0, parent = scratch()): string => {
  const dir = mkdtempSync(join(parent, 'lost-'));
  // Texts are named by what they are: runs that write the same ones may share them.
  symlinkSync(join(reference.dir, 'blobs'), join(dir, 'blobs'));
  mkdirSync(join(dir, 'journal'));
  const kept = reference.lines.slice(0, records).map((line) => `${line}\n`);
  const torn = (reference.lines[records] ?? '').slice(0, bytes);
  writeFileSync(join(dir, 'journal', segment(reference.dir)), kept.join('') + torn);
  return dir;
};

/** Hundreds of directories, each for a moment: a disk would be most of what they cost. */
const MEMORY = '/dev/shm';

const manyDirs = (): string => {
  if (!existsSync(MEMORY)) return scratch();
  const dir = mkdtempSync(join(MEMORY, 'turingos-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

/** Cuts at every record boundary from `from` on, and resumes; every run must end like the uninterrupted one. */
export const everyCut = async (reference: Reference, from = 1): Promise<number> => {
  const { length } = reference.lines;
  const parent = manyDirs();
  for (let records = from; records < length; records += 1) {
    const kept = reference.lines.slice(0, records);
    const count = kept.filter((line) => !line.includes('"class":"note"')).length;
    const dir = lostAfter(reference, records, records % 3 === 0 ? 20 : 0, parent);
    const { ended } = await resumed(dir, reference.options);
    expect({ records, ...ended }).toMatchObject({ records, ...reference.hashes });
    const lines = linesOf(dir);
    expect(lines.slice(0, records)).toEqual(kept);
    expect(decidedIn(lines.slice(records))).toEqual(reference.decided.slice(count));
    rmSync(dir, { recursive: true });
  }
  return length - from;
};

/** A simulated brain whose endpoint is down every now and then. */
export const flaky = (rates = {}): Brain => {
  const sim = createSimulatedBrain({ rates });
  return {
    ...sim,
    stream: (request) => {
      if (request.seed % 5 !== 0) return sim.stream(request);
      throw new BrainError('unreachable', 'down', { retryAfterMs: request.seed % 5000 });
    },
  };
};

export const ordered = (order: Extract<KernelInput, { kind: 'operator.commanded' }>['order']): KernelInput => ({
  kind: 'operator.commanded',
  by: 'test',
  reason: '',
  order,
});

/** The records up to the operator's last order: what is cut before that would have to be ordered once more. */
export const afterOrders = ({ lines }: Reference): number =>
  lines.findLastIndex((line) => line.includes('"operator.commanded"')) + 1;
