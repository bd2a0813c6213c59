import { describe, expect, test } from 'vitest';
import { payloadProblem } from '../../../src/kernel/records/index.ts';
import { openForeign } from '../../../src/replay/foreign/index.ts';
import type { Rec } from '../../../src/store/record.ts';
import { at, frameLine, LAMP, type Line, lampLines, logOf, merkleOf, type Step, tuplesOf, writtenAs } from './made.ts';

const opened = async (name: string, text: string) => {
  const source = await openForeign(await writtenAs(name, text));
  const { first, last } = await source.extent();
  const records = await source.records(first.seq, last.seq);
  const shapes = records.map(({ seq: _seq, ts: _ts, run: _run, class: kind, ...payload }) =>
    payloadProblem(kind, payload),
  );
  expect(shapes.filter((problem) => problem !== undefined)).toEqual([]);
  return { source, records, live: await source.stateAt(last.seq), last };
};

const of = <K extends Rec['kind']>(records: readonly Rec[], kind: K): Extract<Rec, { kind: K }>[] =>
  records.filter((rec): rec is Extract<Rec, { kind: K }> => rec.kind === kind);

const trace = (steps: readonly Step[]): string => `${tuplesOf(steps).join('\n')}\n`;
const route = (pid: string, sent: number, heard: number): Line => {
  const role = pid.split('_')[0]?.toUpperCase();
  const body = { ts: at(sent), pid, role, lane: 'P', laneLabel: `P:model-of-${role}`, temperature: 0.2 };
  return [at(heard), `[HYPERCORE_ROUTE] ${JSON.stringify(body)}`];
};

describe('a journal of one process', () => {
  test('is a run: its task, its process and a tick for each tuple', async () => {
    const { source, records, live, last } = await opened('lamp.journal.log', logOf(lampLines()));
    expect(source).toMatchObject({ format: 'legacy-log', name: 'lamp.journal.log', growing: false });
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i + 1));
    expect(last).toMatchObject({ tick: 4, ms: Date.parse(at(7)) });
    expect(live.info).toMatchObject({ id: 'lamp.journal.log', task: 'lamp', goal: 'Make the lamp shine.' });
    expect(live.info.planner).toMatchObject({ name: 'legacy', simulated: false });
    expect(live.info).toMatchObject({ outcome: 'passed', endedMs: Date.parse(at(7)) });
    expect(live.timeline).toMatchObject({ first: 1, marks: '    ', levels: '0000' });
    expect(live.traps.total).toBe(0);
  });

  test('a tick tells what was seen, what was answered and what came of it', async () => {
    const { source, records, live } = await opened('lamp.journal.log', logOf(lampLines()));
    const from = (await source.seqOfTick(3)) ?? 0;
    const to = (await source.seqOfTick(4)) ?? 0;
    const tick = await source.records(from, to - 1);
    expect(tick.map(({ kind }) => kind)).toEqual([
      ...['route.dispatched', 'observe.requested', 'world.observed', 'frame.composed', 'brain.requested'],
      ...['brain.replied', 'reply.accepted', 'op.requested', 'op.done', 'tick.committed'],
    ]);
    expect(of(tick, 'brain.requested')[0]?.frame).toBe('q: try\nd: lamp.txt\n\non');
    expect(of(tick, 'brain.replied')[0]).toMatchObject({
      text: '{"q":"leave","a_t":{"op":"SYS_EXEC","cmd":"cat lamp.txt"}}',
      totalMs: 1000,
    });
    expect(of(tick, 'op.requested')[0]?.request).toEqual({ op: 'SYS_EXEC', argv: ['cat lamp.txt'] });
    expect(of(tick, 'op.done')[0]).toMatchObject({ exit: 0, output: { text: LAMP[3]?.saw } });
    expect(of(tick, 'tick.committed')[0]).toMatchObject({ progress: 'exec', d: { view: '$ cat lamp.txt' } });
    expect(of(records, 'brain.replied')[0]?.reasoning).toBe('hm');
    expect(of(records, 'notice.given')).toMatchObject([{ tick: 2, code: 'PAGE_FAULT' }]);
    expect(live.streams[0]?.replies.map(({ verdict }) => verdict).slice(0, 3)).toEqual(Array(3).fill('progress'));
  });

  test('its chain and its trace tell the same, the trace without times', async () => {
    const log = await opened('lamp.journal.log', logOf(lampLines()));
    const merkle = await opened('lamp.journal.merkle.jsonl', merkleOf(lampLines()));
    const bare = (records: readonly Rec[]) => records.map(({ ts, run: _, ...rest }) => ({ ts, ...rest }));
    expect(bare(merkle.records)).toEqual(bare(log.records));
    const { live, records } = await opened('lamp.jsonl', trace(LAMP));
    expect(records.map(({ kind }) => kind).slice(0, 30)).toEqual(log.records.map(({ kind }) => kind).slice(0, 30));
    expect(live.info).toMatchObject({ startedMs: 0, outcome: null });
    // Nothing follows the halt: whether it was accepted is not told.
    expect(records.at(-1)).toMatchObject({ kind: 'reply.accepted', world: { op: 'SYS_HALT' } });
  });

  test('it halts and is started again: a second process', async () => {
    const again = lampLines().map(([, entry], i): Line => [at(20 + i), entry]);
    const { records, live } = await opened('lamp.journal.log', logOf([...lampLines(), ...again]));
    expect(of(records, 'process.spawned').map(({ pid }) => pid)).toEqual([1, 2]);
    expect(of(records, 'run.ended')).toHaveLength(1);
    expect(live.kernel).toMatchObject({ phase: 'ended', tick: 8 });
  });

  test('a clock that goes back does not make a brain answer before it was asked', async () => {
    const back = lampLines().map(([, entry], i): Line => [at(i === 4 ? -60 : i), entry]);
    const { records } = await opened('lamp.journal.log', logOf(back));
    for (const { totalMs } of of(records, 'brain.replied')) expect(totalMs).toBeGreaterThanOrEqual(0);
  });
});

