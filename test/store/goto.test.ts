import { describe, expect, test } from 'vitest';
import { recordsSource } from '../../src/replay/records-source.ts';
import { parseGoto } from '../../src/store/goto.ts';
import { eventfulRun } from './demo-run.ts';

// It begins at 09:00:00.040Z, a record every 40 ms.
const { records } = eventfulRun();
const last = records.length;
const source = recordsSource({ format: 'turingos', name: 'x', records });
const minutes = recordsSource({
  format: 'turingos',
  name: 'x',
  records: records.map((rec, i) => ({
    ...rec,
    ts: new Date(Date.parse('2026-01-05T23:50:00Z') + i * 10_000).toISOString(),
  })),
});

const go = async (text: string, on = source): Promise<number | string> => {
  const motion = parseGoto(text);
  if (typeof motion === 'string') return motion;
  const found = await motion.find(on, { seq: 1, tick: 0 });
  return typeof found === 'string' ? found : found.seq;
};

describe('goes to', () => {
  test('a share', async () => {
    expect(await go('0%')).toBe(1);
    expect(await go(' 100% ')).toBe(last);
    expect(await go('50%')).toBe(1 + Math.round((last - 1) / 2));
    expect(await go('12.5 %')).toBe(1 + Math.round((last - 1) / 8));
  });
  test('a tick: its last record', async () => {
    const next = records.find((rec) => rec.kind === 'route.dispatched' && rec.tick === 10)?.seq ?? 0;
    expect(await go('t9')).toBe(next - 1);
    expect(await go('T45')).toBe(last);
    expect(await go('t0')).toBe(1);
  });
  test('a record', async () => {
    expect(await go('#77')).toBe(77);
  });
  test('a time from the start', async () => {
    expect(await go('0:01')).toBe(26);
    expect(await go('00:00.080')).toBe(3);
    expect(await go('0:00:01')).toBe(26);
    expect(await go('01:00', minutes)).toBe(7);
  });
  test('a time of day, also past midnight, and a whole time', async () => {
    expect(await go('09:00:01Z')).toBe(25);
    // Longer than the run, so a time of day.
    expect(await go('09:00:01')).toBe(25);
    expect(await go('23:51:00Z', minutes)).toBe(7);
    expect(await go('00:00:00Z', minutes)).toBe(61);
    expect(await go('2026-01-06T00:00:00Z', minutes)).toBe(61);
  });
});

test('a tick before a fork began is not said to be behind its end', async () => {
  const fork = { ...source, seqOfTick: async (tick: number) => (tick < 10 ? undefined : await source.seqOfTick(tick)) };
  expect(await go('t9', fork)).toBe('There is no tick 9: the run begins after it.');
  expect(await go('t46', fork)).toBe('There is no tick 46: the run has 45.');
});

describe('says in a sentence', () => {
  test.each([
    ['t900', 'There is no tick 900: the run has 45.'],
    [`#${last + 1}`, `There is no record ${last + 1}: the run has 1 to ${last}.`],
    ['#0', `There is no record 0: the run has 1 to ${last}.`],
    ['101%', '101% is more than the whole run: give 0% to 100%.'],
    ['03:14', /^The run is shorter than 03:14: it took 00:\d\d\.$/],
    ['08:00:00Z', /^08:00:00Z is outside the run: it goes from 2026-01-05T09:00:00\.040Z to /],
    ['2025-01-01', /^2025-01-01T00:00:00\.000Z is outside the run/],
  ])('%s', async (text, sentence) => {
    expect(await go(text)).toMatch(sentence);
  });
  test.each(['', 'x', '84', 't', '#', 't-1', '1:2:3:4', '99:99', '2026-99-99', '1e3%', 't1e9', '%'])(
    '"%s" is no place',
    async (text) => {
      expect(await go(text)).toMatch(/^".*" is no place in a run: give 50%, t84, #18231, 03:14 from the start/);
    },
  );
});
