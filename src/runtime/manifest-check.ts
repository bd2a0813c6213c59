/** Holds `run.json` against the journal: whatever both say has to be the same, or lists would tell of a run that never was. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobStore, type JournalRecord, parseLine, readLineBatches } from '../journal/index.ts';
import { canonicalJson, type InputOf } from '../kernel/index.ts';
import { Manifest } from './manifest.ts';

export interface ManifestFault {
  /** `brains.planner.name`; '' for the whole file. */
  field: string;
  /** One clause. */
  why: string;
}

export interface ManifestReport {
  ok: boolean;
  faults: ManifestFault[];
}

/** Characters of a value that a clause quotes. */
const QUOTED = 60;

/** @returns without faults also where the journal has no readable beginning: there is nothing to hold it against */
export const checkManifest = async (dir: string): Promise<ManifestReport> => {
  const faults = faultsOf(read(dir), await begunBy(dir));
  return { ok: faults.length === 0, faults };
};

const read = (dir: string): unknown => {
  try {
    return JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'is missing';
    return code === undefined ? 'is not JSON' : `cannot be read (${code})`;
  }
};

type Begun = JournalRecord & (InputOf<'run.started'> | InputOf<'run.forked'>);

/** Undefined where its first record cannot be read, or is none of a run's beginning; the chain and the decisions tell that. */
const begunBy = async (dir: string): Promise<Begun | undefined> => {
  try {
    for await (const [first] of readLineBatches(dir)) {
      const parsed = parseLine(first?.text ?? '');
      if (!parsed.ok) return undefined;
      const { record, missing } = new BlobStore(dir).hydrate(parsed.record);
      const begins = record.kind === 'run.started' || record.kind === 'run.forked';
      return begins && missing.length === 0 ? (record as Begun) : undefined;
    }
  } catch {
    // As above.
  }
  return undefined;
};

const faultsOf = (value: unknown, begun: Begun | undefined): ManifestFault[] => {
  if (typeof value === 'string') return [{ field: '', why: value }];
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => ({
      field: path.join('.'),
      why: `is not what a run.json has there (${message.replaceAll(/\s+/g, ' ')})`,
    }));
  }
  return begun === undefined ? [] : contradictions(parsed.data, begun);
};

const contradictions = (manifest: Manifest, begun: Begun): ManifestFault[] =>
  [...saidByBoth(manifest, begun)].flatMap(([field, here, there]) =>
    canonicalJson(here ?? null) === canonicalJson(there ?? null)
      ? []
      : [{ field, why: `is ${quoted(here)} here, and ${quoted(there)} in the journal` }],
  );

/** Field, what `run.json` says, what the journal says. */
function* saidByBoth(manifest: Manifest, begun: Begun): Generator<[string, unknown, unknown]> {
  yield ['id', manifest.id, begun.run];
  for (const role of ['planner', 'worker'] as const) {
    for (const field of ['name', 'digest', 'simulated'] as const) {
      yield [`brains.${role}.${field}`, manifest.brains[role][field], begun[role][field]];
    }
  }
  for (const field of ['name', 'goal', 'caps', 'evidence', 'variants'] as const) {
    yield [`task.${field}`, manifest.task[field], begun.task[field]];
  }
  yield ['seed', manifest.seed, begun.seed];
  yield ['policy', manifest.policy, begun.policy];
  yield ['origin', manifest.origin, begun.kind === 'run.forked' ? begun.origin : undefined];
  yield ['workspace.sandbox', manifest.workspace?.sandbox, sandboxOf(begun)];
}

const sandboxOf = ({ world: { kind, sandbox } }: Begun): string | undefined =>
  kind === 'memory' ? undefined : (sandbox ?? 'auto');

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED - 1)}…`;
};
