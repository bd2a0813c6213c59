/**
 * `killed` in a run's directory: who ended its kernel by SIGKILL, which left the kernel no time to journal that. Beside the
 * journal, since nobody but the kernel writes there; `run.ended` in the journal overrules it.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandParams } from './control-protocol.ts';

const KilledMark = z.object({ by: z.string(), reason: z.string(), at: z.iso.datetime() });
export type KilledMark = z.infer<typeof KilledMark>;

const pathOf = (dir: string): string => join(dir, 'killed');

/** @returns whether there is one now; on a full disk an empty one does too */
export const markKilled = (dir: string, { by, reason }: Pick<CommandParams, 'by' | 'reason'>): boolean => {
  try {
    const mark: KilledMark = { by, reason, at: new Date().toISOString() };
    writeFileSync(pathOf(dir), `${JSON.stringify(mark)}\n`, { mode: 0o600 });
    return true;
  } catch {
    return killedMark(dir) !== undefined;
  }
};

export const unmarkKilled = (dir: string): void => rmSync(pathOf(dir), { force: true });

/** Undefined where there is none. That it is there says the most: one that cannot be read is a mark by somebody, made when its file was. */
export const killedMark = (dir: string): KilledMark | undefined => {
  const path = pathOf(dir);
  const made = statSync(path, { throwIfNoEntry: false })?.mtime.toISOString();
  if (made === undefined) return undefined;
  try {
    return KilledMark.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return { by: 'somebody', reason: '', at: made };
  }
};

/** `by cli with SIGKILL, 2026-11-27 09:20:11Z: turingos kill`. */
export const killedText = ({ by, reason, at }: KilledMark): string =>
  `by ${by} with SIGKILL, ${at.slice(0, 19).replace('T', ' ')}Z${reason === '' ? '' : `: ${reason}`}`;
