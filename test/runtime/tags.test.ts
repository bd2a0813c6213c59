import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { appendTag, readTagLines, type TagLine } from '../../src/runtime/tags.ts';

const newDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-tags-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

const tag = (tick: number, text = 'drops the hex'): TagLine => ({
  ...{ tick, seq: 9 * tick, text, labels: ['handle'], by: 'operator' },
  at: '2026-01-05T09:12:00.000Z',
});

test('tags are lines beside the journal', () => {
  const dir = newDir();
  expect(readTagLines(dir)).toEqual([]);
  appendTag(dir, tag(79));
  appendTag(dir, tag(14, 'é "quoted"\nand broken'));
  expect(readTagLines(dir)).toEqual([tag(79), tag(14, 'é "quoted"\nand broken')]);
  expect(readFileSync(join(dir, 'tags.ndjson'), 'utf8').split('\n')).toHaveLength(3);
});

test('a line that a crash tore, at any byte, is nobody’s tag and spoils no other', () => {
  const whole = `${JSON.stringify(tag(2))}\n`;
  for (let bytes = 0; bytes < whole.length - 1; bytes += 1) {
    const dir = newDir();
    appendTag(dir, tag(1));
    appendFileSync(join(dir, 'tags.ndjson'), whole.slice(0, bytes));
    expect(readTagLines(dir)).toEqual([tag(1)]);
    appendTag(dir, tag(3));
    expect(readTagLines(dir)).toEqual(bytes === whole.length - 1 ? [tag(1), tag(2), tag(3)] : [tag(1), tag(3)]);
  }
});

test('what is no tag is left out', () => {
  const dir = newDir();
  writeFileSync(join(dir, 'tags.ndjson'), 'x\n{}\n[]\nnull\n{"tick":-1}\n');
  appendTag(dir, tag(5));
  expect(readTagLines(dir)).toEqual([tag(5)]);
});

test('where nothing can be written, one sentence says where and why', () => {
  const dir = newDir();
  mkdirSync(join(dir, 'tags.ndjson'));
  expect(() => appendTag(dir, tag(1))).toThrow(
    /^the tag cannot be written to .*tags\.ndjson \(EISDIR\): make it writable$/,
  );
  expect(readTagLines(dir)).toEqual([]);
});
