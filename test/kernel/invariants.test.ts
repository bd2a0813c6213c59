/** K1–K8 of the design, each as a property over random histories. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutHistory } from '../../src/kernel/history.ts';
import {
  type Cap,
  canonicalJson,
  decide,
  evolve,
  initialState,
  type KernelEvent,
  parseState,
  payloadProblem,
  type State,
  stateHash,
  transition,
  waiting,
  waitingFor,
} from '../../src/kernel/index.ts';
import { runs } from '../helpers/fc.ts';
import { FrozenMachine } from './frozen-machine.ts';
import { Machine, reqOf } from './machine.ts';
import { make, moves, options, playMoves, steadyMoves } from './moves.ts';

const check = <T>(property: fc.IProperty<T>): void => {
  fc.assert(property, { numRuns: runs });
};

/** The request that each outcome-bearing event of a history opened, by number. */
const requests = (events: readonly KernelEvent[]) =>
  events.filter((event) => event.kind.endsWith('.requested') && event.kind !== 'fault.requested');

/** The fixed beginning of a command line, and more only where the row lets a brain add arguments. */
const mayRun = ({ argv: fixed = [], more }: Cap, argv: readonly string[]): boolean =>
  fixed.length > 0 && fixed.every((word, i) => argv[i] === word) && (more === true || argv.length === fixed.length);

const isProgress = (event: KernelEvent): boolean =>
  (event.kind === 'tick.committed' && event.progress !== null) || (event.kind === 'map.joined' && event.progress);

