/** `run.json`: what a run was made of, frozen before its first record. No keys, no environment variables, no command line. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Policy, TaskSpec } from '../kernel/index.ts';
import { BrainSpec } from './brain-spec.ts';

const SeatRecord = z.strictObject({
  name: z.string(),
  digest: z.string(),
  simulated: z.boolean(),
  /** The fixed system prompt; '' for none. */
  system: z.string(),
  /** Whether the frame's JSON schema holds the brain while it writes. */
  constrained: z.boolean(),
  /** What it is made from; earlier versions had the profile's name alone. */
  spec: BrainSpec.optional(),
});

/** How a run is in a workspace; a run without one is all in memory. */
export const WorkspaceSpec = z.strictObject({
  /** `none`: its commands run without any fence, by the operator's choice. */
  sandbox: z.enum(['auto', 'none']),
  /** Which files it began with, besides the task's. */
  repo: z.strictObject({ path: z.string(), commit: z.string() }).optional(),
});
export type WorkspaceSpec = z.infer<typeof WorkspaceSpec>;

export const Manifest = z.strictObject({
  v: z.literal(1),
  id: z.string().length(8),
  createdAt: z.iso.datetime(),
  code: z.strictObject({
    version: z.string(),
    /** Git commit of the code, `+` behind it where the tree had changes; null outside a repository. */
    commit: z.string().nullable(),
  }),
  /** Its name; what it stood for is in `brains`. */
  profile: z.string(),
  config: z.strictObject({
    /** Milliseconds between two tokens, or `max`. */
    pace: z.union([z.literal('max'), z.int().min(1)]),
    fsync: z.enum(['always', 'interval', 'never']),
  }),
  brains: z.strictObject({ planner: SeatRecord, worker: SeatRecord }),
  task: TaskSpec,
  /** What names the task: a built-in name, or the task file's absolute path. */
  taskSource: z.string(),
  workspace: WorkspaceSpec.optional(),
  policy: Policy,
  seed: z.int().min(0),
  /** What it was forked from, if it was: the last record that both have in common. */
  origin: z.strictObject({ run: z.string(), seq: z.int().min(1), head: z.string() }).optional(),
  environment: z.strictObject({ node: z.string(), platform: z.string(), arch: z.string(), cpus: z.int().min(1) }),
  socket: z.string(),
});
export type Manifest = z.infer<typeof Manifest>;

export const environment = (): Manifest['environment'] => ({
  node: process.versions.node,
  platform: process.platform,
  arch: process.arch,
  cpus: availableParallelism(),
});

const path = (dir: string): string => join(dir, 'run.json');

/** Written aside and renamed, so that nobody reads half of it. */
export const writeManifest = (dir: string, manifest: Manifest): void => {
  const temporary = `${path(dir)}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(Manifest.parse(manifest), null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path(dir));
};

/** @returns undefined where there is none or it is not readable as one */
export const readManifest = (dir: string): Manifest | undefined => {
  try {
    return Manifest.safeParse(JSON.parse(readFileSync(path(dir), 'utf8'))).data;
  } catch {
    return undefined;
  }
};