describe('traps', () => {
  const step = (q: string, d: string, qNext: string, dNext: string, more: Partial<Step> = {}): Step => ({
    ...{ q, d, saw: 'x', op: { op: 'SYS_WRITE', payload: 'a' }, qNext, dNext },
    ...more,
  });
  const tupleLine = (seconds: number, text: string | undefined): Line => [at(seconds), `[REPLAY_TUPLE] ${text}`];

  test('a tuple that a trap frame follows has no effect', async () => {
    const [one, two] = tuplesOf([step('a', 'f', 'b', 'f'), step('c', 'f', 'd', 'f', { op: { op: 'SYS_HALT' } })]);
    const { records, live } = await opened(
      'x.journal.log',
      logOf([
        tupleLine(0, one),
        frameLine(1, 'l1_cache_hit', 'repeated short-horizon action'),
        tupleLine(2, two),
        frameLine(3, 'illegal_halt', 'HALT rejected: minimum ticks', { guard: 'min_ticks' }),
      ]),
    );
    expect(of(records, 'tick.committed')).toEqual([]);
    expect(of(records, 'op.requested')).toEqual([]);
    expect(live.traps.rows.map(({ code, evidence, tick }) => [code, evidence, tick])).toEqual([
      ['WATCHDOG', 'repeated short-horizon action', 1],
      ['ILLEGAL_HALT', 'HALT rejected: minimum ticks', 2],
    ]);
    expect(live.thrash.episodes).toBe(1);
    expect(of(records, 'grader.judged')).toMatchObject([{ verdict: 'fail' }]);
    expect(live.kernel.rejections).toBe(1);
  });

  test('a frame without a tuple is a tick whose reply could not be read', async () => {
    const details = 'Invalid opcode or malformed syscall ABI: permission denied Raw: {"mind_ops": oops';
    const { records, live } = await opened('x.journal.log', logOf([frameLine(0, 'cpu_fault', details)]));
    expect(live.timeline).toMatchObject({ first: 1, marks: 'T' });
    expect(of(records, 'brain.replied')[0]?.text).toBe('{"mind_ops": oops');
    expect(of(records, 'reply.rejected')).toMatchObject([{ code: 'CPU_FAULT' }]);
    expect(live.kernel.procs[1]?.flags).toBe(1);
  });

  test('panic resets spend the budget that the journal tells of, and the last one kills', async () => {
    const reset = (n: number): string => `Repeated trap: sys://trap/cpu_fault\nReset attempt: ${n}/2\nAction: change`;
    const { live } = await opened(
      'x.journal.log',
      logOf([
        frameLine(0, 'cpu_fault', 'INVALID_OPCODE'),
        frameLine(1, 'panic_reset', reset(1)),
        frameLine(2, 'panic_reset', reset(2)),
        frameLine(
          3,
          'unrecoverable_loop',
          'panic reset budget exhausted.\nRepeated trap: sys://trap/cpu_fault\nBudget: 2',
        ),
      ]),
    );
    expect(live.panic).toMatchObject({ total: 2, left: 0 });
    expect(live.timeline.marks).toBe('TPPT');
    expect(live.info).toMatchObject({ outcome: 'dead', reason: 'panic_budget_exhausted' });
  });

  test('in a trace the registers of the next tuple tell', async () => {
    const trapped = '[OS_TRAP: L1_CACHE_HIT] Repeated action.\n\n[RECOVERED STATE q]:\nb';
    const unread = '[OS_TRAP: CPU_FAULT] Invalid opcode or malformed\n[OS_TRAP_FRAME_JSON]\n{}';
    const { records, live } = await opened(
      'x.jsonl',
      trace([
        step('a', 'f', 'b', 'g'),
        step(trapped, 'sys://trap/l1_cache_hit', 'c', 'h'),
        step(unread, 'sys://trap/cpu_fault?details=x', 'e', 'k'),
        step('elsewhere', 'm', 'n', 'o'),
      ]),
    );
    // The second one was committed; the reply after it was not to be read. The third one's fate is not told.
    expect(live.timeline.marks).toBe('TRT  ');
    expect(live.traps.rows.map(({ code, evidence }) => [code, evidence])).toEqual([
      ['WATCHDOG', '[OS_TRAP: L1_CACHE_HIT] Repeated action.'],
      ['CPU_FAULT', '[OS_TRAP: CPU_FAULT] Invalid opcode or malformed'],
    ]);
    expect(of(records, 'tick.committed').map(({ tick }) => tick)).toEqual([2]);
  });

  test('a denied pointer is a denial', async () => {
    const world = { op: 'SYS_WRITE', payload: 'x', semantic_cap: 'vfd://rw/ANSWER.txt' };
    const [tuple] = tuplesOf([step('a', 'f', 'b', 'g', { mind: [], world })]);
    const { live } = await opened(
      'x.journal.log',
      logOf([tupleLine(0, tuple), frameLine(1, 'cpu_fault', 'Failed to dispatch syscall: Permission denied: x')]),
    );
    expect(live.traps.rows[0]?.code).toBe('EACCES');
    expect(live.denied.shapes['w vfd://rw/<name>']).toMatchObject({ times: 1, reason: 'unknown' });
  });

  test('the tick limit ends the run', async () => {
    const { live } = await opened(
      'x.journal.log',
      logOf([...lampLines().slice(0, 2), [at(9), '[HALT_GUARD] Max ticks reached: 1']]),
    );
    expect(live.info).toMatchObject({ outcome: 'limit', reason: 'Max ticks reached: 1' });
  });
});