describe('kernel invariants', () => {
  it('K1 the same inputs give the same events and the same state hash', () => {
    check(
      fc.property(moves, options, (list, given) => {
        const { inputs, events, state } = playMoves(list, given);
        let again: State = initialState;
        const taken: KernelEvent[] = [];
        for (const input of JSON.parse(JSON.stringify(inputs))) {
          const decided = decide(again, input);
          taken.push(...decided);
          again = decided.reduce(evolve, again);
        }
        expect(canonicalJson(taken)).toBe(canonicalJson(events));
        expect(stateHash(again)).toBe(stateHash(state));
      }),
    );
  });

  it('K1 a decision changes neither the state nor the input that it was given', () => {
    check(
      fc.property(moves, options, (list, given) => {
        const machine = new FrozenMachine(given);
        for (const move of list) make(machine, move);
        expect(Object.isFrozen(machine.state)).toBe(true);
      }),
    );
  });

  it('K2 an effect is requested before its outcome is used, once, and no outcome is used twice', () => {
    check(
      fc.property(moves, options, (list, given) => {
        const machine = playMoves(list, given);
        const asked = requests(machine.events).map(reqOf);
        expect(new Set(asked).size).toBe(asked.length);
        for (const input of machine.inputs.filter((other) => 'req' in other)) {
          const twice = transition(machine.state, input).events;
          const inFlight = 'req' in input && waitingFor(machine.state, input.req) !== undefined;
          if (!inFlight) expect(twice[0]?.kind).toBe('input.ignored');
        }
      }),
    );
  });

  it('K3 at most one world op a process and tick, and none from a rejected reply', () => {
    check(
      fc.property(moves, options, (list, given) => {
        const { events } = playMoves(list, given);
        const key = (event: { pid: number; tick: number }): string => `${event.pid}@${event.tick}`;
        const ops = events.filter((event) => event.kind === 'op.requested').map(key);
        expect(new Set(ops).size).toBe(ops.length);
        const rejected = new Set(events.filter((event) => event.kind === 'reply.rejected').map(key));
        const effects = events.filter(
          (event) =>
            event.kind === 'op.requested' ||
            event.kind === 'tick.committed' ||
            event.kind === 'map.started' ||
            event.kind === 'grade.requested',
        );
        for (const event of effects) expect(rejected.has(key(event))).toBe(false);
      }),
    );
  });

  it('K4 every op goes through a live row of its own table that covers it', () => {
    check(
      fc.property(moves, options, (list, given) => {
        const machine = new Machine(given);
        for (const move of list) {
          const before = machine.state;
          const seen = machine.events.length;
          make(machine, move);
          for (const event of machine.events.slice(seen)) {
            if (event.kind !== 'op.requested') continue;
            const rows = Object.values(before.procs[event.pid]?.caps ?? {});
            if (event.request.op === 'SYS_EXEC') {
              const { argv } = event.request;
              expect(rows.some((cap) => !cap.revoked && cap.rights === 'x' && mayRun(cap, argv))).toBe(true);
              continue;
            }
            const need = event.request.op === 'SYS_WRITE' ? 'w' : 'r';
            const { target } = event.request;
            const covered = rows.some(
              (cap) =>
                !cap.revoked &&
                cap.rights.includes(need) &&
                (cap.target === target || (cap.target.endsWith('/') && target.startsWith(cap.target))),
            );
            expect(covered).toBe(true);
            expect(target.split('/')).not.toContain('..');
          }
        }
      }),
    );
  });

  it('K4 a child never holds more than its parent held', () => {
    check(
      fc.property(moves, options, (list, given) => {
        const machine = new Machine(given);
        for (const move of list) {
          make(machine, move);
          for (const proc of Object.values(machine.state.procs)) {
            for (const cap of Object.values(proc.caps)) {
              if (cap.from === null) continue;
              const parent = machine.state.procs[cap.from.pid]?.caps[cap.from.handle];
              expect(parent?.target).toBe(cap.target);
              for (const right of cap.rights) expect(parent?.rights).toContain(right);
              if (parent?.revoked) expect(cap.revoked).toBe(true);
            }
          }
        }
      }),
    );
  });

  it('K5 the panic budget only falls, but for a grant', () => {
    check(
      fc.property(moves, options, fc.array(fc.nat(60), { maxLength: 2 }), (list, given, grants) => {
        const machine = new Machine(given);
        list.forEach((move, i) => {
          const before = machine.state.panicLeft;
          make(machine, move);
          expect(machine.state.panicLeft).toBeLessThanOrEqual(before);
          expect(machine.state.panicLeft).toBeGreaterThanOrEqual(0);
          if (grants.includes(i) && machine.state.phase !== 'ended') {
            const left = machine.state.panicLeft;
            machine.command({ command: 'grant_panic', units: 2 });
            expect(machine.state.panicLeft).toBe(left + 2);
          }
        });
      }),
    );
  });

  it('K6 nothing follows the end of a run or of a process', () => {
    check(
      fc.property(moves, options, fc.nat(80), (list, given, at) => {
        const machine = new Machine(given);
        list.forEach((move, i) => {
          if (i === at) {
            const open = waiting(machine.state)
              .map(({ open }) => open.req)
              .sort((a, b) => a - b);
            const events = machine.command({ command: 'kill' });
            const aborted = events.flatMap((event) => ('aborts' in event ? event.aborts : []));
            expect(aborted.sort((a, b) => a - b)).toEqual(open);
          }
          make(machine, move);
        });
        const end = machine.events.findIndex((event) => event.kind === 'run.ended');
        if (end >= 0) for (const event of machine.events.slice(end + 1)) expect(event.kind).toBe('input.ignored');
        const gone = new Set<number>();
        for (const event of machine.events) {
          if ('pid' in event) expect(gone.has(event.pid)).toBe(false);
          if (event.kind === 'process.ended') gone.add(event.pid);
        }
      }),
    );
  });

  it('K7 a frame never exceeds its limit and never splits a surrogate pair', () => {
    const limits = fc.constantFrom(2048, 3000, 4096);
    check(
      fc.property(
        moves,
        options,
        limits,
        fc.string({ unit: 'grapheme', maxLength: 2000 }),
        (list, given, limit, text) => {
          const goal = `${text}x`;
          const policy = { frame: { limit, pageTokens: 128 } };
          const machine = new Machine({ ...given, policy, task: { ...given.task, goal } });
          for (const move of list) make(machine, move);
          for (const ask of machine.of('brain.requested')) {
            expect(ask.frame.length).toBeLessThanOrEqual(limit);
            if (goal.isWellFormed()) expect(ask.frame.isWellFormed()).toBe(true);
          }
          for (const proc of Object.values(machine.state.procs)) expect(proc.pages.length).toBeLessThanOrEqual(128);
        },
      ),
    );
  });

  it('K8 every dispatch spends a tick, every retry outage time, and both are bounded', () => {
    check(
      fc.property(moves, options, fc.integer({ min: 1, max: 40 }), (list, given, maxTicks) => {
        const limits = { maxTicks, outageMs: 5000, brainMs: 1000, opMs: 1000, maxTokens: 100 };
        const machine = playMoves(list, { ...given, policy: { limits } });
        const ticks = machine.of('route.dispatched').map((event) => event.tick);
        // A branch counts on from its origin's.
        expect(ticks).toEqual(ticks.map((_, i) => (ticks[0] ?? 1) + i));
        if (machine.inputs[0]?.kind === 'run.started') expect(ticks[0] ?? 1).toBe(1);
        expect(machine.state.tick).toBeLessThanOrEqual(maxTicks);
        for (const wait of machine.of('process.blocked')) expect(wait.waitMs).toBeGreaterThan(0);
        for (const proc of Object.values(machine.state.procs)) expect(proc.outage.ms).toBeLessThanOrEqual(5000);
        // A run that is served to its end does end.
        const served = (): boolean => {
          machine.play(() => '{"q":"","mind":[],"world":{"op":"SYS_HALT","result":"1"}}');
          return machine.state.phase === 'ended';
        };
        // Each pause of its own takes a trouble, and that a tick.
        for (let i = 0; i <= maxTicks && !served(); i += 1) machine.command({ command: 'unpause' });
        expect(machine.state.phase).toBe('ended');
      }),
    );
  });

  it('a branch without overrides goes on exactly as its origin does', () => {
    check(
      fc.property(steadyMoves, options, fc.nat(80), (list, given, at) => {
        const own = list.filter(({ move }) => move !== 'fork');
        const [origin, branched] = [new Machine(given), new Machine(given)];
        const forks = own.length > at;
        own.forEach((move, i) => {
          // A branch of a paused run goes on by itself; that is no difference that counts here.
          if (i === at) for (const machine of [origin, branched]) machine.command({ command: 'unpause' });
          if (i === at && branched.state.phase === 'active') {
            branched.fork();
            branched.events.length = 0;
            origin.events.length = 0;
            origin.pending = origin.inFlight();
          }
          make(origin, move);
          make(branched, move);
        });
        if (forks) expect(canonicalJson(branched.events)).toBe(canonicalJson(origin.events));
        expect(stateHash(branched.state)).toBe(stateHash(origin.state));
      }),
    );
  });

  it('every event of every history validates against its schema', () => {
    check(
      fc.property(moves, options, (list, given) => {
        const { events, inputs } = playMoves(list, given);
        for (const event of JSON.parse(JSON.stringify(events))) expect(payloadProblem('event', event)).toBeUndefined();
        for (const input of JSON.parse(JSON.stringify(inputs))) expect(payloadProblem('input', input)).toBeUndefined();
      }),
    );
  });

  it('what a state remembers of the whole run changes nothing else that follows', () => {
    check(
      fc.property(moves, options, (list, given) => {
        const { events } = playMoves(list, given);
        let whole = initialState;
        let shown = initialState;
        for (const event of events) {
          whole = evolve(whole, event);
          shown = withoutHistory(evolve(shown, event));
        }
        expect(shown).toEqual(withoutHistory(whole));
      }),
    );
  });

  it('the trap streak ends with progress, and a fourth trap in a row costs the root a panic unit', () => {
    check(
      fc.property(steadyMoves, options, (list, given) => {
        const { events, inputs } = playMoves(list, given);
        const [begun] = inputs;
        let streak = begun?.kind === 'run.forked' ? (parseState(begun.state)?.procs[1]?.streak ?? 0) : 0;
        for (const event of events) {
          if (event.kind === 'trap.raised' && event.pid === 1) {
            streak += 1;
            expect(event.streak).toBe(streak);
          } else if ('pid' in event && event.pid === 1 && isProgress(event)) {
            if (event.kind !== 'tick.committed' || event.progress !== 'look') streak = 0;
          } else if (event.kind === 'panic.spent') {
            expect(streak).toBe(4);
            streak = 0;
          }
        }
      }),
    );
  });
});
