/**
 * `grader.json`: what judges a run, kept in its directory from the start, so that a resume or a fork needs no task file. That
 * directory is no part of any workspace: no brain can read it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Grader } from '../../runtime/ports.ts';
import { type Check, checksGrader } from './graders.ts';
import { Check as CheckSchema } from './task-schema.ts';

const Kept = z.strictObject({ v: z.literal(1), checks: z.array(CheckSchema) });

const path = (runDir: string): string => join(runDir, 'grader.json');

export const keepGrader = (runDir: string, checks: readonly Check[]): void =>
  writeFileSync(path(runDir), `${JSON.stringify({ v: 1, checks })}\n`, { mode: 0o600 });

/** @returns undefined where the run keeps none, or one that cannot be read */
export const keptGrader = (runDir: string): { grader: Grader; checks: readonly Check[] } | undefined => {
  try {
    const { checks } = Kept.parse(JSON.parse(readFileSync(path(runDir), 'utf8')));
    return { grader: checksGrader(checks), checks };
  } catch {
    return undefined;
  }
};
