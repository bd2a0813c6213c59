/** All of the earlier system's journals that we were given, against values that were computed elsewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { payloadProblem } from '../../../src/kernel/records/index.ts';
import { openForeign, statForeign, verifyForeign } from '../../../src/replay/foreign/index.ts';
import { emptyLive, foldLive } from '../../../src/store/live-state.ts';

const ROOT = fileURLToPath(new URL('../../../../shared/legacy/', import.meta.url));
const missing = existsSync(`${ROOT}EXPECTED.json`) ? undefined : 'needs ../shared/legacy beside the repository';

type Section = Record<string, Record<string, unknown>>;
const SECTIONS = ['merkle', 'journal', 'replay'] as const;
const expected: Record<(typeof SECTIONS)[number], Section> =
  missing === undefined
    ? JSON.parse(readFileSync(`${ROOT}EXPECTED.json`, 'utf8'))
    : { merkle: {}, journal: {}, replay: {} };

const TYPES: Record<string, string> = {
  prev_mismatch: 'prev',
  hash_mismatch: 'hash',
  not_json: 'json',
  torn_tail: 'json',
};

const found = {
  merkle: async (path: string) => {
    const { records, ok, breaks, head, matchesLog } = await verifyForeign(path);
    const types = breaks.map(({ record, reason }) => ({ line: record, type: TYPES[reason] ?? reason }));
    return { records, verified: ok, breaks: types, lastHash: head, matchesJournalLog: matchesLog };
  },
  journal: async (path: string) => {
    const { format: _, tuples: _tuples, unparsableLines: _lines, ...stat } = await statForeign(path);
    return stat;
  },
  replay: async (path: string) => {
    const { tuples, unparsableLines } = await statForeign(path);
    const { count, ok, ...rest } = tuples;
    const report = await verifyForeign(path);
    const lines = report.breaks.map(({ record }) => record);
    expect([report.records, report.head, lines]).toEqual([count, rest.lastMerkleRoot, unparsableLines ?? []]);
    return { tuples: count, hashesOk: ok, ...rest, ...(unparsableLines === undefined ? {} : { unparsableLines }) };
  },
};

/** Values of an object, however deep. */
const leaves = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, inner) => sum + leaves(inner), 0)
    : 1;

describe('journals of the earlier system', () => {
  test.for(SECTIONS)('every value of %s comes out equal', async (section, { skip }) => {
    skip(missing !== undefined, missing);
    const differences: string[] = [];
    let values = 0;
    for (const [file, wanted] of Object.entries(expected[section])) {
      const got: Record<string, unknown> = await found[section](ROOT + file);
      values += leaves(wanted);
      for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
        try {
          expect(got[key]).toEqual(wanted[key]);
        } catch {
          differences.push(`${file} ${key}: ${JSON.stringify(got[key])}, not ${JSON.stringify(wanted[key])}`);
        }
      }
    }
    console.log(
      `${section}: ${Object.keys(expected[section]).length} files, ${values} values, ${differences.length} differ`,
    );
    expect(differences).toEqual([]);
    expect(values).toBeGreaterThan(0);
  });

  test('what was done to a file is reported for what it is', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const report = async (file: string) => {
      const { breaks, matchesLog, differsAt, remarks } = await verifyForeign(`${ROOT}derived/${file}`);
      const broken = breaks.map(({ record, reason }) => `${record} ${reason}`).join(', ');
      return [broken, matchesLog, differsAt, remarks.join(' ')];
    };
    expect({
      truncatedLog: await report('truncated_tail/.journal.log'),
      truncatedChain: await report('truncated_tail/.journal.merkle.jsonl'),
      tampered: await report('tampered/.journal.merkle.jsonl'),
      rechained: await report('tampered_rechained/.journal.merkle.jsonl'),
      reordered: await report('reordered/.journal.merkle.jsonl'),
      bytes: await report('bom_crlf/.journal.log'),
      notJson: await report('nonjson/voyager_realworld_trace_20260227_113000.jsonl'),
      multiLine: await report('multiline/.journal.log'),
    }).toEqual({
      truncatedLog: ['23 torn_tail', null, null, ''],
      truncatedChain: ['24 torn_tail', false, 23, ''],
      tampered: ['13 hash_mismatch', false, 13, ''],
      rechained: ['', false, 13, ''],
      reordered: ['5 prev_mismatch, 6 prev_mismatch, 7 prev_mismatch', null, null, ''],
      bytes: ['', null, null, 'bom crlf'],
      notJson: ['3 not_json, 6 not_json, 7 not_json', null, null, ''],
      multiLine: ['', null, null, 'multi_line'],
    });
  });

  test('each opens, in records that have the shape of ours, and folds to its end', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const files = new Set(SECTIONS.flatMap((section) => Object.keys(expected[section])));
    const problems: string[] = [];
    let limits = 0;
    for (const file of files) {
      const source = await openForeign(ROOT + file);
      const { last } = await source.extent();
      const records = await source.records(1, last.seq);
      let live = emptyLive;
      for (const rec of records) {
        const { seq, ts: _ts, run: _run, class: kind, ...payload } = rec;
        const problem = payloadProblem(kind, payload);
        if (problem !== undefined) problems.push(`${file} #${seq}: ${problem}`);
        live = foldLive(live, rec);
      }
      expect(await source.stateAt(last.seq)).toEqual(live);
      const traps = records.filter(({ kind }) => kind === 'trap.raised').length;
      const { trapFrames } = await statForeign(ROOT + file);
      const frames = Object.values(trapFrames).reduce((sum, times) => sum + times, 0);
      // Where the earlier system said how many ticks it had spent, it counted as we do.
      const spent = /Max ticks reached: (\d+)/.exec(live.info.reason)?.[1];
      if (spent !== undefined) limits += 1;
      if (spent !== undefined && Number(spent) !== last.tick)
        problems.push(`${file}: ${spent} ticks, not ${last.tick}`);
      if (traps < frames) problems.push(`${file}: ${frames} trap frames, ${traps} traps`);
    }
    expect(problems).toEqual([]);
    expect(limits).toBeGreaterThan(0);
  });
});
