import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type OperatorCommand, SETTABLE } from '../../src/kernel/index.ts';
import { FIELDS, readValue, valueText } from '../../src/store/order-text/fields.ts';
import {
  completeOrder,
  FORMS,
  NoOrder,
  orderWords,
  outcomeText,
  parseOrder,
  readPauses,
} from '../../src/store/order-text.ts';
import { runs } from '../helpers/fc.ts';
import { Machine, map, reply } from '../kernel/machine.ts';

const problem = (line: string, context = {}): string => {
  try {
    parseOrder(line, context);
  } catch (error) {
    if (error instanceof NoOrder) return error.message;
    throw error;
  }
  return '';
};

/** A planner and two workers of its map. */
const machine = new Machine();
machine.answer(reply(map('one')));
const { state } = machine;

describe('an order in words', () => {
  it.each<[string, OperatorCommand]>([
    ['pause', { command: 'pause' }],
    ['kill', { command: 'kill' }],
    ['kill w4', { command: 'kill', pid: 4 }],
    ['tell P1 "look at ANSWER.txt"', { command: 'tell', pid: 1, text: 'look at ANSWER.txt' }],
    ['tell 1 look at ANSWER.txt', { command: 'tell', pid: 1, text: 'look at ANSWER.txt' }],
    ['grant panic 2', { command: 'grant_panic', units: 2 }],
    ['grant P1 rw ANSWER.txt', { command: 'grant', pid: 1, rights: 'rw', target: 'ANSWER.txt' }],
    ['revoke P1 h3', { command: 'revoke', pid: 1, handle: 'h3' }],
    ['disarm 2', { command: 'disarm', fault: 2 }],
    ['pardon P1', { command: 'pardon', pid: 1 }],
    ['swap worker sim', { command: 'swap', role: 'worker', profile: 'sim' }],
    [
      'inject brain.cut --target worker --times 2',
      { command: 'inject', fault: { fault: 'brain.cut', target: 'worker', times: 2 } },
    ],
    ['set thrash.same 6', { command: 'set', changes: [{ field: 'traps.THRASH_ROUTE.same', value: 6 }] }],
    [
      'set wall 1h30m cost 2.50 thrash off temperature.workers 0.2,0.7',
      {
        command: 'set',
        changes: [
          { field: 'limits.wallMs', value: 5_400_000 },
          { field: 'limits.cost', value: 2_500_000 },
          { field: 'traps.THRASH_ROUTE', value: null },
          { field: 'temperatures.workers', value: [200, 700] },
        ],
      },
    ],
    [
      'set pause-on thrash,panic<=1',
      {
        command: 'set',
        changes: [
          { field: 'pauseOn.thrash', value: 1 },
          { field: 'pauseOn.panic', value: 1 },
          { field: 'pauseOn.denied', value: null },
        ],
      },
    ],
  ])('%s', (line, order) => {
    expect(parseOrder(line)).toEqual({ order, reason: '', dryRun: false });
  });

  it('says why and whether it is only a question, wherever those stand; a quoted word is no option', () => {
    const asked = { order: { command: 'pause' }, reason: 'look at w3', dryRun: true };
    expect(parseOrder('pause --reason "look at w3" --dry-run')).toEqual(asked);
    expect(parseOrder('tell P1 "--reason" x --reason=why').order).toEqual({
      command: 'tell',
      pid: 1,
      text: '--reason x',
    });
  });

  it('takes an unquoted reason to the end of the line or to the next option, and never into the text', () => {
    const order = { command: 'tell', pid: 1, text: 'hello there' };
    for (const [line, reason, dryRun] of [
      ['tell P1 hello there --reason two words', 'two words', false],
      ['tell P1 hello there --reason it is --stuck --dry-run', 'it is --stuck', true],
      ['tell P1 hello there --reason=two words --dry-run', 'two words', true],
      ['tell P1 hello there --reason="two words"', 'two words', false],
      ["tell P1 hello there --reason it's stuck", "it's stuck", false],
      ['tell P1 --dry-run hello there', '', true],
    ] as const)
      expect(parseOrder(line), line).toEqual({ order, reason, dryRun });
    expect(problem('tell P1 hello --reason "two words" there')).toContain('`there` is left over behind --reason');
    expect(parseOrder('inject --reason a trial --times 2 brain.cut')).toMatchObject({ reason: 'a trial' });
  });

  it('has an example for every verb that is itself an order of that verb', () => {
    for (const { verb, example } of FORMS) expect(parseOrder(example).order.command).toBe(verb);
  });

  it('is what its own words are read back as', () => {
    const pid = fc.integer({ min: 1, max: 99 });
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    const order = fc.oneof<fc.Arbitrary<OperatorCommand>[]>(
      fc.record({ command: fc.constant('tell' as const), pid, text }),
      fc.record({ command: fc.constant('revoke' as const), pid, handle: text }),
      fc.record({
        command: fc.constant('grant' as const),
        pid,
        rights: fc.constantFrom('r' as const, 'w' as const, 'rw' as const, 'x' as const),
        target: text,
      }),
      fc.record({ command: fc.constant('grant_panic' as const), units: pid }),
      fc.record({ command: fc.constant('pardon' as const), pid }),
      fc.record({
        command: fc.constant('inject' as const),
        fault: fc.record({ fault: fc.constant('cap.revoked' as const), target: pid, times: pid, handle: text }),
      }),
    );
    fc.assert(
      fc.property(order, (given) => {
        expect(parseOrder(orderWords(given)).order).toEqual(given);
      }),
      { numRuns: runs },
    );
  });

  it('knows every field that may be set, and reads its example and what it writes', () => {
    expect(FIELDS.map(({ path }) => path).toSorted()).toEqual([...SETTABLE].toSorted());
    for (const field of FIELDS) {
      const value = readValue(field, field.example);
      expect(value, field.name).toBeDefined();
      expect(readValue(field, valueText(field.path, value ?? null))).toEqual(value);
    }
  });
});

