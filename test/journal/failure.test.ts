import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal } from '../../src/journal/index.ts';
import { readAll, scratchRun } from './scratch.ts';

it.skipIf(!existsSync('/dev/full'))('a full disk stops the journal, and keeps what was written', async () => {
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r', fsync: 'never', segmentBytes: 1 });
  // The next segment will be a device on which every write finds the disk full.
  symlinkSync('/dev/full', join(run, 'journal', '000002.ndjson'));
  journal.appendNote({ kind: 'fits' });
  expect(() => journal.appendNote({ kind: 'does not fit' })).toThrow(/could not be written \(ENOSPC.*free the disk/);
  expect(() => journal.appendNote({ kind: 'later' })).toThrow(expect.objectContaining({ code: 'failed' }));
  await expect(journal.written()).rejects.toMatchObject({ code: 'failed' });
  await expect(journal.close()).rejects.toMatchObject({ code: 'failed' });
  expect(existsSync(join(run, 'journal', 'lock'))).toBe(false);
  expect(await readAll(join(run, 'journal', '000001.ndjson'))).toMatchObject([{ kind: 'fits' }]);
});

it('a text that cannot be stored leaves no record that names it', async () => {
  const run = scratchRun();
  const journal = await openJournal(run, { run: 'r' });
  writeFileSync(join(run, 'blobs'), 'a file where the directory should be');
  expect(() => journal.appendBatch({ kind: 'a' }, [{ kind: 'b', text: 'x'.repeat(5000) }])).toThrow(
    /A text could not be stored/,
  );
  await journal.close();
  expect(await readAll(run)).toEqual([]);
});
