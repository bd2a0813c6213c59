/** What went wrong in a run, from its journal alone. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createSimulatedBrain } from '../../src/adapters/brains/simulated.ts';
import { AnomalyFold, type AnomalyReport, findAnomalies } from '../../src/evidence/anomalies/find.ts';
import { LogHistogram } from '../../src/evidence/anomalies/log-histogram.ts';
import { LISTED, Worst } from '../../src/evidence/anomalies/seen.ts';
import { anomalyCount, anomalyLines } from '../../src/evidence/anomalies/sentences.ts';
import { type JournalRecord, payloadOf } from '../../src/journal/index.ts';
import { evolve, initialState, type KernelEvent, waiting } from '../../src/kernel/index.ts';
import { type Brain, BrainError } from '../../src/runtime/ports.ts';
import { allRecords, rig } from '../runtime/rig.ts';
import { DemoRun, eventfulRun, replies } from '../store/demo-run.ts';

const reportOf = (records: readonly unknown[]): AnomalyReport => {
  const fold = new AnomalyFold();
  for (const record of records) expect(fold.see(record as JournalRecord)).toBe(true);
  return fold.report();
};

/** The records with the time between two of them made longer. */
const later = (records: readonly { seq: number; ts: string }[], seq: number, ms: number) =>
  records.map((record) =>
    record.seq < seq ? record : { ...record, ts: new Date(Date.parse(record.ts) + ms).toISOString() },
  );