test('ops keep to our words as far as there are any', async () => {
  const shown = '[CALL_STACK_DEPTH] 2\n[CALL_STACK_TOP] upper\n[OS_SECTION_CLIPPED] OS_CALL_STACK chars=900 limit=450';
  const mind = [{ op: 'SYS_POP' }, { op: 'SYS_PUSH', task: 'next' }, { op: 'SYS_MOVE', task_id: 't1', status: 'DONE' }];
  const world = { op: 'SYS_GIT_LOG', query_params: 'bug', path: 'src', ref: 'HEAD', since: '2031-01-01', limit: 900 };
  const [tuple] = tuplesOf([{ q: 'a', d: 'f', saw: 'x', shown, mind, world, qNext: 'b', dNext: 'sys://git/log' }]);
  const { records, live } = await opened(
    'x.journal.log',
    logOf([
      [at(0), `[REPLAY_TUPLE] ${tuple}`],
      [at(1), '[Tick] done'],
    ]),
  );
  expect(of(records, 'reply.accepted')).toMatchObject([
    {
      mind: [{ op: 'SYS_POP' }, { op: 'SYS_PUSH', text: 'next' }],
      world: { op: 'SYS_GIT_LOG', cap: 'src', grep: 'bug', since: '2031-01-01', limit: 50 },
    },
  ]);
  expect(of(records, 'brain.replied')[0]?.text).toContain('"ref":"HEAD"');
  expect(of(records, 'frame.composed')[0]?.clipped).toEqual([{ section: 'OS_CALL_STACK', chars: 450 }]);
  expect(live.kernel.procs[1]?.stack).toEqual(['next', '(not in this journal)']);
});

