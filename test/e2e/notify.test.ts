// Who is told while nobody looks: the terminal's bell, and a command that cannot be had.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newDesk, recordsOf } from './harness/desk.ts';

/** What the program wrote, without the BELs that end control strings. */
const bells = (output: string): number =>
  output.replaceAll(/\u001b\][^\u0007\u001b]*\u0007/g, '').split('\u0007').length - 1;

/** A run that is looked at when it ends. */
const told = async (notify: object) => {
  const desk = newDesk();
  onTestFinished(() => desk.close());
  const file = join(desk.home, 'turingos.config.yaml');
  writeFileSync(file, JSON.stringify({ notify }));
  const id = await desk.begin('ledger-3', '--profile', 'sim', '--pace', '200', '--config', file);
  const pty = desk.open(['attach', id], { cwd: desk.home });
  await pty.waitFor(/LIVE +RUNNING/, 60_000);
  await desk.call('kill', id);
  await pty.waitFor(/ENDED +KILLED/, 60_000);
  pty.keys('q');
  await pty.exit;
  return { desk, id, rung: bells(pty.output()) };
};

test('the end of a run rings in its console; a command that cannot be had is said in one sentence, and harms nothing', async () => {
  const { desk, id, rung } = await told({ bell: true, command: ['/none/at all', '$HOME'] });
  expect(rung).toBe(1);
  const dir = desk.dir(id);
  const said = (await recordsOf(dir)).flatMap(({ kind, text }) => (kind === 'runtime.said' ? [String(text)] : []));
  const log = existsSync(join(dir, 'kernel.log')) ? readFileSync(join(dir, 'kernel.log'), 'utf8') : '';
  // The run may be over by the time that it is known.
  expect([...said, ...log.split('\n')].filter((text) => text.includes('notify:'))).toEqual([
    'Nobody was told by `notify:`: /none/at all cannot be started (ENOENT); the run is not touched by that.',
  ]);
  expect((await desk.call('verify', id)).code).toBe(0);
}, 120_000);

test('without bell: true nothing rings', async () => {
  expect((await told({})).rung).toBe(0);
}, 120_000);
