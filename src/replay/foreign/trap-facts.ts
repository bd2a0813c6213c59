/** What a trap of the earlier system was, and which of our codes is nearest to it. */
import type { EventOf } from '../../kernel/records/index.ts';
import type { TrapCode } from '../../kernel/words.ts';
import { jsonObject } from './entries.ts';
import type { Tuple } from './tuple.ts';

export interface TrapFact {
  code: TrapCode;
  phase: EventOf<'trap.raised'>['phase'];
  /** Its own words, whole. */
  text: string;
  /** The trap was a panic reset: which attempt of how many. */
  panic?: { attempt: number; budget: number };
  /** The panic budget was spent: the run died of it. */
  fatal?: boolean;
  /** The brain's reply could not be read, so that no tuple was written: the trap has a tick of its own. */
  alone: boolean;
}

/** First match wins; each is looked for in the trap's name and its text. */
const CODES: readonly (readonly [RegExp, TrapCode])[] = [
  [/illegal_halt|HALT rejected|verdict=FAIL/i, 'ILLEGAL_HALT'],
  [/mind-only|mind scheduling/i, 'THRASH_MIND'],
  [/thrashing/i, 'THRASH_ROUTE'],
  [/l1_cache_hit|watchdog|unrecoverable|NO_PROGRESS/i, 'WATCHDOG'],
  [/cannot be combined|causality|MAP_REDUCE_(DROPPED|FORBIDDEN)/i, 'CAUSALITY'],
  [/permission denied|EACCES/i, 'EACCES'],
  [/timed out|timeout|deadline/i, 'DEADLINE'],
  [/connection error|io_fault|page_fault|ENO[A-Z]+/i, 'IO_FAULT'],
];

const LOOPS: readonly TrapCode[] = ['THRASH_ROUTE', 'THRASH_MIND', 'WATCHDOG', 'PERIOD_LOOP'];

export const trapFact = (name: string, text: string): TrapFact => {
  // A malformed reply is quoted in the trap's text and may hold any word, so it is told first.
  const code = isUnread(text)
    ? 'CPU_FAULT'
    : (CODES.find(([says]) => says.test(`${name} ${text}`))?.[1] ?? 'CPU_FAULT');
  const phase = LOOPS.includes(code) ? 'loop' : code === 'IO_FAULT' || code === 'DEADLINE' ? 'op' : 'reply';
  return { code, phase, text: text.trim() || name, alone: isUnread(text) };
};

const isUnread = (text: string): boolean => /Invalid opcode or malformed|INVALID_OPCODE/.test(text);

/** A `[TRAP_FRAME]`'s body; undefined where it cannot be read. */
export const frameFact = (body: string): TrapFact | undefined => {
  const frame = jsonObject(body);
  return frame === undefined ? undefined : namedFact(String(frame.trap_base), String(frame.details ?? ''));
};

/** In a trace, and in logs from before trap frames, a trap shows in the registers of the tuple after it. */
export const registersFact = ({ q, d }: Tuple): TrapFact | undefined => {
  if (!d.startsWith('sys://trap/')) return undefined;
  const end = ['\n\n[RECOVERED STATE q]', '\n[OS_TRAP_FRAME_JSON]']
    .map((mark) => q.indexOf(mark))
    .filter((at) => at > 0);
  return namedFact(d.split('?')[0] ?? d, q.slice(0, Math.min(q.length, ...end)));
};

/** A panic reset takes the place of the trap that was repeated, and says which. */
const namedFact = (base: string, text: string): TrapFact => {
  if (!/panic_reset|unrecoverable_loop|PANIC_RESET/.test(base)) return trapFact(base, text);
  const repeated = /Repeated trap: (\S+)/.exec(text)?.[1] ?? '';
  const fact = { ...trapFact(repeated, ''), text: text.trim(), alone: true };
  if (base.includes('unrecoverable_loop')) return { ...fact, fatal: true };
  const attempt = /Reset attempt: (\d+)\/(\d+)/.exec(text);
  return { ...fact, panic: { attempt: units(attempt?.[1]), budget: units(attempt?.[2]) } };
};

/** A budget of more than this is none. */
const UNITS_MAX = 1000;

const units = (digits: string | undefined): number => Math.min(UNITS_MAX, Number(digits ?? 1));

/** The panic budget that a text tells of. */
export const budgetIn = (text: string): number | undefined => {
  const said = /Reset attempt: \d+\/(\d+)|panic reset budget exhausted[\s\S]*?Budget: (\d+)/.exec(text);
  return said === null ? undefined : units(said[1] ?? said[2]);
};
