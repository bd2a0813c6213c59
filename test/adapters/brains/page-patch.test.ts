import { array, assert as check, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchOf } from '../../../src/adapters/brains/page-patch.ts';
import { patchText } from '../../../src/adapters/worlds/patch.ts';

describe('a patch made of what stands on a page', () => {
  it('changes the whole file as it would change the page, wherever the page stands in it', () => {
    const line = array(constantFrom('a', 'b', ' ', '+', '-', '@@'), { maxLength: 6 }).map((parts) => parts.join(''));
    const lines = array(line, { maxLength: 12 });
    check(
      property(lines, lines, lines, lines, (above, before, after, below) => {
        const text = (parts: string[]): string => parts.map((part) => `${part}\n`).join('');
        const page = `${text(before)}the wrong\nthing\n${text(after)}`;
        const patch = patchOf(page, /wrong\n(thing)/, 'right\nand proper $1');
        expect(patchText(`${text(above)}${page}${text(below)}`, patch)).toEqual({
          ok: true,
          text: `${text(above)}${text(before)}the right\nand proper thing\n${text(after)}${text(below)}`,
        });
      }),
    );
  });

  it('is none where nothing on the page matches', () => {
    expect(patchOf('a\nb\n', /c/, 'd')).toBe('');
  });
});
