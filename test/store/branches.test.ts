import { expect, test } from 'vitest';
import { type InputOf, initialState, type Requested, transition } from '../../src/kernel/index.ts';
import { emptyLive, foldLive, type LiveState } from '../../src/store/live-state.ts';
import { lastReply, streamOf } from '../../src/store/projections/streams.ts';
import type { Rec } from '../../src/store/record.ts';
import { DemoRun, replies } from './demo-run.ts';

const stamp = (seq: number): { seq: number; ts: string; run: string } => ({
  seq,
  ts: '2026-01-05T10:00:00.000Z',
  run: 'branch00',
});

/** Two workers vote on one step; one has voted, the other is being asked. */
const origin = (): DemoRun =>
  new DemoRun({
    planner: (n) => (n === 0 ? replies.map('add 1 and 2') : undefined),
    worker: (pid) => (pid === 2 ? replies.halt('3') : undefined),
  }).play();

const branchOf = (demo: DemoRun): LiveState => {
  const requests = demo.records.filter(
    (rec) => rec.kind === 'brain.requested' && demo.state.procs[rec.pid]?.dispatch?.open?.req === rec.req,
  );
  const input: InputOf<'run.forked'> = {
    kind: 'run.forked',
    origin: { run: '7f3a0c1d', seq: demo.records.length, head: 'a'.repeat(64) },
    overridden: [],
    task: demo.state.task,
    policy: demo.state.policy,
    seed: 7,
    planner: { name: 'tiny', digest: 'd', simulated: false },
    worker: { name: 'tiny', digest: 'd', simulated: false },
    world: { kind: 'memory', hash: demo.state.worldHash, files: {}, past: '' },
    chaos: null,
    state: JSON.stringify(demo.state),
    requests: requests.map(({ seq: _s, ts: _t, run: _r, class: _c, ...event }) => event as unknown as Requested),
    round: [],
  };
  const { events } = transition(initialState, input);
  const records = [{ class: 'input', ...input }, ...events.map((event) => ({ class: 'event', ...event }))];
  return records.map((rec, i) => ({ ...stamp(i + 1), ...rec }) as Rec).reduce(foldLive, emptyLive);
};

test('a branch shows its processes, its votes and its budget from its first record on', () => {
  const demo = origin();
  const before = demo.records.reduce(foldLive, emptyLive);
  const branch = branchOf(demo);
  expect(branch.info).toMatchObject({ task: 'ledger-12', origin: { run: '7f3a0c1d', seq: demo.records.length } });
  expect(branch.streams.map(({ pid }) => String(pid))).toEqual(Object.keys(demo.state.procs));
  expect(branch.panic).toMatchObject({ left: 3, total: 3 });
  const open = ({ votes }: LiveState) =>
    votes.map(({ map, steps }) => ({ map, steps: steps.map(({ flags: _, ...step }) => step) }));
  expect(open(branch)).toEqual(open(before));
});

test('a stream that is asked for again after a crash begins anew', () => {
  const demo = origin().say(3, 'half a sen', 4);
  const half = demo.records.reduce(foldLive, emptyLive);
  const req = demo.state.procs[3]?.dispatch?.open?.req ?? 0;
  expect(lastReply(streamOf(half.streams, 3) as never)).toMatchObject({ text: 'half a sen', tokens: 4 });
  const note = { class: 'note', kind: 'run.resumed', pid: 99, requests: [{ req, pid: 3, kind: 'brain.requested' }] };
  const resumed = foldLive(half, { ...stamp(half.info.lastSeq + 1), ...note } as Rec);
  expect(lastReply(streamOf(resumed.streams, 3) as never)).toMatchObject({
    req,
    text: '',
    tokens: 0,
    state: 'waiting',
  });
});
