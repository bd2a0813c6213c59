import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal } from '../../src/journal/index.ts';
import { readAll, scratchRun } from './scratch.ts';

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
