/** `turingos inject RUN --list`: the faults that are armed in a living run, by the numbers that `disarm` takes. */
import { openRun } from '../replay/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import type { LiveState } from '../store/live-state.ts';
import { liveRun } from './live-run.ts';
import type { CommonOptions } from './options.ts';
import { json, line, table } from './print.ts';

/** @throws UserError 66 where there is no such run, 75 where it is not alive */
export const armedVerb = async (name: string, options: CommonOptions): Promise<number> => {
  const { id, dir } = await liveRun(name, options.home);
  const source = await openRun(dir, { name: id, alive: () => true });
  try {
    const { last } = await source.extent();
    const armed = armedIn(await source.stateAt(last.seq));
    if (options.json === true) await json({ id, seq: last.seq, armed });
    else if (armed.length === 0) await line(`${id}: no fault is armed`);
    else {
      const rows = armed.map(({ number, fault, target, rate, left, strikes }) => [
        ...[String(number), fault, typeof target === 'number' ? `process ${target}` : target],
        ...[rate === null ? '-' : String(rate), left === null ? 'no end' : String(left), String(strikes ?? '-')],
      ]);
      await line(table([['NUMBER', 'FAULT', 'TARGET', 'RATE', 'LEFT', 'STRUCK'], ...rows]));
    }
  } finally {
    await source.close();
  }
  return EXIT.ok;
};

/** What was taken back stays in the state until the run ends. */
const armedIn = ({ kernel, faults }: LiveState) =>
  kernel.faults
    .filter(({ disarmed }) => disarmed !== true)
    .map(({ id, spec, left }) => ({
      number: id,
      fault: spec.fault,
      target: spec.target,
      /** Of its occasions, 0.001 to 1; null: all. */
      rate: spec.rate === undefined ? null : spec.rate / 1000,
      times: spec.times ?? null,
      /** Null: as long as the run lasts. */
      left: spec.times === undefined ? null : left,
      handle: spec.handle ?? null,
      schedule: spec.schedule ?? null,
      /** Null where so many faults were armed since that it is not kept. */
      strikes: faults.find((row) => row.id === id)?.strikes ?? null,
    }));
