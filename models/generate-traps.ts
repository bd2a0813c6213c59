/** Trap sections as the kernel words them, for frames from which a model has to recover. */
import { type TrapCode, trapText } from '../src/kernel/words.ts';
import type { Rng } from './rng.ts';

export interface TrapScene {
  rng: Rng;
  /** Rows of the process's table, as shown. */
  held: readonly string[];
  /** What it was about to use: `SYS_WRITE`, `SYS_GOTO`, … */
  op: string;
}

const FAULTS: readonly [field: string, what: string][] = [
  ['json', 'not one JSON object'],
  ['json', 'not one JSON object'],
  ['stream', 'cut off at its token limit'],
  ['stream', 'the reply was cut off'],
  ['stream', 'the reply was malformed'],
  ['world.op', 'missing'],
  ['world.op', 'unknown opcode SYS_READ'],
  ['world.cap', 'Invalid input: expected string, received undefined'],
  ['world.result', 'an integer is wanted'],
  ['world.ref', 'Invalid string: must start with "sys://"'],
  ['world', 'Unrecognized key: "text"'],
  ['world', 'an op or null is wanted'],
  ['mind', 'Invalid input: expected array, received undefined'],
  ['q', 'Too big: expected string to have <=400 characters'],
  ['reply', 'unknown field'],
];
const WHYS = [
  'no such handle',
  'no such handle',
  'this handle was revoked',
  'it has r, not w',
  'it is a file and takes no path',
  'it is a directory and needs a path',
  'its path leads out of it',
];
const CAUSES = [
  'SYS_HALT stands alone, without mind ops',
  'SYS_MAP_REDUCE stands alone, without mind ops',
  'only the planner may map',
  'the call stack has no such entry, or no room',
  'the flood was not read; read its pages first',
  'no such page',
  'the map has no consensus',
];
const ERRNOS = ['ENOENT', 'EACCES', 'EROFS', 'ENOSPC', 'EIO', 'EISDIR'];

const anyHandle = (rng: Rng): string => `h${rng.int(1, 12)}`;

const texts: Record<TrapCode, (scene: TrapScene) => string> = {
  CPU_FAULT: ({ rng }) => trapText.cpuFault(...rng.pick(FAULTS)),
  CAUSALITY: ({ rng }) => trapText.causality(rng.pick(CAUSES)),
  EACCES: ({ rng, held }) =>
    trapText.eacces(anyHandle(rng), rng.pick(WHYS), rng.chance(0.5) ? held : [...held].reverse()),
  ILLEGAL_HALT: ({ rng, held }) =>
    trapText.illegalHalt(
      rng.pick([
        `${held[1]?.split(' ').at(-1) ?? 'it'} has ${rng.int(3, 40)} lines, ${rng.int(1, 9)} of them wrong.`,
        `${held[1]?.split(' ').at(-1) ?? 'it'} has ${rng.int(1, 40)} lines, too ${rng.pick(['few', 'many'])}, ${rng.int(0, 9)} of them wrong.`,
        'some lines are wrong.',
      ]),
    ),
  THRASH_ROUTE: ({ rng, op }) =>
    trapText.thrashRoute(
      `${rng.pick([`${op} ${anyHandle(rng)} 4 times`, '6 ticks'])}, ${rng.pick(['nothing was gained yet', `nothing was gained since t${rng.int(1, 200)}`])}`,
    ),
  THRASH_MIND: () => trapText.thrashMind(3),
  WATCHDOG: ({ rng, op }) => trapText.watchdog(5, rng.chance(0.5) ? op : `${op} ${anyHandle(rng)}`),
  PERIOD_LOOP: () => trapText.periodLoop(3),
  IO_FAULT: ({ rng, op }) =>
    trapText.ioFault(op, rng.pick(ERRNOS), rng.pick(['', 'injected', 'write denied', 'disk full'])),
  DEADLINE: ({ rng, op }) => trapText.deadline(rng.pick([op, 'the reply']), rng.pick([1000, 5000, 30_000, 120_000])),
};

export const trapOf = (code: TrapCode, scene: TrapScene): string => texts[code](scene);
