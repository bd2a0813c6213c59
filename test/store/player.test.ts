import { describe, expect, test, vi } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { recordsSource } from '../../src/replay/records-source.ts';
import { foldLive, type LiveState } from '../../src/store/live-state.ts';
import { byMark, byTick, type Motion, toEnd, toSeq, toStart } from '../../src/store/motions.ts';
import { IDLE_MS, Player, type Travel } from '../../src/store/player.ts';
import type { Rec } from '../../src/store/record.ts';
import { MAX_SPEED } from '../../src/store/speed.ts';
import type { TimeSource } from '../../src/store/time-source.ts';
import { eventfulRun } from './demo-run.ts';
import { handClock } from './hand-clock.ts';

const { records } = eventfulRun();
const last = records.length;
const start = Date.parse(records[0]?.ts ?? '');

const shownBy = (options: { records?: readonly Rec[]; change?: (source: TimeSource) => TimeSource } = {}) => {
  const hand = handClock();
  const shown: { seq: number; travel: Travel }[] = [];
  const said: string[] = [];
  let view: LiveState | undefined;
  const plain = recordsSource({ format: 'turingos', name: 'x', records: options.records ?? records });
  const source = options.change?.(plain) ?? plain;
  const player = new Player({
    source: async () => source,
    clock: hand.clock,
    show: (live, travel) => {
      view = live;
      shown.push({ seq: live.info.lastSeq, travel });
    },
    say: (_, sentence) => said.push(sentence),
  });
  const seq = (): number => shown.at(-1)?.seq ?? -1;
  const goes = async (motion: Motion, to: number): Promise<void> => {
    player.move(motion);
    await vi.waitFor(() => expect(seq()).toBe(to));
  };
  return { ...hand, player, shown, said, seq, goes, source, view: () => view as LiveState };
};

