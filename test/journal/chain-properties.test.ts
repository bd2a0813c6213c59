import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainCheck, type ChainReport } from '../../src/journal/verify.ts';
import { act, encodeAll, expected, parseAll, summary } from './arbitraries.ts';
import { PATIENT, RUNS } from './scratch.ts';

/** Verification of bytes in memory: the same check that `verifyChain` runs over files. */
function verifyBytes(bytes: Buffer): ChainReport {
  const check = new ChainCheck({ look: () => '' });
  const end = bytes.lastIndexOf(10) + 1;
  check.lines('000001.ndjson', 0, bytes.subarray(0, end));
  if (end < bytes.length) check.torn('000001.ndjson', end, bytes.length - end, true);
  return check.report();
}

const acts = fc.array(act, { minLength: 1, maxLength: 5 });

describe('the chain', () => {
  it('gives back any sequence of batches and notes, and verifies', PATIENT, () => {
    fc.assert(
      fc.property(acts, (list) => {
        const bytes = encodeAll(list);
        const records = parseAll(bytes);
        expect(records.map(summary)).toEqual(expected(list));
        expect(records.map((record) => record.seq)).toEqual(records.map((_, index) => index + 1));
        const report = verifyBytes(bytes);
        expect(report).toMatchObject({ ok: true, records: records.length, breaks: [], missing: [] });
        expect(report.head).toEqual({ seq: records.length, hash: records.at(-1)?.hash });
      }),
      { numRuns: RUNS },
    );
  });

  it('shows any single changed byte, at the record that holds it', PATIENT, () => {
    fc.assert(
      fc.property(acts, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, where, change) => {
        const bytes = encodeAll(list);
        const at = where % bytes.length;
        bytes.writeUInt8((bytes[at] as number) ^ change, at);
        const [first] = verifyBytes(bytes).breaks;
        const before = bytes.subarray(0, at).toString('latin1').split('\n').length;
        expect(first?.seq).toBe(before);
        expect(first?.byte).toBeLessThanOrEqual(at);
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps exactly the complete records of any truncated journal', PATIENT, () => {
    fc.assert(
      fc.property(acts, fc.nat(), (list, where) => {
        const bytes = encodeAll(list);
        const cut = bytes.subarray(0, where % (bytes.length + 1));
        const complete = cut.toString('latin1').split('\n').length - 1;
        const report = verifyBytes(cut);
        expect(report.records).toBe(complete);
        expect(report.head.seq).toBe(complete);
        expect(report.breaks.map((at) => at.reason)).toEqual(
          cut.length === 0 || cut.at(-1) === 10 ? [] : ['torn_tail'],
        );
        expect(parseAll(cut).map(summary)).toEqual(expected(list).slice(0, complete));
      }),
      { numRuns: RUNS },
    );
  });
});
