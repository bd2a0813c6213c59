/** Journals to look into: a run of ours that has ended, and files of the earlier system. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type JournalRecord, readRecords } from '../../src/journal/index.ts';
import { runDir } from '../../src/runtime/run-dir.ts';
import { lastJson, turingos } from './harness.ts';

export const scratchDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-file-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

/** For the tests of one file: `beforeAll` is to return `end`. `copy` gives the run in a home of its own, to be spoilt by one test. */
export const endedRun = async () => {
  const home = mkdtempSync(join(tmpdir(), 'turingos-cli-'));
  const run = await turingos('run', 'ledger-4', '--json', '--profile', 'sim', '--home', home);
  const { id, dir } = lastJson(run) as { id: string; dir: string };
  const records: JournalRecord[] = [];
  for await (const record of readRecords(dir)) records.push(record);
  const copy = (): { home: string; dir: string } => {
    const to = scratchDir();
    cpSync(dir, runDir(to, id), { recursive: true, filter: (path) => !path.endsWith('.sock') });
    return { home: to, dir: runDir(to, id) };
  };
  const end = (): void => rmSync(home, { recursive: true, force: true });
  return { home, id, dir, records, copy, end };
};

/** A chained file of such entries; and beside it a log, where that is to say something. @returns its path */
export const legacyMerkle = (entries: readonly string[], log?: readonly string[]): string => {
  const dir = scratchDir();
  const path = join(dir, '.journal.merkle.jsonl');
  let prev_hash = 'GENESIS';
  const lines = entries.map((entry) => {
    const body = { ts: '2026-02-26T09:51:44.406Z', entry, prev_hash };
    prev_hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    return JSON.stringify({ ...body, hash: prev_hash });
  });
  writeFileSync(path, `${lines.join('\n')}\n`);
  if (log !== undefined) writeFileSync(join(dir, '.journal.log'), `${log.join('\n')}\n`);
  return path;
};
