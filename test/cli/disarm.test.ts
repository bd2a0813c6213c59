/** `turingos disarm`: an armed fault of a living run is taken back by its number, which `inject --list` tells. */
import { expect, test } from 'vitest';
import { allRecords } from '../runtime/rig.ts';
import { lastJson, newHome, slowRun, turingos } from './harness.ts';

const armedRun = async () => {
  const home = newHome();
  const { id, dir } = await slowRun(home);
  // So seldom that it is armed as long as the run lasts.
  const armed = ['brain.garbage', '--target', 'planner', '--rate', '0.001'];
  expect(await turingos('inject', id, ...armed, '--home', home)).toMatchObject({ code: 0, stderr: '' });
  const disarmed = async () => (await allRecords(dir)).filter(({ kind }) => kind === 'fault.disarmed');
  return { id, home, disarmed, disarm: (...args: string[]) => turingos('disarm', id, ...args, '--home', home) };
};

test('is told beforehand with --dry-run, done once under an id, and nothing where it is so already', async () => {
  const { id, home, disarm, disarmed } = await armedRun();
  const done = 'fault 1 is disarmed; where it is under way already it still strikes\n';
  expect(await disarm('1', '--dry-run')).toMatchObject({
    code: 0,
    stdout: `${id}: dry run, nothing is done: ${done}`,
  });
  expect(await disarmed()).toEqual([]);
  expect(await disarm('1', '--id', 'a1')).toMatchObject({ code: 0, stderr: '', stdout: `${id}: ${done}` });
  expect(await disarm('1', '--id', 'a1')).toMatchObject({
    code: 0,
    stdout: `${id}: done before, under this id: ${done}`,
  });
  expect(await disarm('1')).toMatchObject({ code: 0, stdout: expect.stringContaining(`${id}: nothing to do: `) });
  expect(await disarmed()).toMatchObject([{ id: 1 }]);
  await turingos('kill', id, '--home', home);
  expect(await turingos('verify', id, '--home', home)).toMatchObject({ code: 0, stderr: '' });
});

test('of what is not armed is one sentence: a number that no fault has, or none at all', async () => {
  const { id, home, disarm, disarmed } = await armedRun();
  expect(await disarm('9')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'turingos: disarm did nothing: there is no fault 9\n',
  });
  for (const words of [[], ['brain.garbage'], ['1', '2'], ['0']]) {
    expect(await disarm(...words)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^turingos: disarm needs the number of a fault: for example `disarm 2`; see .*\n$/),
    });
  }
  expect(await disarmed()).toEqual([]);
  await turingos('kill', id, '--home', home);
  expect(await disarm('1')).toMatchObject({ code: 75, stderr: expect.stringContaining(`run ${id} is not alive`) });
});

test('inject --list tells what is armed until it is taken back: number, target, rate, times left, strikes', async () => {
  const { id, home, disarm } = await armedRun();
  const list = (...args: string[]) => turingos('inject', id, '--list', ...args, '--home', home);
  await turingos('pause', id, '--home', home);
  const often = ['write.denied', '--target', 'any', '--times', '3'];
  expect(await turingos('inject', id, ...often, '--home', home)).toMatchObject({ code: 0, stderr: '' });
  const second = { number: 2, fault: 'write.denied', target: 'any', rate: null, times: 3, left: 3, strikes: 0 };
  expect(lastJson(await list('--json'))).toMatchObject({
    id,
    armed: [{ number: 1, fault: 'brain.garbage', target: 'planner', rate: 0.001, times: null, left: null }, second],
  });
  await disarm('1');
  expect(lastJson(await list('--json'))).toMatchObject({ armed: [second] });
  const { code, stdout, stderr } = await list();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').map((row) => row.split(/ {2,}/))).toEqual([
    ['NUMBER', 'FAULT', 'TARGET', 'RATE', 'LEFT', 'STRUCK'],
    ['2', 'write.denied', 'any', '-', '3', '0'],
    [''],
  ]);
  await disarm('2');
  expect(await list()).toMatchObject({ code: 0, stdout: `${id}: no fault is armed\n` });
  expect(await turingos('inject', id, 'brain.cut', '--list', '--home', home)).toMatchObject({ code: 2 });
  expect(await turingos('inject', id, '--home', home)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^turingos: inject needs one fault: for example .*\n$/),
  });
  await turingos('kill', id, '--home', home);
  expect(await list()).toMatchObject({ code: 75 });
});
