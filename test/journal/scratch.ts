import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JournalRecord, ReadOptions } from '../../src/journal/index.ts';
import { readRecords } from '../../src/journal/index.ts';

/** A run's directory that goes away with the test. */
export function scratchRun(): string {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-journal-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export async function readAll(target: string, options: ReadOptions = {}): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const record of readRecords(target, options)) records.push(record);
  return records;
}

export const RUNS = Number(process.env.FC_RUNS ?? 1000);
/** For property tests: ten thousand runs on a busy machine take their time. */
export const PATIENT = { timeout: 180_000 };
