/** `--sandbox none`: what is bounded all the same, and what is not. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox } from '../../../src/adapters/sandbox/sandbox.ts';
import { Fenced, processesWith, SECRET } from './fenced.ts';

let box: Fenced;
beforeAll(async () => {
  box = await Fenced.open(process.getuid?.() ?? -1, 'none');
});
afterAll(() => box.close());

test('it says what it is', async () => {
  expect((await openSandbox('none')).kind).toBe('none');
});

test('there is no fence: what the attacks reach for is there to be read', async () => {
  expect(await box.sh('cat ../journal.jsonl')).toBe(`${SECRET}\n`);
});

test('the environment holds no key', async () => {
  const text = await box.output(['env']);
  expect(text).toContain(`HOME=${box.workspace}`);
  expect(text).not.toContain(SECRET);
});

test('exit, both streams in order, and a signal as 128 and its number', async () => {
  expect(await box.exec(['sh', '-c', 'echo 1; echo 2 >&2; exit 3'])).toEqual({ ok: true, exit: 3, output: '1\n2\n' });
  expect(await box.exec(['sh', '-c', 'kill -9 $$'])).toEqual({ ok: true, exit: 137, output: '' });
});

test('the deadline ends the process group', async () => {
  const word = `none-${randomUUID()}`;
  const result = await box.exec(['sh', '-c', `sleep 600 & sleep 600; # ${word}`], { deadlineMs: 400 });
  expect(result).toMatchObject({ ok: false, errno: 'ETIMEDOUT', timedOut: true });
  await expect.poll(() => processesWith(word)).toEqual([]);
});

test('what is in the background ends with the command, and a daemon that keeps the output open is not waited for', async () => {
  const word = `none-${randomUUID()}`;
  expect(await box.sh(`sh -c 'sleep 600; # ${word}' & echo done`)).toBe('done\n');
  await expect.poll(() => processesWith(word)).toEqual([]);
  expect(await box.sh('setsid sleep 3 & echo done')).toBe('done\n');
});

test('output, file size, CPU time and memory are bounded', async () => {
  const limits = { outputBytes: 100, fileBytes: 1000, cpuSeconds: 1, memoryBytes: 100e6 };
  expect(await box.sh('yes | head -c 5000', { limits })).toMatch(/^(y\n){50}\[of 5000 bytes of output, .*dropped\]\n$/);
  const dd = ['dd', 'if=/dev/zero', 'of=big', 'bs=5000', 'count=1'];
  expect(await box.exec(dd, { limits })).toMatchObject({ ok: false, errno: 'EFBIG' });
  const hog = ['perl', '-e', 'push @a, "x" x 4_000_000 while 1'];
  expect(await box.exec(hog, { limits })).toMatchObject({ ok: false, errno: 'ENOMEM' });
  expect(await box.exec(['perl', '-e', '1 while 1'], { limits })).toMatchObject({ ok: false, errno: 'ETIME' });
});

test('a program that is not there', async () => {
  expect(await box.exec(['no-such-program'])).toMatchObject({ ok: false, errno: 'ENOENT' });
});
