import { describe, expect, test } from 'vitest';
import { watchedPanes, watchLayout } from '../../src/screens/watch/watch-layout.ts';

describe('names of panes', () => {
  test('in the order in which they are asked for, each once', () => {
    expect(watchedPanes(['caps', 'thrash', 'caps'])).toEqual([4, 0]);
  });
  test('what is no pane is none', () => {
    expect(watchedPanes(['caps', 'toString'])).toBeUndefined();
    expect(watchedPanes([''])).toBeUndefined();
  });
});

describe('where they are', () => {
  test('gauges and the time line as high as they need, the others share the rest', () => {
    const { gauges, panes } = watchLayout(80, 30, [0, 4, 7, 6]);
    expect(gauges).toEqual({ y: 1, height: 3 });
    expect(panes.map(({ pane, y, height }) => [pane, y, height])).toEqual([
      [4, 4, 11],
      [7, 15, 4],
      [6, 19, 11],
    ]);
  });
  test('every row is used, and none twice, at any size', () => {
    for (let rows = 1; rows < 60; rows += 1) {
      const { header, gauges, panes } = watchLayout(60, rows, [1, 0, 2, 3]);
      const parts = [...panes, ...(gauges === null ? [] : [gauges])].sort((a, b) => a.y - b.y);
      let y = header ? 1 : 0;
      for (const part of parts) {
        expect(part.y).toBe(y);
        y += part.height;
      }
      expect(y).toBe(rows);
    }
  });
  test('where there is too little room the last ones go', () => {
    expect(watchLayout(60, 6, [4, 6]).panes.map(({ pane }) => pane)).toEqual([4]);
  });
});
