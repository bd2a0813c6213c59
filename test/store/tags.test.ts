import fc from 'fast-check';
import { expect, test } from 'vitest';
import { currentTags, isEmptyTag, parseTag, type Tag, tagSummary, tagText } from '../../src/store/tags.ts';
import { runs } from '../helpers/fc.ts';

const tag = (tick: number, typed: string): Tag => ({ tick, seq: tick * 9, ...parseTag(typed), by: 'operator', at: '' });

test('labels are taken out of the text', () => {
  expect(parseTag('drops the hex  #handle keeps the name #sft-candidate #handle')).toEqual({
    text: 'drops the hex keeps the name',
    labels: ['handle', 'sft-candidate'],
  });
  expect(parseTag('c# and issue#3 are words')).toEqual({ text: 'c# and issue#3 are words', labels: [] });
  expect(isEmptyTag(parseTag('  '))).toBe(true);
});

test('what is edited and left as it was is the same tag', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '#', '-', '1', 'é', '\n') }), (typed) => {
      const once = parseTag(typed);
      expect(parseTag(tagText(once))).toEqual(once);
    }),
    { numRuns: runs },
  );
});

test('of one tick the newest tag counts; an empty one takes it away', () => {
  const written = [tag(79, 'one'), tag(14, 'two'), tag(79, 'three #x'), tag(20, 'gone'), tag(20, '')];
  expect(currentTags(written).map(({ tick, text }) => [tick, text])).toEqual([
    [14, 'two'],
    [79, 'three'],
  ]);
});

test('labels with their ticks, then what has no label', () => {
  const tags = [tag(12, 'plain'), tag(79, '#handle #sft'), tag(140, '#sft')];
  expect(tagSummary(tags)).toBe('#handle t79  #sft t79 t140  t12');
  expect(tagSummary([])).toBe('');
});
