import { expect, test } from 'vitest';
import { canonicalJson, sha256 } from '../../src/kernel/digest.ts';
import { emptyLive, foldLive } from '../../src/store/live-state.ts';
import { markedPid, marksOf } from '../../src/store/marks.ts';
import { PROJECTIONS_VERSION } from '../../src/store/version.ts';
import { eventfulRun } from '../store/demo-run.ts';

const { records } = eventfulRun();

/**
 * If this fails, a projection or the kernel's `evolve` folds the same records into something else than before. Then snapshots
 * that are on people's disks would show the old: add 1 to `PROJECTIONS_VERSION`, and put the new pair here. (Where only the
 * demo run itself changed, put the new digest here and leave the version.)
 */
test('the version of the projections stands for what they fold', () => {
  const live = records.reduce(foldLive, emptyLive);
  const marks = records.map((rec) => [rec.seq, marksOf(rec), markedPid(rec)]);
  // Through JSON, since `undefined` has no canonical form; that nothing else is lost by it is tested below.
  const folded = sha256(canonicalJson(JSON.parse(JSON.stringify({ live, marks }))));
  expect({ version: PROJECTIONS_VERSION, folded: folded.slice(0, 16) }).toEqual({
    version: 7,
    folded: '0dab78ea9b951fd8',
  });
});

test('a state survives being stored, at any record, and folds on as before', () => {
  let live = emptyLive;
  let stored = emptyLive;
  for (const rec of records) {
    live = foldLive(live, rec);
    stored = foldLive(JSON.parse(JSON.stringify(stored)), rec);
    // Strictly: an `undefined` that JSON drops would be noticed.
    expect(stored).toStrictEqual(live);
  }
});
