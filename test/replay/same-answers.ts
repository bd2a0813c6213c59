/** Two sources over the same journal have to say the same, whatever they are asked. */
import { expect } from 'vitest';
import { draw } from '../../src/kernel/digest.ts';
import { MARK_KINDS, type TimeSource } from '../../src/store/time-source.ts';

export const expectSameAnswers = async (source: TimeSource, whole: TimeSource, questions = 15): Promise<void> => {
  const { first, last } = await whole.extent();
  expect(await source.extent()).toEqual({ first, last });
  for (let n = 0; n < questions; n += 1) {
    const any = (what: string, below: number): number => draw(1, what, 0, 0, n) % below;
    const seq = any('seq', last.seq + 20);
    expect(await source.stateAt(seq), `state at ${seq}`).toEqual(await whole.stateAt(seq));
    const to = seq + any('span', 300);
    expect(await source.records(seq, to), `records ${seq} to ${to}`).toEqual(await whole.records(seq, to));
    const tick = any('tick', last.tick + 3);
    expect(await source.seqOfTick(tick), `tick ${tick}`).toBe(await whole.seqOfTick(tick));
    const ms = first.ms - 5000 + any('ms', last.ms - first.ms + 10_000);
    expect(await source.seqOfTime(ms), `time ${ms}`).toBe(await whole.seqOfTime(ms));
    const kinds = MARK_KINDS.filter((kind) => any(kind, 2) === 1);
    for (const direction of [1, -1] as const) {
      const mark = await source.markFrom(seq, direction, kinds);
      expect(mark, `${kinds} from ${seq}, ${direction}`).toEqual(await whole.markFrom(seq, direction, kinds));
    }
  }
};