describe('a run with a bit of everything', () => {
  const run = eventfulRun();
  const { anomalies, ...about } = reportOf(run.records);
  const seqOf = (fits: (rec: (typeof run.records)[number]) => boolean): number => run.records.find(fits)?.seq ?? 0;

  test('is named, with how far it came', () => {
    expect(about).toMatchObject({ id: '7f3a0c1d', task: 'ledger-12', records: run.records.length, tick: 45 });
    expect(about).toMatchObject({ ended: null, broken: null });
  });

  test('its thrash episode has the trap, the ticks, what came again, and that it goes on', () => {
    expect(anomalies.thrash).toMatchObject({
      count: 1,
      rows: [{ who: 'P1', code: 'THRASH_ROUTE', traps: 1, tick: 44, from: 41, to: 44, times: 4, ended: 'open' }],
    });
    const [row] = anomalies.thrash.rows;
    expect(row?.what).toBe('GOTO ANSWER.txt');
    expect(row?.seq).toBe(seqOf((rec) => rec.kind === 'trap.raised' && rec.code === 'THRASH_ROUTE'));
  });

  test('its panic spending', () => {
    const seq = seqOf((rec) => rec.kind === 'panic.spent');
    expect(anomalies.panics).toMatchObject({ count: 1, rows: [{ seq, who: 'P1', left: 2 }] });
  });

  test('denied asks are grouped by shape, with who asked, how often, and the nearest handle held', () => {
    const rows = run.records.filter((rec) => rec.kind === 'capability.denied');
    expect(anomalies.denied.count).toBe(rows.length);
    expect(anomalies.denied.rows).toMatchObject([
      { shape: 'vfd://rw/<name>', need: 'w', times: 3, who: ['w2', 'w7', 'w12'], nearest: 'h1 r rows/' },
    ]);
    expect(anomalies.denied.rows[0]).toMatchObject({ seq: rows[0]?.seq, lastSeq: rows.at(-1)?.seq });
  });

  test('the reply that is being written has no outcome yet', () => {
    const asked = run.records.findLast((rec) => rec.kind === 'brain.requested');
    expect(anomalies.open).toMatchObject({
      count: 1,
      rows: [{ kind: 'brain', who: 'P1', seq: asked?.seq, since: asked?.ts, ms: 80 }],
    });
  });

  test('is told by kind, each line with its tick and record', () => {
    const text = anomalyLines({ ...about, anomalies }).join('\n');
    expect(text).toMatch(/^7f3a0c1d ledger-12: \d+ records, t45, no run\.ended$/m);
    expect(text).toMatch(/^thrash episodes: 1\n {2}t44 #\d+ +P1 THRASH_ROUTE t41-44: GOTO ANSWER\.txt x4; still so/m);
    expect(text).toMatch(
      /^denied handles: 3\n.* vfd:\/\/rw\/<name> for w, 3 asks by w2 w7 w12, last t\d+ \(unknown\)/m,
    );
    expect(text).toMatch(/^requests without outcome: 1\n {2}t45 #\d+ +brain \d+ of P1 since 2026-/m);
    expect(text.split('\n').at(-1)).toContain('turingos open 7f3a0c1d@t');
  });
});

describe('how a thrash episode ends', () => {
  const thrashing = (then: (string | undefined)[], policy = {}) =>
    new DemoRun(
      {
        planner: (n) => (n < 4 ? replies.goto('h2') : then[n - 4]),
        worker: () => undefined,
      },
      { policy },
    );

  test('with progress, after how many of its own ticks', () => {
    const write = '{"q":"w","mind":[],"world":{"op":"SYS_WRITE","cap":"h2","mode":"replace","content":"1"}}';
    const { thrash } = reportOf(thrashing(['no json', write]).play().records).anomalies;
    // The first GOTO is a first look, which is progress; four more without any are what traps.
    expect(thrash.rows).toMatchObject([]);
    const more = thrashing([replies.goto('h2'), 'no json', write]).play();
    expect(reportOf(more.records).anomalies.thrash.rows).toMatchObject([{ ended: 'progress', recovered: 2 }]);
  });

  test('in a panic reset', () => {
    const run = thrashing([replies.goto('h2'), 'no', 'json', 'here']).play();
    const { thrash, panics } = reportOf(run.records).anomalies;
    expect(thrash.rows).toMatchObject([{ ended: 'panic', recovered: null }]);
    expect(panics.count).toBe(1);
  });

  test('with the run, which died of it', () => {
    const run = thrashing([replies.goto('h2'), 'no', 'json', 'here'], { panicBudget: 0 }).play();
    const report = reportOf(run.records);
    expect(report.ended).toMatchObject({ outcome: 'dead' });
    expect(report.anomalies.thrash.rows).toMatchObject([{ ended: 'run ended' }]);
    expect(report.anomalies.open.count).toBe(0);
  });
});

describe('stalls of the whole run', () => {
  test('are ticks in a row without progress, and last until there is some', () => {
    const planner = ['a', 'b', 'c', 'd', 'e', 'f', 'g', replies.goto('h2')];
    const run = new DemoRun({ planner: (n) => planner[n], worker: () => undefined }).play();
    const { stalls } = reportOf(run.records).anomalies;
    expect(stalls).toMatchObject({ count: 1, rows: [{ tick: 1, from: 1, to: 7, ticks: 7, ended: 'progress' }] });
    expect(stalls.rows[0]?.ms).toBeGreaterThan(0);
  });

  test('shorter ones than the policy allows a process are none', () => {
    const planner = ['a', 'b', 'c', 'd', 'e', replies.goto('h2')];
    const run = new DemoRun({ planner: (n) => planner[n], worker: () => undefined }).play();
    expect(reportOf(run.records).anomalies.stalls.count).toBe(0);
  });

  test('time in which the run was paused does not count', () => {
    const planner = ['a', 'b', 'c', 'd', 'e', 'f', 'g', replies.goto('h2')];
    const run = new DemoRun({ planner: (n) => planner[n], worker: () => undefined }).play(4);
    const before = run.command({ command: 'pause' }).records.length;
    run.command({ command: 'unpause' }).play();
    const plain = reportOf(run.records).anomalies.stalls.rows[0]?.ms;
    expect(reportOf(later(run.records, before + 1, 3_600_000)).anomalies.stalls.rows[0]?.ms).toBe(plain);
  });
});

describe('slow brains', () => {
  const withReplies = (totals: number[]) => {
    const run = new DemoRun(
      { planner: (n) => (n < totals.length ? 'no json' : undefined), worker: () => undefined },
      { policy: { panicBudget: 100 } },
    ).play();
    let n = 0;
    return run.records.map((rec) => (rec.kind === 'brain.replied' ? { ...rec, totalMs: totals[n++] as number } : rec));
  };
  const usual = Array.from({ length: 9 }, (_, i) => 300 + i);

  test('are those far above the median of their own role', () => {
    const { slow } = reportOf(withReplies([...usual, 4000])).anomalies;
    expect(slow).toMatchObject({ count: 1, rows: [{ who: 'P1', role: 'planner', of: 'total', ms: 4000, tick: 10 }] });
    expect(slow.rows[0]?.medianMs).toBeGreaterThan(295);
  });

  test('a few replies are no measure', () => {
    expect(reportOf(withReplies([300, 300, 4000])).anomalies.slow.count).toBe(0);
  });

  test('what is four times as long but hardly longer is none', () => {
    expect(reportOf(withReplies([...usual.map(() => 10), 200])).anomalies.slow.count).toBe(0);
  });

  test('one that was never answered is measured by its age', () => {
    const records = withReplies(usual);
    const asked = records.at(-1) as { seq: number; ts: string };
    const note = { class: 'note', kind: 'runtime.said', text: 'still here', run: '7f3a0c1d' };
    const end = { ...note, seq: asked.seq + 1, ts: new Date(Date.parse(asked.ts) + 9000).toISOString() };
    expect(reportOf([...records, end]).anomalies.slow.rows).toMatchObject([{ of: 'open', ms: 9000, seq: asked.seq }]);
  });
});

describe('gaps', () => {
  const { records } = eventfulRun();

  test('between records while something was in flight: who was quiet, and what was in flight', () => {
    const last = records.at(-1)?.seq ?? 0;
    expect(reportOf(later(records, last, 7000)).anomalies.gaps).toMatchObject({
      count: 1,
      rows: [{ seq: last - 1, ms: 7040, quiet: 'brain', inFlight: ['brain P1'], endedBy: 'stream.delta' }],
    });
    const observed = records.find((rec) => rec.kind === 'world.observed')?.seq ?? 0;
    expect(reportOf(later(records, observed, 7000)).anomalies.gaps.rows).toMatchObject([{ quiet: 'kernel' }]);
  });

  test('before a resume there are none: the kernel was dead, not silent', () => {
    const last = records.at(-1) as (typeof records)[number];
    const at = (ms: number): string => new Date(Date.parse(last.ts) + ms).toISOString();
    const note = (seq: number, ms: number, more: object) => ({
      ...{ class: 'note', run: '7f3a0c1d', seq: last.seq + seq, ts: at(ms) },
      ...more,
    });
    const cut = note(1, 60_000, { kind: 'journal.recovered', cutBytes: 7, fromSeq: last.seq + 1 });
    const resumed = note(2, 60_001, { kind: 'run.resumed', pid: 77, requests: [] });
    expect(reportOf([...records, cut, resumed]).anomalies.gaps.count).toBe(0);
    const said = note(2, 60_001, { kind: 'runtime.said', text: 'slow disk' });
    expect(reportOf([...records, cut, said]).anomalies.gaps.rows).toMatchObject([{ ms: 60_000, quiet: 'kernel' }]);
  });

  test('a clock that went back', () => {
    const { gaps } = reportOf(later(records, 20, -60_000)).anomalies;
    expect(gaps.rows).toMatchObject([{ seq: 19, ms: -59_960, quiet: 'clock' }]);
  });
});

test('faults that were armed and never struck', () => {
  const run = eventfulRun();
  const fault = { fault: 'write.denied', target: 'any', times: 1 } as const;
  run.command({ command: 'inject', fault });
  expect(reportOf(run.records).anomalies.faults).toMatchObject({
    count: 1,
    rows: [{ fault: 'write.denied', target: 'any', by: 'test', tick: 45 }],
  });
  run.command({ command: 'inject', fault: { fault: 'cap.revoked', target: 1, times: 1, handle: 'h1' } });
  expect(reportOf(run.records).anomalies.faults.count).toBe(1);
});

test('outages of the infrastructure, and how often it was tried', async () => {
  const sim = createSimulatedBrain({ rates: {} });
  let asked = 0;
  const planner: Brain = {
    ...sim,
    stream: (request) => {
      asked += 1;
      if (asked <= 3) throw new BrainError('unreachable', 'down');
      return sim.stream(request);
    },
  };
  const { engine, started, journal, dir } = await rig({ planner });
  await engine.start(started);
  await engine.ended;
  await journal.close();
  const { outages } = (await findAnomalies(dir)).anomalies;
  expect(outages).toMatchObject({
    count: 1,
    rows: [{ who: 'P1', error: 'unreachable', attempts: 3, ended: 'answered', tick: 1 }],
  });
});

describe('the journal of a real run', () => {
  const recorded = async (): Promise<string> => {
    const { engine, started, journal, dir } = await rig({ seed: 3, rates: { badHandle: 150, thrash: 300 } });
    await engine.start(started);
    await engine.ended;
    await journal.close();
    return dir;
  };

  test('says the same read from the disk and folded from memory', async () => {
    const dir = await recorded();
    const report = await findAnomalies(dir);
    expect(report).toEqual(reportOf(await allRecords(dir)));
    expect(report.ended).not.toBeNull();
    expect(anomalyCount(report.anomalies)).toBeGreaterThan(0);
    expect(report.anomalies.open.count).toBe(0);
  });

  test('a torn tail is not looked at', async () => {
    const dir = await recorded();
    const whole = await findAnomalies(dir);
    appendFileSync(join(dir, 'journal', '000001.ndjson'), '{"v":1,"seq":9');
    expect(await findAnomalies(dir)).toEqual(whole);
  });

  test('a broken middle ends it, with what lies before and the journal’s own sentence', async () => {
    const dir = await recorded();
    const path = join(dir, 'journal', '000001.ndjson');
    const lines = readFileSync(path, 'utf8').split('\n');
    lines[40] = (lines[40] as string).replace('"seq":41', '"seq":47');
    writeFileSync(path, lines.join('\n'));
    const report = await findAnomalies(dir);
    expect(report).toMatchObject({ records: 40, ended: null });
    expect(report.broken).toMatch(/^Journal segment 000001\.ndjson is broken at record 41, byte \d+: /);
  });
});

test.each(['dead', 'orders', 'gone', 'interrupted'])(
  'wherever the journal of a run that is %s ends, the requests without outcome are those that the kernel waits for',
  async (name) => {
    const records = await allRecords(fileURLToPath(new URL(`../golden/v1-${name}`, import.meta.url)));
    let state = initialState;
    for (const [at, record] of records.entries()) {
      if (record.class === 'event') state = evolve(state, payloadOf(record) as unknown as KernelEvent);
      const next = records[at + 1];
      // In the midst of a batch an input has been taken, and what it led to is not told yet.
      if (next?.class === 'event') continue;
      const { open } = reportOf(records.slice(0, at + 1)).anomalies;
      const awaited = waiting(state).map(({ open: { req } }) => req);
      expect([at, open.rows.map(({ req }) => req).sort()]).toEqual([at, awaited.sort()]);
    }
  },
);

test('an event of an unknown kind ends the pass', () => {
  const fold = new AnomalyFold();
  for (const record of eventfulRun().records) fold.see(record as unknown as JournalRecord);
  const unknown = { class: 'event', kind: 'moon.risen', seq: 999, ts: '2026-01-05T09:00:00.000Z', run: '7f3a0c1d' };
  expect(fold.see(unknown as unknown as JournalRecord)).toBe(false);
});

test('of any number of rows the worst are kept, and all are counted', () => {
  const worst = new Worst<number>((n) => n);
  for (let n = 0; n < 1000; n += 1) worst.add(n % 500);
  const { count, rows } = worst.found();
  expect([count, rows.length, rows[0], rows.at(-1)]).toEqual([1000, LISTED, 499, 475]);
});

test.each([[[5]], [[1, 2, 3, 4, 100]], [[90_000, 1000, 2000, 333_333, 127, 128, 129]], [[0, 0, 7]]])(
  'the median of %j is right to 2 %%',
  (values) => {
    const histogram = new LogHistogram();
    for (const value of values) histogram.add(value);
    const exact = values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] as number;
    expect(histogram.median()).toBeLessThanOrEqual(exact);
    expect(histogram.median()).toBeGreaterThanOrEqual(exact * 0.98);
  },
);
