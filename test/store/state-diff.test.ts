import { expect, test } from 'vitest';
import { diffStates } from '../../src/adapters/worlds/workspace/diff.ts';
import { ObjectStore } from '../../src/adapters/worlds/workspace/objects.ts';
import { dirNode, type FileNode } from '../../src/adapters/worlds/workspace/tree.ts';
import { readStateDiff } from '../../src/store/tick-view/state-diff.ts';
import { scratch } from '../runtime/rig.ts';

const store = (): ObjectStore => new ObjectStore(scratch());
const file = (on: ObjectStore, text: string, mode = 0o644): FileNode => ({
  type: 'file',
  mode,
  id: on.put('blob', Buffer.from(text)),
  seen: null,
});
const root = (files: Record<string, FileNode>) => dirNode(0o755, Object.entries(files));
const drawn = (text: string, most = 100): string[] =>
  readStateDiff(text, most).lines.map(({ sign, text: line }) => `${sign}${line}`);

test('a file that is new, one that changed in two places, and one that is gone', () => {
  const on = store();
  const many = Array.from({ length: 20 }, (_, i) => `${i}\n`).join('');
  const before = root({ 'a b': file(on, many), gone: file(on, 'x') });
  const after = root({
    'a b': file(on, many.replace('1\n', 'one\n').replace('18\n', '')),
    new: file(on, 'y\n', 0o755),
  });
  const text = diffStates(before, after, on);
  expect(readStateDiff(text, 100)).toMatchObject({ plus: 2, minus: 3, paths: 3, isNew: false });
  expect(drawn(text)).toEqual([
    '@a b',
    ...[' 0', '-1', '+one', ' 2', ' 3', ' 4', ' 5'],
    '@line 15',
    ...[' 14', ' 15', ' 16', ' 17', '-18', ' 19'],
    '@gone',
    '@deleted file, mode 644',
    ...['-x', ' (no newline at its end)'],
    '@new',
    '@new file, mode 755',
    '+y',
  ]);
});

test('lines that look like heads are lines', () => {
  const on = store();
  const before = root({ a: file(on, '-- b\ndiff a/x b/x\n@@ -1 +1 @@\n') });
  const after = root({ a: file(on, '++ c\n') });
  expect(drawn(diffStates(before, after, on))).toEqual(['@a', '--- b', '-diff a/x b/x', '-@@ -1 +1 @@', '+++ c']);
});

test('modes and binary files are told, a first file that is new is said to be, and all of it is bounded', () => {
  const on = store();
  const binary = diffStates(root({ a: file(on, '\0') }), root({ a: file(on, '\0\0', 0o600) }), on);
  expect(drawn(binary)).toEqual([
    '@a',
    '@old file, mode 644',
    '@new file, mode 600',
    '@contents differ: 1 bytes, then 2',
  ]);
  const fresh = diffStates(root({}), root({ a: file(on, 'x\n'.repeat(500)) }), on);
  expect(readStateDiff(fresh, 7)).toMatchObject({ isNew: true, plus: 500 });
  expect(readStateDiff(fresh, 7).lines).toHaveLength(7);
});
