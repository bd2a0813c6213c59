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

const FIELDS = [
  'reply',
  'q',
  'mind',
  'world',
  'world.op',
  'world.cap',
  'world.path',
  'world.ref',
  'world.tasks',
  'world.result',
];
const WHATS = [
  'not JSON',
  'cut off',
  'missing',
  'unknown opcode',
  'unknown key',
  'expected string',
  'expected array',
  'expected object',
  'too long',
  'invalid input',
];
const WHYS = ['no such handle', 'revoked', 'read only', 'not covered', 'insufficient rights', 'unknown handle'];
const CAUSES = [
  'SYS_POP on an empty call stack',
  'SYS_MAP_REDUCE is for the planner',
  'the map has NO_CONSENSUS',
  'read the pages of the flood first',
  'no such page',
  'no such map',
];
const ERRNOS = ['ENOENT', 'EACCES', 'EROFS', 'ENOSPC', 'EIO', 'EISDIR'];

const anyHandle = (rng: Rng): string => `h${rng.int(1, 12)}`;

const texts: Record<TrapCode, (scene: TrapScene) => string> = {
  CPU_FAULT: ({ rng }) => trapText.cpuFault(rng.pick(FIELDS), rng.pick(WHATS)),
  CAUSALITY: ({ rng }) => trapText.causality(rng.pick(CAUSES)),
  EACCES: ({ rng, held }) =>
    trapText.eacces(anyHandle(rng), rng.pick(WHYS), rng.chance(0.5) ? held : [...held].reverse()),
  ILLEGAL_HALT: ({ rng, held }) =>
    trapText.illegalHalt(
      rng.pick([
        `line ${rng.int(1, 40)} is wrong`,
        `${held.at(-1)?.split(' ').at(-1) ?? 'it'} is not right`,
        'the result must be an integer.',
        'some lines are wrong.',
        'too few lines.',
      ]),
    ),
  THRASH_ROUTE: ({ rng, op }) =>
    trapText.thrashRoute(
      rng.pick([`${op} ${anyHandle(rng)} 4 times`, `6 ticks without progress`, `${op} 4 times, nothing written yet`]),
    ),
  THRASH_MIND: () => trapText.thrashMind(3),
  WATCHDOG: ({ op }) => trapText.watchdog(5, op),
  PERIOD_LOOP: () => trapText.periodLoop(3),
  IO_FAULT: ({ rng, op }) =>
    trapText.ioFault(op, rng.pick(ERRNOS), rng.pick(['', 'injected', 'write denied', 'disk full'])),
  DEADLINE: ({ rng, op }) =>
    trapText.deadline(rng.pick([op, 'the brain', 'reply']), rng.pick([1000, 5000, 30_000, 120_000])),
};

export const trapOf = (code: TrapCode, scene: TrapScene): string => texts[code](scene);
