import { afterAll, describe, expect, it } from 'vitest';
import { faultyWorld } from '../../../src/adapters/chaos/faulty-world.ts';
import { createMemoryWorld } from '../../../src/adapters/worlds/memory.ts';
import { MAX_FILE } from '../../../src/adapters/worlds/memory-core.ts';
import type { RestorableWorld } from '../../../src/adapters/worlds/restorable.ts';
import { openWorkspaceWorld } from '../../../src/adapters/worlds/workspace/workspace.ts';
import type { WorldRequest } from '../../../src/kernel/records/events.ts';
import type { LastingWorld } from '../../../src/runtime/ports.ts';
import { log, worldConformance, write } from '../world-conformance.ts';
import { drop, type Place, perform, scratch } from './worlds.ts';

type Files = Record<string, string>;
type Both = RestorableWorld & LastingWorld;
/** `again`: as a new process takes the world up, whatever the first one was doing. */
type Kept = { world: Both; again(): Promise<Both> };

const places: Place[] = [];
const place = (): Place => {
  places.push(scratch());
  return places.at(-1) as Place;
};
afterAll(() => places.forEach(drop));

const memory = async (files: Files): Promise<Kept> => ({
  world: createMemoryWorld(files),
  again: async () => createMemoryWorld(files),
});
const workspace = async (files: Files): Promise<Kept> => {
  const at = place();
  const open = () => openWorkspaceWorld({ ...at, files, sandbox: null });
  return { world: await open(), again: open };
};

worldConformance('workspace', async (files) => (await workspace(files)).world, 20);
worldConformance('faulty workspace', async (files) => faultyWorld((await workspace(files)).world), 5);

describe.each([
  ['memory', memory],
  ['workspace', workspace],
])('%s world', (_, make) => {
  const START = { 'a/b': 'one\n', c: 'two\n' };
  const state = async (world: Both): Promise<unknown> => [
    await world.hash(),
    Object.fromEntries(await world.files()),
    await perform(world, log()),
  ];

  it.each<[string, WorldRequest, string, string]>([
    ['an absolute path', write('/etc/x', 'replace', ''), 'EINVAL', '/etc/x: a path must be relative'],
    ['a way up', write('../x', 'replace', ''), 'EINVAL', '../x: a path must not hold the segment ".."'],
    ['an empty segment', write('a//x', 'replace', ''), 'EINVAL', 'a//x: a path must not hold the segment ""'],
    ['a NUL', write('a\0b', 'replace', ''), 'EINVAL', 'a\0b: a path must not hold control characters'],
    ['a line break', write('a\nb', 'replace', ''), 'EINVAL', 'a\nb: a path must not hold control characters'],
    ['the root', write('./', 'replace', ''), 'EISDIR', './: is a directory'],
    ['a directory', write('a', 'append', ''), 'EISDIR', 'a: is a directory'],
    ['a file on the way', write('c/x/y', 'replace', ''), 'ENOTDIR', 'c/x/y: c is a file'],
    ['no patch', write('c', 'patch', 'x'), 'EINVAL', 'c: not a unified diff: it has no hunk'],
    ['a log of nowhere', log({ target: '../x' }), 'EINVAL', '../x: a path must not hold the segment ".."'],
    ['a log since nothing', log({ since: '--all' }), 'EINVAL', 'since --all: the log shows no such hash'],
  ])('refuses %s in the same words', async (_, request, errno, detail) => {
    const { world } = await make(START);
    expect(await perform(world, request)).toMatchObject({ ok: false, errno, detail });
  });

  it.each(['a/b/', 'a/b/c', 'x', 'x/y', 'c/'])('sees nothing at %s', async (target) => {
    const { world } = await make(START);
    expect(await world.observe(target)).toMatchObject({ ok: false, why: 'no such file; SYS_WRITE creates it' });
  });

  it('shows an empty world as an empty page', async () => {
    const { world } = await make({});
    expect(await world.observe('./')).toMatchObject({ ok: true, text: '' });
  });

  it('bounds a file', async () => {
    const { world } = await make({ a: 'é'.repeat(MAX_FILE - 1) });
    expect(await perform(world, write('a', 'append', 'y'))).toMatchObject({ ok: true });
    expect(await perform(world, write('a', 'append', 'z'))).toMatchObject({
      ok: false,
      errno: 'EFBIG',
      detail: `a: a file holds at most ${MAX_FILE} characters`,
    });
  });

  it('gives lone surrogates the form that they have in UTF-8', async () => {
    const { world } = await make({});
    await perform(world, write('a', 'replace', '\ud800'));
    expect(await world.observe('a')).toMatchObject({ text: '\ufffd' });
  });

  it('refuses to begin with a path that is none', async () => {
    await expect(async () => make({ '../a': '' })).rejects.toThrow(RangeError);
    await expect(async () => make({ a: '', 'a/b': '' })).rejects.toThrow(RangeError);
  });

  it('takes the last op back, once', async () => {
    const { world } = await make(START);
    await perform(world, write('c', 'replace', '1'));
    const before = await state(world);
    await perform(world, write('new/d', 'replace', '2'));
    await world.undo();
    expect(await state(world)).toEqual(before);
    await world.undo();
    expect(await state(world)).toEqual(before);
    await perform(world, write('c', 'replace', '3'));
    await perform(world, write('a', 'replace', 'refused'));
    await world.undo();
    expect(await world.observe('c')).toMatchObject({ text: '3' });
  });

  it('is put back for a new process: files, hash and log', async () => {
    const { world, again } = await make(START);
    const writes = [write('c', 'append', 'x'), write('d/e', 'replace', 'y'), write('c', 'replace', 'two\n')];
    const states: [string, unknown][] = [];
    for (const request of writes) {
      await perform(world, request);
      states.push([await world.hash(), await state(world)]);
    }
    for (const [i, [hash, wanted]] of states.entries()) {
      const taken = await again();
      await taken.restoreTo(hash, { past: '', writes: writes.slice(0, i + 1) });
      expect(await state(taken)).toEqual(wanted);
    }
  });

  it('tells states of one hash apart by the writes that led to them', async () => {
    const { world, again } = await make(START);
    const writes = [write('c', 'replace', 'x'), write('c', 'replace', 'y'), write('c', 'replace', 'x')];
    await perform(world, writes[0] as WorldRequest);
    const [hash, wanted] = [await world.hash(), await state(world)];
    await perform(world, writes[1] as WorldRequest);
    await perform(world, writes[2] as WorldRequest);
    expect(await world.hash()).toBe(hash);
    const taken = await again();
    await taken.restoreTo(hash, { past: '', writes: writes.slice(0, 1) });
    expect(await state(taken)).toEqual(wanted);
  });

  it('says so where a state cannot be put back', async () => {
    const { again } = await make(START);
    const taken = await again();
    await expect(taken.restoreTo('0'.repeat(64), { past: '', writes: [] })).rejects.toThrow(/00000000/);
  });
});
