/** A kernel minds signals from its start: one that comes between its lock and its first record is journalled all the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockHolder } from '../../src/runtime/liveness.ts';
import { runDir, runIds } from '../../src/runtime/run-dir.ts';
import { allRecords } from '../runtime/rig.ts';
import { begin, newHome, slowRun, turingos } from './harness.ts';

const until = async <T>(look: () => T | undefined): Promise<T> => {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};

test('a SIGTERM as soon as there is a lock ends the run as killed', async () => {
  const home = newHome();
  const run = begin('run', 'ledger-12', '--headless', '--profile', 'sim', '--pace', '40', '--home', home);
  const id = await until(() => runIds(home)[0]);
  const holder = await until(() => lockHolder(runDir(home, id)));
  process.kill(holder.pid, 'SIGTERM');
  expect((await run.ended).code).toBe(130);
  const records = await allRecords(runDir(home, id));
  expect(records[0]).toMatchObject({ kind: 'run.started' });
  expect(records.find(({ kind }) => kind === 'run.ended')).toMatchObject({
    outcome: 'killed',
    reason: 'signal: SIGTERM',
  });
});

test('SIGUSR1 opens no debugger, neither in a run nor in its kernel', async () => {
  const home = newHome();
  const { proc, ended, id, dir, pid } = await slowRun(home);
  proc.kill('SIGUSR1');
  process.kill(pid, 'SIGUSR1');
  await turingos('kill', id, '--home', home);
  const { stderr } = await ended;
  expect(stderr).not.toContain('Debugger');
  expect(readFileSync(join(dir, 'kernel.log'), 'utf8')).not.toContain('Debugger');
});
