import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeltaNotes } from '../../src/runtime/delta-notes.ts';
import { Waits } from '../../src/runtime/waits.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const text = (s: string) => ({ type: 'text', text: s, tokens: 1 }) as const;

describe('notes of a stream', () => {
  test('the first token at once, then at most 20 a second, nothing lost', () => {
    const notes: { text: string; tokens: number }[] = [];
    const deltas = new DeltaNotes(1, 1, (note) => notes.push(note));
    for (let i = 0; i < 200; i += 1) {
      deltas.add(text('x'));
      if (i === 0) expect(notes).toHaveLength(1);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(50);
    expect(notes.length).toBeLessThanOrEqual(2 * 20 + 1);
    expect(notes.map((note) => note.text).join('')).toBe('x'.repeat(200));
    expect(notes.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(200);
  });

  test('reasoning goes apart', () => {
    const notes: unknown[] = [];
    const deltas = new DeltaNotes(4, 2, (note) => notes.push(note));
    deltas.add({ type: 'reasoning', text: 'hm', tokens: 1 });
    expect(notes).toEqual([{ kind: 'stream.delta', req: 4, pid: 2, text: '', reasoning: 'hm', tokens: 1 }]);
    deltas.stop();
  });

  test('what was stopped says nothing more', () => {
    const notes: unknown[] = [];
    const deltas = new DeltaNotes(1, 1, (note) => notes.push(note));
    deltas.add(text('a'));
    deltas.add(text('b'));
    deltas.stop();
    vi.advanceTimersByTime(1000);
    expect(notes).toHaveLength(1);
  });
});

describe('waits', () => {
  test('real ones take their time, and can be called off', () => {
    const passed: number[] = [];
    const waits = new Waits(false, (req) => passed.push(req));
    waits.add(1, 100);
    waits.add(2, 50);
    waits.add(3, 70);
    waits.abort(3);
    waits.passNext();
    expect(passed).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(passed).toEqual([2, 1]);
  });

  test('virtual ones pass in order of time, then of request, when asked', () => {
    const passed: number[] = [];
    const waits = new Waits(true, (req) => passed.push(req));
    waits.add(1, 100);
    waits.add(2, 50);
    waits.add(3, 50);
    vi.advanceTimersByTime(1000);
    expect(passed).toEqual([]);
    waits.passNext();
    waits.add(4, 49);
    for (let i = 0; i < 4; i += 1) waits.passNext();
    expect(passed).toEqual([2, 3, 4, 1]);
  });
});
