import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { patientOutput } from '../../src/screens/patient-output.ts';

/** A terminal that takes what it is sent when `go` is called. */
const stalled = () => {
  const waiting: (() => void)[] = [];
  let taken = '';
  const write = (chunk: Buffer, done: () => void): void => {
    waiting.push(() => {
      taken += String(chunk);
      done();
    });
  };
  const terminal = new Writable({ highWaterMark: 100, write: (chunk, _encoding, done) => write(chunk, done) });
  const go = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      next();
      await new Promise(setImmediate);
    }
  };
  return { terminal, stdout: terminal as NodeJS.WriteStream, go, taken: () => taken };
};

test('frames that a terminal has no room for are left out, and it gets one whole frame when it goes on', async () => {
  const { terminal, stdout, go, taken } = stalled();
  const output = patientOutput(stdout, () => output.stream.write('whole'));
  let done = 0;
  for (let i = 0; i < 1000; i += 1) output.stream.write('frame'.repeat(10), () => (done += 1));
  await new Promise(setImmediate);
  expect([terminal.writableLength, done]).toEqual([100, 998]);
  await go();
  expect(taken()).toBe(`${'frame'.repeat(20)}whole`);
});

test('what it insists on is left out by no terminal, and waits no longer than it is told to', async () => {
  const { stdout, go, taken } = stalled();
  const output = patientOutput(stdout, () => output.stream.write('whole'));
  for (let i = 0; i < 10; i += 1) output.stream.write('frame'.repeat(10));
  output.insist();
  output.stream.write('restored');
  expect(await new Promise((resolve) => output.drained(1, resolve))).toBe(false);
  const drained = new Promise((resolve) => output.drained(60_000, resolve));
  await go();
  expect(await drained).toBe(true);
  expect(taken()).toBe(`${'frame'.repeat(20)}restored`);
  expect(await new Promise((resolve) => output.drained(0, resolve))).toBe(true);
});
