/**
 * `grader.json`: what judges a run, kept in its directory from the start, so that a resume or a fork needs no task file. That
 * directory is no part of any workspace: no brain can read it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Judge } from './task-schema.ts';

const Kept = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null) return value;
  const { v, ...judge } = value as { v?: unknown };
  return v === 1 ? judge : undefined;
}, Judge);

const path = (runDir: string): string => join(runDir, 'grader.json');

export const keepJudge = (runDir: string, judge: Judge): void =>
  writeFileSync(path(runDir), `${JSON.stringify({ v: 1, ...judge })}\n`, { mode: 0o600 });

/** @returns undefined where the run keeps none, or one that cannot be read */
export const keptJudge = (runDir: string): Judge | undefined => {
  try {
    return Kept.parse(JSON.parse(readFileSync(path(runDir), 'utf8')));
  } catch {
    return undefined;
  }
};
