/** What any `World` must do. Each implementation calls this with a way to make one from files. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RestorableWorld } from '../../src/adapters/worlds/restorable.ts';
import type { WorldRequest } from '../../src/kernel/records/events.ts';
import type { Performed } from '../../src/runtime/ports.ts';

type Make = (files: Record<string, string>) => Promise<RestorableWorld> | RestorableWorld;
type WriteMode = 'replace' | 'append' | 'patch';

const START = {
  'rows/r01': 'add 1 and 2\n',
  'rows/r02': 'add 3 and 4\n',
  'rows/old/r00': 'x',
  'note.txt': 'a\nb\nc\n',
};
const PATCH = '--- a/note.txt\n+++ b/note.txt\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n';

export const write = (target: string, mode: WriteMode, content: string): WorldRequest => ({
  op: 'SYS_WRITE',
  target,
  mode,
  content,
});
export const log = (more: { target?: string; limit?: number; grep?: string; since?: string } = {}): WorldRequest => ({
  op: 'SYS_GIT_LOG',
  target: './',
  limit: 50,
  ...more,
});

/** @param numRuns of the property: fewer where each op goes to a disk */
export const worldConformance = (name: string, make: Make, numRuns = 200): void => {
  describe(`${name} world`, () => {
    const open: RestorableWorld[] = [];
    const world = async (files: Record<string, string> = START): Promise<RestorableWorld> => {
      const made = await make(files);
      open.push(made);
      return made;
    };
    const perform = (on: RestorableWorld, request: WorldRequest): Promise<Performed> =>
      on.perform(request, new AbortController().signal);
    const textOf = async (on: RestorableWorld, target: string): Promise<string | undefined> => {
      const seen = await on.observe(target);
      return seen.ok ? seen.text : undefined;
    };
    const snapshotOf = async (on: RestorableWorld): Promise<[string, Record<string, string>]> => [
      await on.hash(),
      Object.fromEntries(await on.files()),
    ];

    afterEach(async () => {
      await Promise.all(open.splice(0).map((each) => each.dispose()));
    });

    it('shows a file, and a directory as sorted names', async () => {
      const w = await world({ ...START, 'rows/B': '', 'rows/é': '' });
      expect(await textOf(w, 'rows/r01')).toBe('add 1 and 2\n');
      expect(await textOf(w, 'rows/')).toBe('B\nold/\nr01\nr02\né');
      expect(await textOf(w, 'rows')).toBe('B\nold/\nr01\nr02\né');
      expect(await textOf(w, './')).toBe('note.txt\nrows/');
    });

    it('says why where there is nothing to see, with the same hash', async () => {
      const w = await world();
      const seen = await w.observe('rows/r99');
      expect(seen).toMatchObject({ ok: false, worldHash: await w.hash() });
      expect(seen.ok ? '' : seen.why).toMatch(/^no such file/);
      expect((await w.observe('../secret')).ok).toBe(false);
      expect((await w.observe('/etc/passwd')).ok).toBe(false);
    });

    it('replaces, appends and patches', async () => {
      const w = await world();
      expect(await perform(w, write('out/a.txt', 'replace', 'one\n'))).toMatchObject({ ok: true, exit: 0 });
      expect(await perform(w, write('out/a.txt', 'append', 'two\n'))).toMatchObject({ ok: true });
      expect(await textOf(w, 'out/a.txt')).toBe('one\ntwo\n');
      expect(await perform(w, write('note.txt', 'patch', PATCH))).toMatchObject({ ok: true });
      expect(await textOf(w, 'note.txt')).toBe('a\nB\nc\n');
    });

    it.each([
      ['a patch that does not apply', write('rows/r01', 'patch', PATCH), 'EINVAL'],
      ['a patch that is none', write('note.txt', 'patch', 'b -> B'), 'EINVAL'],
      ['a file as a directory', write('note.txt/x', 'replace', 'x'), 'ENOTDIR'],
      ['a directory as a file', write('rows', 'replace', 'x'), 'EISDIR'],
      ['a directory target', write('new/', 'replace', 'x'), 'EISDIR'],
      ['a way out', write('rows/../../x', 'replace', 'x'), 'EINVAL'],
    ])('refuses %s and changes nothing', async (_, request, errno) => {
      const w = await world();
      const before = await snapshotOf(w);
      expect(await perform(w, request)).toMatchObject({ ok: false, errno, worldHash: before[0], timedOut: false });
      expect(await snapshotOf(w)).toEqual(before);
    });

    it('does not perform what was called off', async () => {
      const w = await world();
      const before = await snapshotOf(w);
      const done = await w.perform(write('note.txt', 'replace', ''), AbortSignal.abort());
      expect(done.ok).toBe(false);
      expect(await snapshotOf(w)).toEqual(before);
    });

    it('hashes content, not history', async () => {
      const [a, b] = [await world(), await world()];
      expect(await a.hash()).toBe(await b.hash());
      await perform(a, write('x', 'replace', '1'));
      expect(await a.hash()).not.toBe(await b.hash());
      await perform(b, write('x', 'replace', '2'));
      expect(await a.hash()).not.toBe(await b.hash());
      await perform(b, write('x', 'replace', '1'));
      expect(await a.hash()).toBe(await b.hash());
    });

    it('tells a name from a content', async () => {
      const hashes = await Promise.all(
        [{ a: 'b', c: '' }, { a: '', c: 'b' }, { ab: '', c: '' }, { a: '' }, {}].map(async (files) =>
          (await world(files as Record<string, string>)).hash(),
        ),
      );
      expect(new Set(hashes).size).toBe(hashes.length);
    });

    it('logs committed writes, newest first', async () => {
      const w = await world();
      const printed = async (request: WorldRequest): Promise<string> => {
        const done = await perform(w, request);
        return done.ok ? done.output : done.errno;
      };
      await perform(w, write('rows/r03', 'replace', 'x'));
      await perform(w, write('note.txt', 'patch', 'nonsense'));
      await perform(w, write('note.txt', 'append', 'd\n'));
      const lines = (await printed(log())).split('\n');
      expect(lines).toHaveLength(3);
      expect(lines[0]).toMatch(/^[0-9a-f]{8} 2 SYS_WRITE note\.txt$/);
      expect(lines[1]).toMatch(/^[0-9a-f]{8} 1 SYS_WRITE rows\/r03$/);
      expect(await printed(log({ limit: 1 }))).toBe(`${lines[0]}\n`);
      expect(await printed(log({ target: 'rows/' }))).toBe(`${lines[1]}\n`);
      expect(await printed(log({ grep: 'note' }))).toBe(`${lines[0]}\n`);
      expect(await printed(log({ since: (lines[1] as string).slice(0, 8) }))).toBe(`${lines[0]}\n`);
    });

    it('is put back to a snapshot, log and all', async () => {
      const w = await world();
      await perform(w, write('x', 'replace', '1'));
      const [before, logged] = [await snapshotOf(w), await perform(w, log())];
      const kept = await w.snapshot();
      await perform(w, write('x', 'replace', '2'));
      await perform(w, write('y/z', 'replace', '3'));
      await w.restore(kept);
      await perform(w, write('x', 'append', 'not seen by the snapshot'));
      await w.restore(kept);
      expect(await snapshotOf(w)).toEqual(before);
      expect(await perform(w, log())).toEqual(logged);
    });

    it('is changed by an op that is done and by no other', async () => {
      const target = fc.constantFrom(
        'note.txt',
        'note.txt/x',
        'rows',
        'rows/',
        'rows/r01',
        'new',
        'new/a',
        'a//b',
        '..',
        'é',
      );
      const op: fc.Arbitrary<WorldRequest> = fc.oneof(
        fc.record({
          op: fc.constant('SYS_WRITE' as const),
          target,
          mode: fc.constantFrom<WriteMode>('replace', 'append', 'patch'),
          content: fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constant(PATCH)),
        }),
        fc.record({
          op: fc.constant('SYS_EXEC' as const),
          argv: fc.array(fc.constantFrom('cat', 'rm', 'rows/r01')),
        }),
        fc.record({
          op: fc.constant('SYS_GIT_LOG' as const),
          target,
          limit: fc.integer({ min: 1, max: 50 }),
        }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(op, { maxLength: 12 }), async (ops) => {
          const w = await world();
          for (const request of ops) {
            const before = await snapshotOf(w);
            const done = await perform(w, request);
            const after = await snapshotOf(w);
            expect(done.worldHash).toBe(after[0]);
            if (!done.ok || request.op !== 'SYS_WRITE') expect(after).toEqual(before);
          }
        }),
        { numRuns },
      );
    });
  });
};
