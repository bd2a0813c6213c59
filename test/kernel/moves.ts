/** Random histories for property tests: moves that a machine turns into inputs, sensible and senseless ones mixed. */
import fc from 'fast-check';
import {
  type BrainErrorCode,
  FaultKind,
  type FaultSpec,
  type KernelInput,
  type OperatorCommand,
  type Settable,
  type TaskSpec,
} from '../../src/kernel/index.ts';
import { exec, goTo, halt, Machine, type MachineOptions, map, reply, reqOf, write } from './machine.ts';

export type Move =
  | { move: 'serve'; pick: number; text: string; fails: boolean }
  | { move: 'fail'; pick: number; error: BrainErrorCode }
  | { move: 'stale'; input: KernelInput }
  | { move: 'command'; order: OperatorCommand }
  | { move: 'fork'; seed: number | null };

const handle = fc.constantFrom('h1', 'h2', 'h3', 'h4', 'h9', 'vfd://rw/0000/ANSWER.txt', '__proto__', '');
const path = fc.constantFrom(undefined, 'a', 'a/b', '../x', '/etc', 'a\u0000b', '😀');
const short = fc.string({ unit: 'grapheme', maxLength: 30 });
const someMind = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant('SYS_PUSH'), text: fc.string({ minLength: 1, maxLength: 200 }) }),
    fc.constant({ op: 'SYS_POP' }),
    fc.record({ op: fc.constant('SYS_MOVE'), from: fc.nat(3), to: fc.nat(3) }),
  ),
  { maxLength: 3 },
);
const mind = fc.oneof({ weight: 6, arbitrary: fc.constant<object[]>([]) }, { weight: 1, arbitrary: someMind });
const tasks = fc.array(
  fc.record({
    text: fc.constantFrom('one', 'two'),
    caps: fc.array(fc.record({ cap: handle, rights: fc.constantFrom('r', 'w', 'rw', 'x') }), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 4 },
);
const world = fc.oneof(
  fc.constant(null),
  fc.tuple(handle, path).map(([cap, p]) => goTo(cap, p)),
  fc
    .constantFrom('sys://task', 'sys://cap', 'sys://page/p1', 'sys://page/p2', 'sys://nowhere')
    .map((view) => ({ op: 'SYS_GOTO', view })),
  fc.tuple(short, fc.constantFrom('replace', 'append', 'patch', 'x'), handle, path).map((args) => write(...args)),
  fc
    .constantFrom('sys://task', 'sys://map/m1/consensus', 'sys://page/p1')
    .map((ref) => ({ op: 'SYS_WRITE', cap: 'h2', mode: 'append', ref })),
  fc.array(short, { maxLength: 2 }).map((args) => exec(...args)),
  fc.tuple(handle, fc.array(short, { maxLength: 1 })).map(([cap, args]) => ({ op: 'SYS_EXEC', cap, args })),
  fc.record({ op: fc.constant('SYS_MAP_REDUCE'), tasks, result: fc.constantFrom('int', 'text') }),
  fc.constantFrom(map('a'), map('a', 'b', 'c')),
  fc.constantFrom(halt(), halt('3'), halt('4'), halt('no')),
  fc.constant({ op: 'SYS_GIT_LOG', cap: 'h1' }),
);
const delegate = (...texts: string[]) => ({
  op: 'SYS_MAP_REDUCE',
  tasks: texts.map((text) => ({
    text,
    caps: [
      { cap: 'h2', rights: 'rw' },
      { cap: 'h3', rights: 'x' },
      { cap: 'h4', rights: 'r' },
    ],
  })),
  result: 'int',
});
/** A few plain replies, often the same one: they get far, and they loop. */
const plain = fc.constantFrom(
  reply(goTo('h4')),
  reply(goTo('h4')),
  reply(goTo('h2')),
  reply(write('one line\n', 'append')),
  reply(exec('test')),
  reply(null),
  reply(delegate('a')),
  reply(delegate('a', 'b')),
  reply(halt('3')),
  reply(halt('3')),
);
const replyText = fc.oneof(
  { weight: 14, arbitrary: plain },
  {
    weight: 8,
    arbitrary: fc
      .tuple(world, short, mind)
      .map(([w, q, m]) => reply(w, q, w !== null && (w.op === 'SYS_HALT' || w.op === 'SYS_MAP_REDUCE') ? [] : m)),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
);
const error = fc.constantFrom<BrainErrorCode>(
  'unreachable',
  'rate_limited',
  'cut_off',
  'malformed',
  'timed_out',
  'overloaded',
);

const req = fc.nat(60).map((n) => n + 1);
const stale: fc.Arbitrary<KernelInput> = fc.oneof(
  req.map((r) => ({ kind: 'deadline.passed' as const, req: r })),
  req.map((r) => ({ kind: 'grader.judged' as const, req: r, verdict: 'pass' as const, words: '' })),
  req.map((r) => ({ kind: 'op.done' as const, req: r, worldHash: 'a'.repeat(64), exit: 0, output: null })),
  fc.tuple(req, replyText).map(([r, text]) => ({
    kind: 'brain.replied' as const,
    req: r,
    text,
    finish: 'stop' as const,
    tokensIn: 1,
    tokensOut: 1,
    firstTokenMs: 0,
    totalMs: 0,
  })),
);

/** Any fault, by hand, by rate or by schedule. */
const fault = (target: fc.Arbitrary<FaultSpec['target']>): fc.Arbitrary<FaultSpec> => {
  const kind = fc.constantFrom(...FaultKind.options);
  const times = fc.integer({ min: 1, max: 3 });
  const nth = fc.integer({ min: 1, max: 4 });
  return fc.oneof(
    fc.record({ fault: kind, target, times }),
    fc.record({ fault: kind, target, rate: fc.constantFrom(50, 300, 1000) }),
    fc.record({ fault: kind, target, times, rate: fc.constantFrom(300, 1000) }),
    fc.record({
      fault: kind,
      target,
      times,
      schedule: fc.oneof(fc.record({ nth }), fc.record({ tick: fc.integer({ min: 1, max: 20 }) })),
    }),
  );
};

const pid = fc.nat(6).map((n) => n + 1);
const target = fc.oneof(pid, fc.constantFrom('planner' as const, 'worker' as const, 'any' as const));
/** Fields whose every small value leads somewhere. */
const change = fc.oneof(
  fc.record({
    field: fc.constantFrom<Settable[]>(
      'traps.THRASH_ROUTE.same',
      'traps.THRASH_MIND.ticks',
      'traps.WATCHDOG.same',
      'traps.PERIOD_LOOP.window',
      'workers.pool',
      'workers.aheadBy',
      'workers.ballots',
      'streak',
      'redFlags',
      'pauseOn.thrash',
      'pauseOn.denied',
    ),
    value: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    field: fc.constantFrom<Settable[]>('traps.THRASH_ROUTE', 'traps.PERIOD_LOOP', 'pauseOn.thrash', 'streak', 'pace'),
    value: fc.constant(null),
  }),
  fc.record({ field: fc.constant<Settable>('pauseOn.panic'), value: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ field: fc.constant<Settable>('temperatures.planner'), value: fc.integer({ min: 0, max: 2500 }) }),
  fc.record({ field: fc.constant<Settable>('temperatures.workers'), value: fc.constant<number[]>([100, 900]) }),
);

const steadyOrder: fc.Arbitrary<OperatorCommand> = fc.oneof(
  fc.record({
    command: fc.constant('grant' as const),
    pid,
    rights: fc.constantFrom('r' as const, 'rw' as const, 'x' as const),
    target: fc.constantFrom('dir/', 'NEW.txt', 'run'),
  }),

  fc.constantFrom<OperatorCommand>(
    { command: 'pause' },
    { command: 'unpause' },
    { command: 'step' },
    { command: 'unpause' },
  ),
  fc.record({ command: fc.constant('kill' as const), pid: pid.map((n) => n + 1) }),
  fc.record({ command: fc.constant('revoke' as const), pid, handle: fc.constantFrom('h1', 'h2', 'h9') }),
  fc.record({ command: fc.constant('tell' as const), pid, text: fc.string({ minLength: 1, maxLength: 300 }) }),
  fc.record({
    command: fc.constant('inject' as const),
    fault: fault(target),
  }),
);

export const anyOrder: fc.Arbitrary<OperatorCommand> = fc.oneof(
  { weight: 2, arbitrary: steadyOrder },
  fc.record({ command: fc.constant('set' as const), changes: fc.array(change, { minLength: 1, maxLength: 3 }) }),
  fc.record({ command: fc.constant('pardon' as const), pid }),
  fc.record({
    command: fc.constant('swap' as const),
    role: fc.constantFrom('planner' as const, 'worker' as const),
    profile: fc.constant('other'),
    brain: fc.constantFrom(
      { name: 'a', digest: 'a', simulated: true },
      { name: 'b', digest: 'b', simulated: false, price: { in: 600_000, out: 2_500_000 } },
    ),
    seat: fc.constant('{}'),
  }),
);

/** Moves without an operator's panic grants and kills of the run, which some properties add themselves. */
const movesWith = (orders: fc.Arbitrary<OperatorCommand>): fc.Arbitrary<Move[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({
          move: fc.constant('serve' as const),
          pick: fc.nat(5),
          text: replyText,
          fails: fc.boolean(),
        }),
      },
      { weight: 2, arbitrary: fc.record({ move: fc.constant('fail' as const), pick: fc.nat(5), error }) },
      { weight: 2, arbitrary: fc.record({ move: fc.constant('stale' as const), input: stale }) },
      { weight: 2, arbitrary: fc.record({ move: fc.constant('command' as const), order: orders }) },
      {
        weight: 1,
        arbitrary: fc.record({ move: fc.constant('fork' as const), seed: fc.constantFrom(null, null, 8, 9) }),
      },
    ),
    { minLength: 10, maxLength: 80 },
  );

export const moves = movesWith(anyOrder);
/** The rules stay as they were when the run began. */
export const steadyMoves = movesWith(steadyOrder);

export const options = fc.record({
  // Mostly a task that cannot be finished by a lucky halt, so that histories grow long.
  task: fc.constantFrom<Partial<TaskSpec>>(
    { evidence: ['NEVER.txt'] },
    { evidence: ['NEVER.txt'] },
    { evidence: ['NEVER.txt'] },
    {},
  ),
  files: fc.dictionary(
    fc.constantFrom('IN.txt', 'ANSWER.txt', 'dir/a', 'dir/b'),
    fc.string({ unit: 'grapheme', maxLength: 3000 }),
  ),
  chaos: fc.oneof(fc.constant<FaultSpec[]>([]), fc.array(fault(target), { maxLength: 3 })),
});

/** Makes one move. Requests are served in any order: whichever `pick` points at. */
export const make = (machine: Machine, move: Move): void => {
  if (move.move === 'command') return void machine.command(move.order);
  if (move.move === 'stale') return void machine.feed(move.input);
  if (move.move === 'fork') return void machine.fork(move.seed === null ? {} : { seed: move.seed });
  const { pending } = machine;
  const at = pending.length === 0 ? -1 : move.pick % pending.length;
  const request = pending[at];
  if (request === undefined) return;
  const isBrain = request.kind === 'brain.requested';
  if (move.move === 'fail' && !isBrain) return;
  pending.splice(at, 1);
  const r = reqOf(request);
  if (move.move === 'fail') {
    machine.feed({
      kind: 'brain.failed',
      req: r,
      error: move.error,
      message: '',
      partial: '',
      tokensOut: 0,
      totalMs: 0,
    });
  } else if (isBrain) {
    const fault = request.kind === 'brain.requested' ? request.fault : undefined;
    const applied = fault === undefined ? {} : { applied: fault.id };
    const error =
      fault?.fault === 'brain.unreachable' ? 'unreachable' : fault?.fault === 'brain.cut' ? 'cut_off' : undefined;
    if (error !== undefined) {
      machine.feed({
        kind: 'brain.failed',
        req: r,
        error,
        message: '',
        partial: '',
        tokensOut: 0,
        totalMs: 0,
        ...applied,
      });
    } else {
      machine.feed({
        kind: 'brain.replied',
        req: r,
        text: fault?.fault === 'brain.garbage' ? '%' : move.text,
        ...applied,
        finish: 'stop',
        tokensIn: 3,
        tokensOut: 2,
        firstTokenMs: 0,
        totalMs: 0,
      });
    }
  } else if (request.kind === 'op.requested' && (move.fails || request.fault !== undefined)) {
    const applied = request.fault === undefined ? {} : { applied: request.fault.id };
    machine.feed({
      kind: 'op.failed',
      req: r,
      worldHash: machine.state.worldHash,
      errno: 'EIO',
      detail: '',
      timedOut: false,
      ...applied,
    });
  } else machine.serve(request);
};

export const playMoves = (
  moveList: readonly Move[],
  given: MachineOptions = {},
  after?: (machine: Machine) => void,
): Machine => {
  const machine = new Machine(given);
  for (const move of moveList) {
    make(machine, move);
    after?.(machine);
  }
  return machine;
};
