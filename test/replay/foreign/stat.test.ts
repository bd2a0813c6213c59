import { expect, test } from 'vitest';
import { statForeign } from '../../../src/replay/foreign/index.ts';
import { at, frameLine, LAMP, type Line, lampLines, logOf, merkleOf, tuplesOf, written, writtenAs } from './made.ts';

const route = (sent: number, heard: number): Line => [
  at(heard),
  `[HYPERCORE_ROUTE] ${JSON.stringify({ ts: at(sent), pid: 'planner_1', role: 'PLANNER', temperature: 0.2 })}`,
];

test('entries, tags and times are counted, alike in a log and in its chain', async () => {
  const lines = [...lampLines(), frameLine(9, 'illegal_halt', 'no', { guard: 'min_ticks' })];
  const dir = await written({ 'a.journal.log': logOf(lines), 'a.journal.merkle.jsonl': merkleOf(lines) });
  const { format, ...log } = await statForeign(`${dir}/a.journal.log`);
  expect(format).toBe('legacy-log');
  expect(log).toEqual({
    ...{ entries: 9, continuationLines: 0, tags: { REPLAY_TUPLE: 4, Tick: 4, TRAP_FRAME: 1 } },
    ...{ trapFrames: { 'sys://trap/illegal_halt': 1 }, haltGuards: { min_ticks: 1 }, first: at(0), last: at(9) },
    tuples: {
      ...{ count: 4, ok: true, firstBadTick: null, format: 'legacy', discontinuities: 0 },
      lastMerkleRoot: JSON.parse(tuplesOf(LAMP)[3] as string).merkle_root,
      ops: { SYS_GOTO: 1, SYS_WRITE: 1, SYS_EXEC: 1, SYS_HALT: 1 },
    },
  });
  const { format: _, ...merkle } = await statForeign(`${dir}/a.journal.merkle.jsonl`);
  expect(merkle).toEqual(log);
});

test('lines without a time continue the entry before; blank ones are not counted', async () => {
  const text = `[${at(0)}] [A] one\ntwo\n\nthree\n[${at(1)}] [B] x\n`;
  expect(await statForeign(await writtenAs('a.log', text))).toMatchObject({ entries: 2, continuationLines: 2 });
});

test('route latency is the sorted value at floor(n × p)', async () => {
  const path = await writtenAs('a.log', logOf([route(0, 4), route(4, 5), route(5, 8), route(8, 10)]));
  expect((await statForeign(path)).routeLatencyMs).toEqual({ n: 4, avg: 2500, p50: 3000, p95: 4000, max: 4000 });
});

test('a trace has tuples and no times', async () => {
  const gap = LAMP.map((step, i) => (i === 2 ? { ...step, q: 'elsewhere' } : step));
  const stat = await statForeign(await writtenAs('a.jsonl', `${tuplesOf(gap).join('\n')}\n`));
  expect(stat).toMatchObject({
    entries: 4,
    tags: {},
    first: null,
    last: null,
    tuples: { count: 4, discontinuities: 1 },
  });
});

test('nothing is counted as nothing', async () => {
  const none = {
    count: 0,
    ok: true,
    firstBadTick: null,
    format: null,
    discontinuities: 0,
    lastMerkleRoot: null,
    ops: {},
  };
  expect(await statForeign(await writtenAs('a.jsonl', '\n'))).toMatchObject({ entries: 0, tuples: none });
});

test('a tag may have the name of something that every object has', async () => {
  const path = await writtenAs(
    'a.log',
    logOf([
      [at(0), '[constructor] a'],
      [at(1), '[constructor] b'],
    ]),
  );
  expect((await statForeign(path)).tags).toEqual({ constructor: 2 });
});
