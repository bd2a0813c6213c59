// `npm run golden [-- NAME…]`: makes the golden runs under test/golden that are not there yet. Those that are stay as they are.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORD_VERSION, readRecords } from '../src/journal/index.ts';
import { readManifest, writeManifest } from '../src/runtime/manifest.ts';
import { verifyDecisions } from '../src/runtime/verify.ts';
import { emptyLive, foldLive } from '../src/store/live-state.ts';
import { asRecs } from '../src/store/record.ts';
import { runWord } from '../src/store/run-status.ts';
import { listFiles } from '../test/golden/files.ts';
import { ENDINGS } from './lib/golden-runs.ts';

const ROOT = 'test/golden';

const make = async (name: string): Promise<void> => {
  const to = join(ROOT, `v${RECORD_VERSION}-${name}`);
  if (existsSync(to)) return;
  const home = mkdtempSync(join(tmpdir(), 'turingos-golden-'));
  try {
    const dir = await (ENDINGS[name] as (home: string) => Promise<string>)(home);
    keep(dir, to);
    writeFileSync(join(to, 'expected.json'), `${JSON.stringify(await expectation(to), null, 2)}\n`);
    console.log(`${to}: ${refuseLocal(to, [home, process.cwd(), hostname()])} bytes`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

/** The run without what belongs to one machine or one process: locks, logs, indexes, and where its socket was. */
const keep = (dir: string, to: string): void => {
  const manifest = readManifest(dir);
  if (manifest === undefined) throw new Error(`${dir} has no run.json`);
  mkdirSync(to, { recursive: true });
  for (const name of ['journal', 'blobs', 'grader.json']) {
    if (existsSync(join(dir, name))) cpSync(join(dir, name), join(to, name), { recursive: true });
  }
  rmSync(join(to, 'journal', 'lock'), { force: true });
  writeManifest(to, { ...manifest, socket: 'control.sock' });
};

/** What every later version must find in it. */
const expectation = async (to: string) => {
  let live = emptyLive;
  let head = '';
  for await (const record of readRecords(to, { check: true, hydrate: true })) {
    live = asRecs([record]).reduce(foldLive, live);
    head = record.hash;
  }
  const { stateHash, incomplete } = await verifyDecisions(to);
  const { outcome, reason, lastSeq } = live.info;
  return {
    made: readManifest(to)?.code,
    outcome,
    reason,
    word: runWord(live, outcome === null),
    tick: live.kernel.tick,
    records: lastSeq,
    head,
    worldHash: live.kernel.worldHash,
    stateHash,
    incomplete,
  };
};

/** @returns bytes; @throws where a file names this machine or a place on it */
const refuseLocal = (to: string, local: readonly string[]): number => {
  let bytes = 0;
  for (const path of listFiles(to)) {
    const text = readFileSync(path, 'utf8');
    bytes += Buffer.byteLength(text);
    const found = local.find((word) => text.includes(word));
    if (found !== undefined) throw new Error(`${path} names ${found}`);
  }
  return bytes;
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => ENDINGS[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no golden run ${unknown.join(', ')}; there are: ${Object.keys(ENDINGS).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const name of wanted.length === 0 ? Object.keys(ENDINGS) : wanted) await make(name);
}