/** Lets what was read arrive, as often as it takes. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};

const begun = async (options: Parameters<typeof shownBy>[0] = {}) => {
  const rig = shownBy(options);
  rig.player.hold(await rig.source.stateAt(1));
  return rig;
};

describe('motions', () => {
  test('a tick on, a tick back: to the last record before the next dispatch', async () => {
    const { player, view, seq, goes, source, said } = await begun();
    const at = async (tick: number): Promise<number> => ((await source.seqOfTick(tick + 1)) ?? 0) - 1;
    await goes(byTick(1), await at(1));
    await goes(byTick(1), await at(2));
    expect(view().kernel.tick).toBe(2);
    await goes(byTick(-1), await at(1));
    await goes(byTick(-1), 1);
    player.move(byTick(-1));
    await vi.waitFor(() => expect(said).toEqual(['This is the beginning.']));
    await goes(toEnd, last);
    player.move(byTick(1));
    await vi.waitFor(() => expect(said.at(-1)).toBe('This is the end.'));
    expect(seq()).toBe(last);
    await goes(byTick(-1), (await source.seqOfTick(45)) === undefined ? 0 : await at(44));
    await goes(byTick(1), last);
  });

  test('every state is the one that folding gives', async () => {
    const { goes, view } = await begun();
    for (const seq of [300, 20, 21, 200, 199, last]) {
      await goes(toSeq(seq), seq);
      expect(view()).toEqual(
        records.slice(0, seq).reduce(foldLive, await recordsSource({ format: '', name: '', records: [] }).stateAt(0)),
      );
    }
  });

  test('marks of the wanted kinds only, and those that a test lets through', async () => {
    const { player, goes, said } = await begun();
    const traps = records.filter((rec) => rec.kind === 'trap.raised');
    await goes(byMark(1, ['trap']), traps[0]?.seq ?? 0);
    await goes(byMark(1, ['trap']), traps[1]?.seq ?? 0);
    await goes(byMark(-1, ['trap']), traps[0]?.seq ?? 0);
    const panic = records.find((rec) => rec.kind === 'panic.spent');
    await goes(byMark(1, ['panic', 'fault']), panic?.seq ?? 0);
    const loop = traps.find((rec) => rec.kind === 'trap.raised' && rec.code === 'THRASH_ROUTE');
    await goes(
      byMark(1, ['trap'], (rec) => JSON.stringify(rec).includes('THRASH')),
      loop?.seq ?? 0,
    );
    player.move(byMark(1, ['fault', 'panic']));
    await vi.waitFor(() => expect(said).toEqual(['No fault or panic reset after this.']));
  });

  test('keys that come while a state is fetched go on from where the one before leads', async () => {
    let fetched = 0;
    const gates: (() => void)[] = [];
    const { player, seq, source, shown } = shownBy({
      change: (plain) => ({
        ...plain,
        stateAt: async (to) => {
          fetched += 1;
          await new Promise<void>((resolve) => gates.push(resolve));
          return await plain.stateAt(to);
        },
        // Too far to be folded on.
        extent: plain.extent,
      }),
    });
    player.hold(await recordsSource({ format: '', name: '', records }).stateAt(last));
    for (let i = 0; i < 20; i += 1) player.move(byTick(-1));
    const first = await vi.waitUntil(() => gates.shift());
    for (let i = 0; i < 5; i += 1) player.move(byTick(-1));
    first();
    (await vi.waitUntil(() => gates.shift()))();
    const to = ((await source.seqOfTick(45 - 25 + 1)) ?? 0) - 1;
    await vi.waitFor(() => expect(seq()).toBe(to));
    expect(fetched).toBe(2);
    expect(shown.map((each) => each.seq)).toEqual([last, expect.any(Number), to]);
  });

  test('what was sought before the view was let go is not shown any more', async () => {
    const gates: (() => void)[] = [];
    const { player, shown } = await begun({
      change: (plain) => ({
        ...plain,
        extent: async () => {
          await new Promise<void>((resolve) => gates.push(resolve));
          return await plain.extent();
        },
      }),
    });
    player.move(toStart);
    const open = await vi.waitUntil(() => gates.shift());
    player.release();
    const before = shown.length;
    open();
    await settle();
    expect(shown.length).toBe(before);
  });

  test('a run that cannot be read is said, and the view stays', async () => {
    const { player, said, seq } = shownBy({
      change: (plain) => ({ ...plain, stateAt: async () => Promise.reject(new Error('the disk is gone')) }),
    });
    player.hold(await recordsSource({ format: '', name: '', records }).stateAt(last));
    player.move(toStart);
    await vi.waitFor(() => expect(said).toEqual(['The run cannot be read: the disk is gone']));
    expect(seq()).toBe(last);
  });
});

describe('a journal that is broken behind a record', () => {
  const sound = 200;
  const broken = (source: TimeSource): TimeSource => ({
    ...source,
    extent: async () => ({ ...(await source.extent()), last: { seq: sound, tick: 9, ms: start } }),
    records: async (from, to) => {
      if (from > sound) throw new JournalError('broken', `It is broken at record ${sound + 1}.`);
      return await source.records(from, Math.min(to, sound));
    },
  });

  test('plays up to the break, and then tells it; so does a step behind it', async () => {
    const { player, seq, move, shown, said, goes } = await begun({ change: broken });
    player.setSpeed(MAX_SPEED);
    player.play();
    await vi.waitFor(async () => {
      await settle();
      move(1);
      expect(shown.at(-1)?.travel.playing).toBe(false);
    });
    expect(seq()).toBe(sound);
    expect(said).toEqual([`It is broken at record ${sound + 1}.`]);
    await goes(toSeq(20), 20);
    await goes(toSeq(sound), sound);
    player.move(byTick(1));
    await vi.waitFor(() => expect(said).toHaveLength(2));
    expect(said[1]).toBe(said[0]);
  });
});

describe('playing', () => {
  test('at the recorded pace each record comes at its time', async () => {
    const { player, move, seq } = await begun();
    player.play();
    await settle();
    for (const ms of [400, 1000, 3000]) {
      move(ms);
      const due = records.filter(
        (rec) => Date.parse(rec.ts) <= start + 40 + (ms === 400 ? 400 : ms === 1000 ? 1400 : 4400),
      ).length;
      // Up to a frame is waited for, so that what is due together is drawn together.
      expect(Math.abs(seq() - due)).toBeLessThanOrEqual(2);
    }
    player.pause();
    const at = seq();
    move(5000);
    expect(seq()).toBe(at);
  });

  test('twice as fast, half as fast; the change counts from when it was made', async () => {
    const { player, move, seq } = await begun();
    player.play();
    await settle();
    move(1000);
    const one = seq();
    player.setSpeed(4);
    move(1000);
    const four = seq();
    expect(four - one).toBeGreaterThan(3.5 * one);
    player.setSpeed(0.25);
    move(1000);
    expect(seq() - four).toBeLessThan(0.5 * one);
  });

  test('long gaps are shortened, unless the operator wants to sit them out', async () => {
    const slow = records
      .slice(0, 40)
      .map((rec, i) => ({ ...rec, ts: new Date(start + (i < 20 ? 0 : 60_000)).toISOString() }) as Rec);
    const { player, move, seq } = await begun({ records: slow });
    player.play();
    await settle();
    move(100);
    expect(seq()).toBe(20);
    move(IDLE_MS);
    expect(seq()).toBe(40);
    const whole = await begun({ records: slow });
    whole.player.toggleIdle();
    whole.player.play();
    await settle();
    whole.move(59_000);
    expect(whole.seq()).toBe(20);
    whole.move(2000);
    expect(whole.seq()).toBe(40);
  });

  test('a recorded clock that jumps back does not stop the view', async () => {
    const jumping = records
      .slice(0, 60)
      .map((rec, i) => ({ ...rec, ts: new Date(start + (i < 30 ? i * 10 : i * 10 - 3_600_000)).toISOString() }) as Rec);
    const { player, move, seq } = await begun({ records: jumping });
    player.play();
    await settle();
    move(700);
    expect(seq()).toBe(60);
  });

  test('as fast as it goes, to the end, and stops there', async () => {
    const { player, move, seq, shown } = await begun();
    player.setSpeed(MAX_SPEED);
    player.play();
    await vi.waitFor(() => {
      move(1);
      expect(seq()).toBe(last);
      expect(shown.at(-1)?.travel.playing).toBe(false);
    });
  });

  test('the end of a growing run is waited at, and what comes is shown at once', async () => {
    let there = 100;
    let growing = true;
    const { player, move, seq, shown } = await begun({
      change: (plain) => ({
        ...plain,
        get growing() {
          return growing;
        },
        records: async (from, to) => (await plain.records(from, to)).filter((rec) => rec.seq <= there),
      }),
    });
    player.setSpeed(64);
    player.play();
    const until = (to: number) =>
      vi.waitFor(() => {
        move(100);
        expect(seq()).toBe(to);
      });
    await until(100);
    there = 200;
    await until(200);
    expect(shown.at(-1)?.travel.playing).toBe(true);
    // The last records may come together with the news that there will be no more.
    there = last;
    growing = false;
    await until(last);
    await vi.waitFor(() => {
      move(100);
      expect(shown.at(-1)?.travel.playing).toBe(false);
    });
  });

  test('no more than two chunks are read ahead', async () => {
    let furthest = 0;
    const many: Rec[] = Array.from({ length: 20_000 }, (_, i) => ({
      ...(records[i % last] as Rec),
      seq: i + 1,
      ts: new Date(start + i).toISOString(),
    }));
    const { player, move, seq } = await begun({
      change: () => ({
        ...recordsSource({ format: '', name: '', records }),
        records: async (from, to) => {
          furthest = Math.max(furthest, to);
          return many.slice(from - 1, to);
        },
      }),
    });
    player.play();
    for (let i = 0; i < 40; i += 1) {
      await settle();
      move(100);
      expect(furthest - seq()).toBeLessThanOrEqual(2 * 1024 + 120);
    }
    expect(seq()).toBeGreaterThan(3000);
  });

  test('a motion stops the view where it leads', async () => {
    const { player, move, seq, goes, shown } = await begun();
    player.play();
    await settle();
    move(500);
    await goes(toSeq(50), 50);
    move(5000);
    expect(seq()).toBe(50);
    expect(shown.at(-1)?.travel.playing).toBe(false);
  });
});
