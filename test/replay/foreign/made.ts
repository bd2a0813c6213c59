/** Small journals in the earlier system's formats. The hashes are computed here anew, not with the code under test. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

export type Line = readonly [ts: string, entry: string];

/** A time of a small day: seconds after noon. */
export const at = (seconds: number): string => new Date(Date.UTC(2031, 4, 6, 12) + seconds * 1000).toISOString();

export const logOf = (lines: readonly Line[]): string => lines.map(([ts, entry]) => `[${ts}] ${entry}\n`).join('');

export const merkleOf = (lines: readonly Line[], from = 'GENESIS'): string => {
  let prev = from;
  let text = '';
  for (const [ts, entry] of lines) {
    const hash = sha(`{"ts":${JSON.stringify(ts)},"entry":${JSON.stringify(entry)},"prev_hash":"${prev}"}`);
    text += `{"ts":${JSON.stringify(ts)},"entry":${JSON.stringify(entry)},"prev_hash":"${prev}","hash":"${hash}"}\n`;
    prev = hash;
  }
  return text;
};

export interface Step {
  q: string;
  d: string;
  saw: string;
  /** The whole frame, where it is more than what was seen. */
  shown?: string;
  op?: object;
  mind?: object[];
  world?: object | null;
  qNext: string;
  dNext: string;
}

/** Replay tuples as JSON, chained; with `mind` or `world` in the newer of their two shapes. */
export const tuplesOf = (steps: readonly Step[]): string[] => {
  let prev = 'GENESIS';
  return steps.map((step, i) => {
    const { q, d, saw, shown = saw, mind = [], world = null } = step;
    const apart = step.mind !== undefined || step.world !== undefined;
    const before = {
      ...{ tick_seq: i, q_t: q, h_q: sha(q), d_t: d, observed_slice: saw, s_t: shown, h_s: sha(shown) },
      a_t: step.op ?? world ?? mind[0],
      ...(apart ? { mind_ops: mind, world_op: world, world_ops: world === null ? [] : [world] } : {}),
      ...{ q_next: step.qNext, d_next: step.dNext, write_target: step.dNext },
    };
    const leaf = sha(JSON.stringify(before));
    const root = sha(`${prev}\n${leaf}`);
    const text = JSON.stringify({ ...before, leaf_hash: leaf, prev_merkle_root: prev, merkle_root: root });
    prev = root;
    return text;
  });
};

/** A lamp is looked at, tried, repaired and left: four tuples, all committed. */
export const LAMP: readonly Step[] = [
  {
    q: 'start',
    d: 'TASK.md',
    saw: 'Make the lamp shine.',
    op: { op: 'SYS_GOTO', pointer: 'lamp.txt' },
    qNext: 'look',
    dNext: 'lamp.txt',
  },
  {
    ...{ q: 'look', d: 'lamp.txt', saw: '[OS_TRAP: PAGE_FAULT] Target lamp.txt does not exist yet.' },
    ...{ op: { op: 'SYS_WRITE', payload: 'on' }, qNext: 'try', dNext: 'lamp.txt' },
  },
  {
    q: 'try',
    d: 'lamp.txt',
    saw: 'on',
    op: { op: 'SYS_EXEC', cmd: 'cat lamp.txt' },
    qNext: 'leave',
    dNext: '$ cat lamp.txt',
  },
  {
    ...{ q: 'leave', d: '$ cat lamp.txt', saw: '[COMMAND] cat lamp.txt\n[EXIT_CODE] 0\n[STDOUT]\non\n[STDERR]\n' },
    ...{ op: { op: 'SYS_HALT' }, qNext: 'HALT', dNext: 'HALT' },
  },
];

/** Each tuple at a second of its own, and its tick right after it. */
export const lampLines = (): Line[] =>
  tuplesOf(LAMP).flatMap((text, i): Line[] => [
    [at(2 * i), `[REPLAY_TUPLE] ${text}`],
    [
      at(2 * i + 1),
      `[Tick] d:${LAMP[i]?.d} -> d':${LAMP[i]?.dNext} | ${LAMP[i]?.qNext} | thought:${i === 0 ? 'hm' : '-'}`,
    ],
  ]);

export const frameLine = (seconds: number, base: string, details: string, metadata: object = {}): Line => {
  const frame = {
    seq: 0,
    ts: at(seconds),
    trap_base: `sys://trap/${base}`,
    trap_pointer: `sys://trap/${base}?`,
    details,
  };
  return [at(seconds), `[TRAP_FRAME] ${JSON.stringify({ ...frame, panic_reset_count: 0, metadata })}`];
};

/** Writes files into a folder of the test's own. @returns the folder */
export const written = async (files: Record<string, string | Buffer>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'turingos-foreign-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
};

export const writtenAs = async (name: string, text: string | Buffer): Promise<string> =>
  join(await written({ [name]: text }), name);
