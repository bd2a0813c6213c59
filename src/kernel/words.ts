/**
 * The kernel's own words, as brains read them in frames. One place, so that a model can be trained on exactly these texts.
 */

import type { Rights, Role } from './syscalls.ts';
import { clip } from './text.ts';

export const TRAP_CODES = [
  'CPU_FAULT',
  'CAUSALITY',
  'EACCES',
  'ILLEGAL_HALT',
  'THRASH_ROUTE',
  'THRASH_MIND',
  'WATCHDOG',
  'PERIOD_LOOP',
  'IO_FAULT',
  'DEADLINE',
] as const;
export type TrapCode = (typeof TRAP_CODES)[number];

/** Where a process looks: a view of its own, or a target under one of its handles. */
export type Place = { view: string } | { cap: string; path?: string | undefined };

export const HOME: Place = { view: 'sys://task' };

export const roleLine = (role: Role, step?: { map: string; n: number; of: number }): string =>
  step === undefined ? role : `${role} of map ${step.map}, step ${step.n} of ${step.of}`;

/** @param more whether a command takes further arguments */
export const capRow = (handle: string, rights: Rights, target: string, more = false): string =>
  `${handle} ${rights} ${target}${more ? ' …' : ''}`;

export const placeText = (place: Place): string =>
  'view' in place ? place.view : place.path === undefined ? place.cap : `${place.cap} ${place.path}`;

/** Outcome of a joined map, steps counted from 1: `m1 1=9310 2=520 3=NO_CONSENSUS`. */
export const mapText = (map: string, results: readonly (string | null)[]): string =>
  `${map}${results.map((result, i) => ` ${i + 1}=${result ?? 'NO_CONSENSUS'}`).join('')}`;

const held = (rows: readonly string[]): string =>
  rows.length === 0 ? 'You hold no handle.' : `You hold ${rows.join(', ')}.`;

/** What a trap tells the brain: the code, what was wrong, the way out. */
export const trapText = {
  cpuFault: (field: string, what: string): string =>
    `CPU_FAULT: ${field}: ${what}. Answer with one JSON object: q, mind, world.`,
  causality: (what: string): string => `CAUSALITY: ${what}.`,
  eacces: (asked: string, why: string, rows: readonly string[]): string => `EACCES: ${asked}: ${why}. ${held(rows)}`,
  illegalHalt: (words: string): string => `ILLEGAL_HALT: ${words}`,
  thrashRoute: (evidence: string): string => `THRASH_ROUTE: ${evidence}. Write, exec or halt.`,
  thrashMind: (ticks: number): string => `THRASH_MIND: ${ticks} ticks of mind ops only. Act: one world op.`,
  watchdog: (times: number, kind: string): string =>
    `WATCHDOG: ${kind} ${times} times in a row. Pop, take another way.`,
  periodLoop: (times: number): string => `PERIOD_LOOP: the same state ${times} times. Leave the loop.`,
  ioFault: (op: string, errno: string, detail: string): string =>
    `IO_FAULT: ${op}: ${errno}${detail === '' ? '' : `: ${detail}`}. Nothing was changed.`,
  deadline: (what: string, ms: number): string => `DEADLINE: ${what} took longer than ${ms} ms. Nothing was changed.`,
} as const;

export const noticeText = {
  /** Short whatever the place: it must not be clipped, since it is gone once the process looks elsewhere. */
  pageFault: (place: string, why: string): string => `PAGE_FAULT: ${clip(place, 40)}: ${clip(why, 40)}.`,
  logFlood: (chars: number, page: string): string =>
    `LOG_FLOOD: ${chars} characters of output. Read its pages first: sys://page/${page}.`,
} as const;

/** What the last accepted op came to, as the next frame tells it. */
export const lastText = {
  wrote: (cap: string, path: string | undefined, mode: string): string =>
    `SYS_WRITE ${placeText({ cap, ...(path === undefined ? {} : { path }) })} ${mode} ok`,
  exec: (cap: string, exit: number, printed: string): string => `SYS_EXEC ${cap} exit ${exit}${printed}`,
  gitLog: (printed: string): string => `SYS_GIT_LOG${printed}`,
  /** The first page of what an op printed, after the place where all of it can be read. */
  printed: (text: string, chars: number, token: string | undefined): string =>
    `${token === undefined ? '' : `, ${chars} characters: sys://page/${token}`}${text === '' ? '' : `\n${text}`}`,
  went: (place: string): string => `SYS_GOTO ${place}`,
  joined: (map: string): string => `SYS_MAP_REDUCE ${map} joined`,
  mapping: 'SYS_MAP_REDUCE',
  thought: 'no world op',
} as const;