test('troubles to pause on need no signs that a shell takes for its own', () => {
  expect(readPauses('thrash,panic=1,denied=3')).toEqual(readPauses('thrash,panic<=1,denied>=3'));
});

describe('words that are no order', () => {
  it.each([
    ['', 'an order begins with a verb'],
    ['fly', 'there is no order fly; there are pause, unpause'],
    ['tell P1', 'tell needs a process and a text: for example `tell P1 "look at ANSWER.txt"`'],
    ['tell planner hello', 'planner is no process'],
    ['grant P1 q x', 'q are no rights: r, w, rw or x'],
    ['grant panic many', 'for example `grant panic 2`'],
    ['set thrash.same', 'pairs of a field and a value: for example `set thrash.same 6`'],
    ['set thrash.same many', 'many is no value of thrash.same: for example `set thrash.same 6`'],
    ['set handleStyle url', 'there is no field handleStyle'],
    ['set pause-on panic>=1', 'is no trouble to pause on'],
    ['swap w4 sim', 'swap needs a role'],
    ['inject brain.fry', 'there is no fault brain.fry; there are brain.cut'],
    ['inject brain.cut --handle h1', '--handle goes with cap.revoked'],
    ['pause --loudly yes', 'pause has no option --loudly'],
    ['pause --reason', '--reason needs a value'],
    ['tell P1 "half', 'a quote is not closed'],
    ['disarm brain.cut', 'disarm needs the number of a fault'],
    ['set', 'set needs a field and a value; there are pause-on, thrash.same'],
    ['inject brain.cut --times 0', 'times has to be 1 or more'],
    ['inject brain.cut --times 1001', 'times may be 1000 at most'],
    [`tell P1 ${'x'.repeat(301)}`, 'text may have 300 characters at most'],
    ['grant panic 0', 'units has to be 1 or more'],
    ["tell P1 ''", 'text is empty'],
  ])('%s', (line, why) => {
    expect(problem(line)).toContain(why);
    expect(problem(line)).toMatch(/: for example `[^`]+`$/);
  });

  it('are told from the run where it is known', () => {
    expect(problem('kill w9', { state })).toContain('there is no process w9 now; there are P1 w2 w3');
    expect(problem('kill w1', { state: { ...state, procs: {} } })).toContain('there is no process yet');
    expect(problem('kill w1', { state })).toContain('process 1 is P1');
    expect(problem('swap worker none', { profiles: ['demo', 'sim'] })).toContain('there are demo, sim');
    const url = state.procs[1]?.caps.h2?.url ?? '';
    expect(parseOrder(`revoke P1 ${url}`, { state }).order).toMatchObject({ handle: 'h2' });
  });
});

describe('completion', () => {
  const offered = (line: string): string[] =>
    completeOrder(line, { state, profiles: ['demo', 'sim'] }).candidates.map(({ text }) => text);

  it('offers verbs, processes, handles, fields with their values, faults and profiles', () => {
    expect(offered('')).toEqual(FORMS.map(({ verb }) => verb));
    expect(offered('pa')).toEqual(['pause', 'pardon']);
    expect(offered('tell ')).toEqual(expect.arrayContaining(['P1', 'w2', 'w3']));
    expect(offered('revoke P1 h')).toEqual(['h1', 'h2', 'h3', 'h4']);
    expect(offered('grant P1 x ')).toContain('run');
    expect(offered('set thrash.sa')).toEqual(['thrash.same']);
    expect(offered('set thrash.same ')).toEqual(expect.arrayContaining(['4', '6']));
    expect(offered('inject brain.')).toContain('brain.cut');
    expect(offered('inject brain.cut --target w')).toEqual(['worker', 'w2', 'w3']);
    expect(offered('inject cap.revoked --handle ')).toEqual(['h1', 'h2', 'h3', 'h4']);
    expect(offered('inject cap.revoked --target w2 --handle ')).toEqual(Object.keys(state.procs[2]?.caps ?? {}));
    expect(offered('swap worker ')).toEqual(expect.arrayContaining(['demo', 'sim']));
  });

  it('names what is due before the options, where nothing can be offered for it', () => {
    expect(completeOrder('tell P1 ', { state }).due).toBe('TEXT');
    expect(completeOrder('tell P1 hello ', { state }).due).toBe('');
    expect(completeOrder('tell P1 hello --reason ', { state }).due).toBe('why, to the end of the line');
  });

  it('takes the place of the word that is being typed', () => {
    expect(completeOrder('kill w', { state }).from).toBe(5);
    expect(completeOrder('kill ', { state }).from).toBe(5);
  });

  it('leads to an order when its first candidate is taken again and again', () => {
    for (const { verb } of FORMS) {
      let line = verb;
      for (let i = 0; i < 4 && problem(line) !== ''; i += 1) {
        const { candidates } = completeOrder(`${line} `, { state, profiles: ['sim'] });
        line += ` ${candidates[0]?.text.startsWith('--') === false ? candidates[0].text : '1'}`;
      }
      expect(problem(line), line).toBe('');
    }
  });
});

it('a number that no computer counts to is more than there may be, and an empty word is told', () => {
  expect(problem('grant panic 99999999999999999')).toContain('units may be 100 at most');
  expect(problem('pardon ""')).toContain('an empty word is no process');
});

describe('what came of an order', () => {
  it('is told in one sentence, also where it did nothing', () => {
    const run = new Machine();
    const told = (order: OperatorCommand): string => outcomeText(order, run.command(order), run.state);
    expect(told({ command: 'grant', pid: 1, rights: 'rw', target: 'NEW.txt' })).toBe('P1 holds h5 rw NEW.txt');
    expect(told({ command: 'grant', pid: 1, rights: 'rw', target: 'NEW.txt' })).toContain('already');
    expect(told({ command: 'set', changes: [{ field: 'traps.THRASH_ROUTE.same', value: 6 }] })).toBe(
      'thrash.same from 4 to 6',
    );
    expect(told({ command: 'pause' })).toContain('paused');
    expect(told({ command: 'pause' })).toBe('the run is paused already');
    expect(told({ command: 'kill', pid: 9 })).toBe('there is no process 9');
    expect(told({ command: 'revoke', pid: 1, handle: 'h99' })).toBe('P1 holds no h99');
  });
});