describe('a journal of a planner and workers', () => {
  const lines: Line[] = [
    route('planner_a', 0, 2),
    [at(2), '[HYPERCORE_MAP] pid=planner_a children=worker_b,worker_c,worker_d task_count=3'],
    [at(6), '[HYPERCORE_TRAP] pid=worker_b details=Error: Request timed out.'],
    route('worker_c', 3, 7),
    [at(7), '[HYPERCORE_HALT_REQUEST] pid=worker_c'],
    [at(8), '[HYPERCORE_PRICE] pid=worker_c verdict=PASS price=1'],
    route('worker_d', 3, 9),
    [at(9), '[HYPERCORE_HALT_REQUEST] pid=worker_d'],
    [at(9), '[HYPERCORE_PRICE] pid=worker_d verdict=PASS price=1'],
    [at(9), '[HYPERCORE_REDUCE_DROP] pid=planner_a child=worker_c reason=invalid_vote_format'],
    [at(10), '[HYPERCORE_REDUCE] pid=planner_a resumed=1 early_stop=1 math_lock=1 consensus=42 votes=1/0'],
    route('planner_a', 10, 12),
    [at(12), '[HYPERCORE_HALT_REQUEST] pid=planner_a details=DONE'],
    [at(13), '[HYPERCORE_PRICE] pid=planner_a verdict=PASS price=1'],
  ];

  test('shows its map, its votes and its end', async () => {
    const { live, last } = await opened('.journal.log', logOf(lines));
    expect(live.info).toMatchObject({ planner: { name: 'legacy model-of-PLANNER' }, outcome: 'passed' });
    expect(live.votes).toMatchObject([
      { map: 'm1', pid: 1, steps: [{ value: '42', state: 'won', ballots: 3, votes: 1 }] },
    ]);
    expect(live.ended.map(({ pid, as }) => `${pid} ${as}`)).toEqual(['3 retired', '2 cut', '4 done', '1 done']);
    expect(live.traps.rows).toMatchObject([{ code: 'DEADLINE', who: 'w2', evidence: 'Error: Request timed out.' }]);
    expect(last.tick).toBe(5);
  });

  test('dispatches at the time of the asking, so that workers run side by side', async () => {
    const { records } = await opened('.journal.log', logOf(lines));
    const asked = of(records, 'route.dispatched').map(({ pid, ts }) => [pid, Date.parse(ts) - Date.parse(at(0))]);
    expect(asked).toEqual([
      [1, 0],
      [3, 3000],
      [4, 3000],
      [2, 6000],
      [1, 10_000],
    ]);
    expect(of(records, 'brain.replied').map(({ totalMs }) => totalMs)).toEqual([2000, 4000, 6000, 2000]);
    const times = records.map(({ ts }) => Date.parse(ts));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('red flags of several lines hold the raw reply; what comes after an end is a remark', async () => {
    const flag =
      '[HYPERCORE_RED_FLAG] pid=planner_a red_flags=1/3 details=Error: [CPU_FAULT: INVALID_OPCODE] bad Raw: one\n\ntwo';
    const tail: Line = [at(30), '[HYPERCORE_TRAP] pid=planner_a details=late'];
    const { records, live } = await opened('.journal.log', logOf([[at(0), flag], ...lines, tail]));
    expect(of(records, 'brain.replied')[0]?.text).toBe('one\n\ntwo');
    expect(live.traps.rows[0]?.code).toBe('CPU_FAULT');
    expect(live.info.said).toBe('[HYPERCORE_TRAP] pid=planner_a details=late');
  });

  test('an endpoint that is gone leaves a trap each time', async () => {
    const gone = [0, 1, 2].map((n): Line => [at(n), '[HYPERCORE_TRAP] pid=planner_a details=Error: Connection error.']);
    const { records, live } = await opened('.journal.log', logOf(gone));
    expect(of(records, 'brain.failed').map(({ error }) => error)).toEqual(Array(3).fill('unreachable'));
    expect(live.traps.rows).toMatchObject([{ code: 'IO_FAULT', times: 3 }]);
    expect(live.streams[0]?.replies.map(({ state }) => state)).toEqual(Array(3).fill('failed'));
  });
});

test('a file of nothing opens as a run in which nothing happened', async () => {
  const { live, last } = await opened('none.jsonl', '\n');
  expect(last.seq).toBe(3);
  expect(live).toMatchObject({ kernel: { phase: 'active', tick: 0 }, info: { task: 'none' } });
});
