/** Journals made by hand: any records, at any times, in segments of any size. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LineEncoder } from '../../src/journal/encode.ts';
import { readRecords } from '../../src/journal/index.ts';
import { NOTHING } from '../../src/journal/record.ts';
import { journalDir, segmentName } from '../../src/journal/segments.ts';
import { DEFAULT_POLICY } from '../../src/kernel/index.ts';
import { recordsSource } from '../../src/replay/records-source.ts';
import { asRecs, type Rec } from '../../src/store/record.ts';
import type { TimeSource } from '../../src/store/time-source.ts';
import { DemoRun, replies } from '../store/demo-run.ts';

export const scratchDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-replay-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

/** Lines of a journal, in order; `ms` may say another time than the record's own. */
export const linesOf = (records: readonly Rec[], ms: (rec: Rec) => number = (rec) => Date.parse(rec.ts)): string[] => {
  const encoder = new LineEncoder('7f3a0c1d', NOTHING);
  return records.map((rec) => {
    const { seq: _seq, ts: _ts, run: _run, class: cls, ...payload } = rec;
    return encoder.line(cls, JSON.stringify(payload), cls === 'event' ? 1 : 0, ms(rec));
  });
};

/** Writes lines as a run's journal, `each` of them to a segment. */
export const writeLines = (dir: string, lines: readonly string[], each = lines.length): void => {
  rmSync(journalDir(dir), { recursive: true, force: true });
  mkdirSync(journalDir(dir), { recursive: true });
  for (let from = 0, n = 1; from < lines.length; from += each, n += 1) {
    writeFileSync(join(journalDir(dir), segmentName(n)), lines.slice(from, from + each).join(''));
  }
};

/** A run that goes on and on: maps, votes, denied asks, traps and panic resets. */
export const longRun = (records: number): Rec[] => {
  const planner = [
    replies.push('write ANSWER.txt', 'read rows'),
    replies.map('sum r01', 'sum r02', 'sum r03'),
    replies.write('m1', 'append'),
    'no json',
    replies.invented(),
    replies.goto('h2'),
    replies.goto('h1', 'r01'),
  ];
  const run = new DemoRun(
    {
      planner: (n) => planner[n % planner.length],
      worker: (pid, n, task) => {
        if (n === 0) return replies.goto('h1', task.slice(-3));
        if (pid % 5 === 2 && n === 1) return replies.invented();
        return replies.halt(String(1000 + Number(task.slice(-2)) * 10));
      },
    },
    { policy: { panicBudget: 100_000, limits: { ...DEFAULT_POLICY.limits, maxTicks: 1_000_000 } } },
  );
  while (run.records.length < records) {
    const before = run.records.length;
    run.play(200);
    if (run.records.length === before) throw new Error(`the run stopped at record ${before}`);
  }
  return run.records.slice(0, records);
};

/** What the same journal says when it is read as a whole. */
export const wholeSource = async (dir: string): Promise<TimeSource> => {
  const records: Rec[] = [];
  for await (const record of readRecords(dir, { hydrate: true })) records.push(...asRecs([record]));
  return recordsSource({ format: 'turingos', name: 'whole', records });
};
