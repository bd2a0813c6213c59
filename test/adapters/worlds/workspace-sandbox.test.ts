/** Commands in the real sandbox: what they leave behind is held or undone, also where they run as another user. */
import { lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSandbox, type Sandbox, SandboxUnavailable } from '../../../src/adapters/sandbox/sandbox.ts';
import { log, write } from '../world-conformance.ts';
import { perform, sh, workspace } from './worlds.ts';

const open = (): Promise<Sandbox | string> =>
  openSandbox('auto').catch((error: Error) => {
    if (error instanceof SandboxUnavailable) return error.message;
    throw error;
  });
const sandbox = await open();

describe.skipIf(typeof sandbox === 'string')(
  `a workspace with a sandbox${typeof sandbox === 'string' ? `: ${sandbox}` : ''}`,
  () => {
    const fenced = (files: Record<string, string>) => workspace(files, sandbox as Sandbox);

    it('shares files with commands, both ways', async () => {
      const w = await fenced({ 'rows/r01': '1\n' });
      const start = await w.hash();
      expect(await perform(w, sh('cat rows/r01'))).toMatchObject({
        ok: true,
        exit: 0,
        output: '1\n',
        worldHash: start,
      });
      expect(await perform(w, sh('echo 2 >> rows/r01; mkdir new; echo 3 > new/x; chmod 755 new/x'))).toMatchObject({
        ok: true,
        exit: 0,
        output: '',
      });
      expect(await perform(w, write('rows/r01', 'append', '4\n'))).toMatchObject({ ok: true });
      expect(await perform(w, write('made/here', 'replace', '5\n'))).toMatchObject({ ok: true });
      expect(await perform(w, sh('cat rows/r01; echo 6 >> made/here; rm new/x; cat made/here'))).toMatchObject({
        exit: 0,
        output: '1\n2\n4\n5\n6\n',
      });
      expect(await perform(w, log({ target: 'new' }))).toMatchObject({
        output: expect.stringMatching(/^\w{8} 4 SYS_EXEC sh .*\n\w{8} 1 SYS_EXEC sh .*\n$/),
      });
    });

    it('puts back what a command leaves, with the owner that commands run as', async () => {
      const w = await fenced({ 'rows/r01': '1\n', note: 'n\n' });
      await perform(w, sh('chmod 600 note; chmod 2750 rows'));
      const hash = await w.hash();
      const done = await perform(w, sh('rm -r rows; echo x > note; mkfifo pipe; chmod 000 note .'));
      expect(done).toMatchObject({ ok: false, errno: 'ENOTSUP', worldHash: hash });
      expect(await w.hash()).toBe(hash);
      const { uid } = lstatSync(w.place.dir);
      expect(['note', 'rows', 'rows/r01'].map((path) => lstatSync(join(w.place.dir, path)).uid)).toEqual([
        uid,
        uid,
        uid,
      ]);
      expect(await perform(w, sh('cat note rows/r01; echo x >> rows/r01'))).toMatchObject({
        exit: 0,
        output: 'n\n1\n',
      });
    });

    it('ends a command that is called off, and undoes it', async () => {
      const w = await fenced({ a: '1' });
      const hash = await w.hash();
      const controller = new AbortController();
      const running = w.perform(sh('echo started > a; sleep 600'), controller.signal);
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (lstatSync(join(w.place.dir, 'a')).size === 8) break;
      }
      controller.abort();
      expect(await running).toMatchObject({ ok: false, worldHash: hash });
      expect(await w.observe('a')).toMatchObject({ text: '1', worldHash: hash });
    });

    it('has no way out of it for links that commands make', async () => {
      const w = await fenced({ a: '1' });
      writeFileSync(join(w.place.run, 'secret'), 'TOP-SECRET');
      const before = readdirSync(w.place.run);
      await perform(
        w,
        sh('ln -s ../secret l1; ln -s /proc/1/root/etc/shadow l2; ln -s .. up; ln ../secret hard; ln a twin; true'),
      );
      for (const target of ['l1', 'l2', 'up/secret', 'up/run.json', 'hard']) {
        expect(await w.observe(target)).toMatchObject({ ok: false });
      }
      expect(await perform(w, write('l1', 'replace', 'x'))).toMatchObject({ ok: false, errno: 'ELOOP' });
      expect(await perform(w, write('up/escaped', 'replace', 'x'))).toMatchObject({ ok: false, errno: 'ELOOP' });
      expect(await perform(w, write('twin', 'append', '2'))).toMatchObject({ ok: true });
      expect(await w.observe('a')).toMatchObject({ text: '1' });
      expect(readdirSync(w.place.run)).toEqual(before);
    });
  },
);
