import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../src/screens/live/layout.ts';
import { initialUi, type PaneId } from '../../src/store/ui-store.ts';

const panes = (columns: number, rows: number, change: Partial<typeof initialUi> = {}) =>
  layoutOf(columns, rows, { ...initialUi, ...change }).panes.map((placed) => placed.pane);

test('120×40 has every pane at once, 80×24 has a slot that several share', () => {
  expect(panes(120, 40)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(panes(80, 24)).toEqual([1, 2, 4, 6, 7]);
  expect(panes(80, 24, { slot: 8 })).toEqual([1, 2, 8, 6, 7]);
});

test('below 80×24 the history goes first, then the streams share a slot', () => {
  expect(layoutOf(80, 24, initialUi).history).toBe(2);
  expect(layoutOf(60, 20, initialUi).history).toBe(-1);
  expect(panes(60, 20)).toEqual([1, 4, 7]);
  expect(panes(60, 20, { stream: 2, slot: 6 })).toEqual([2, 6, 7]);
});

test('spare rows go to the streams', () => {
  const height = (rows: number) => layoutOf(120, rows, initialUi).panes[0]?.height ?? 0;
  expect(height(60) - height(40)).toBeGreaterThanOrEqual(12);
});

describe('at any size', () => {
  const sizes: [number, number][] = [];
  for (const columns of [1, 20, 30, 47, 60, 79, 80, 99, 100, 120, 200]) {
    for (const rows of [1, 5, 8, 9, 12, 16, 20, 23, 24, 30, 36, 40, 70]) sizes.push([columns, rows]);
  }
  const choices: Partial<typeof initialUi>[] = [{}, { zoom: true }, { slot: 6 }, { stream: 2 }, { left: 8 }];
  test.each(choices)('no two panes overlap, none leaves the screen: %j', (change) => {
    for (const [columns, rows] of sizes) {
      const layout = layoutOf(columns, rows, { ...initialUi, ...change });
      const taken = new Map<string, PaneId>();
      for (const { pane, x, y, width, height } of layout.panes) {
        expect(width).toBeGreaterThan(0);
        expect(height).toBeGreaterThan(1);
        for (let row = y; row < y + height; row += 1) {
          expect([columns, rows, pane, row < layout.status && row > layout.panic]).toEqual([columns, rows, pane, true]);
          for (const column of [x, x + width - 1]) {
            expect(column).toBeLessThan(columns);
            expect(taken.get(`${row} ${column}`)).toBeUndefined();
            taken.set(`${row} ${column}`, pane);
          }
        }
      }
    }
  });
});
