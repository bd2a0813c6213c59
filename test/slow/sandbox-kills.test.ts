/** Execs that end at the worst moment, and many at once: nothing goes on. */
import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { Fenced, processesWith } from '../adapters/sandbox/fenced.ts';
import { requires } from '../helpers/requires.ts';

const missing = requires('bubblewrap');
const ours = process.getuid?.() ?? -1;
const TIMES = 50;
/** Long enough that the last ones hit a command that runs, ms. */
const SPREAD = 120;

describe.skipIf(missing !== undefined).each(ours === 0 ? [0, 12_345] : [ours])(
  `as user %i${missing ? ` (${missing})` : ''}`,
  (uid) => {
    let box: Fenced | undefined;
    afterEach(() => box?.close());

    test(`${TIMES} aborts, each a little later than the one before`, async () => {
      box = await Fenced.open(uid);
      const word = `abort-${randomUUID()}`;
      for (let n = 0; n < TIMES; n++) {
        const aborter = new AbortController();
        const running = box.exec(['sh', '-c', `sleep 600; # ${word}`], { signal: aborter.signal });
        await sleep((n * SPREAD) / TIMES);
        aborter.abort();
        expect(await running).toMatchObject({ ok: false, errno: 'ECANCELED' });
        expect(processesWith(word)).toEqual([]);
      }
    });

    test(`${TIMES} times our process is killed by SIGKILL in mid-exec`, { timeout: 300_000 }, async () => {
      for (let n = 0; n < TIMES; n++) {
        box = await Fenced.open(uid);
        const word = `kill-${randomUUID()}`;
        void box.exec(['sh', '-c', `sleep 600; # ${word}`]);
        await sleep((n * SPREAD) / TIMES);
        box.close();
        await expect.poll(() => processesWith(word), { timeout: 10_000 }).toEqual([]);
        // Nor does one begin that had not yet.
        await sleep(50);
        expect(processesWith(word)).toEqual([]);
      }
    });

    test('without a fence too, the command ends when we are killed', async () => {
      box = await Fenced.open(uid, 'none');
      const word = `none-${randomUUID()}`;
      void box.exec(['sh', '-c', `sleep 600 & sleep 600; # ${word}`]);
      await expect.poll(() => processesWith(word).length, { timeout: 10_000 }).toBeGreaterThan(0);
      box.close();
      await expect.poll(() => processesWith(word), { timeout: 10_000 }).toEqual([]);
    });

    test('20 sandboxes at once, one of which is a fork bomb, do not disturb each other', async () => {
      const open = await Fenced.open(uid);
      box = open;
      const word = `many-${randomUUID()}`;
      const bomb = open.exec(['perl', '-e', `fork while 1; # ${word}`], {
        limits: { processes: 50 },
        deadlineMs: 8_000,
      });
      const outputs = await Promise.all(
        [...Array(19).keys()].map(async (n) => {
          const workspace = join(open.run, `workspace-${n}`);
          mkdirSync(workspace);
          chownSync(workspace, uid, uid);
          const script = `echo ${n} >mine; ls; for i in 1 2 3 4 5; do (sleep 0.1; echo $i) & done; wait; cat mine # ${word}`;
          return open.output(['sh', '-c', script], { workspace });
        }),
      );
      for (const [n, output] of outputs.entries()) {
        expect(output.split('\n').filter(Boolean).sort()).toEqual(['1', '2', '3', '4', '5', 'mine', `${n}`].sort());
        expect(existsSync(join(open.run, `workspace-${n}`, 'mine'))).toBe(true);
      }
      expect(await bomb).toMatchObject({ ok: false, timedOut: true });
      expect(processesWith(word)).toEqual([]);
    });
  },
);
