/** The policy's fields in words: short names, and values as people write them. */
import { costText, durationText } from '../../kernel/price.ts';
import type { PolicyValue, Settable } from '../../kernel/settable.ts';

type Unit = 'count' | 'milli' | 'millis' | 'ms' | 'dollars' | 'pace' | 'switch';

export interface Field {
  name: string;
  path: Settable;
  unit: Unit;
  /** A valid value. */
  example: string;
}

const field = (name: string, path: Settable, unit: Unit, example: string): Field => ({ name, path, unit, example });

export const FIELDS: readonly Field[] = [
  field('thrash.same', 'traps.THRASH_ROUTE.same', 'count', '6'),
  field('thrash.stall', 'traps.THRASH_ROUTE.stall', 'count', '8'),
  field('thrash', 'traps.THRASH_ROUTE', 'switch', 'off'),
  field('mind.ticks', 'traps.THRASH_MIND.ticks', 'count', '5'),
  field('mind', 'traps.THRASH_MIND', 'switch', 'off'),
  field('watchdog.same', 'traps.WATCHDOG.same', 'count', '8'),
  field('watchdog', 'traps.WATCHDOG', 'switch', 'off'),
  field('period.times', 'traps.PERIOD_LOOP.times', 'count', '4'),
  field('period.window', 'traps.PERIOD_LOOP.window', 'count', '80'),
  field('period.min', 'traps.PERIOD_LOOP.minPeriod', 'count', '3'),
  field('period', 'traps.PERIOD_LOOP', 'switch', 'off'),
  field('flood.bytes', 'traps.LOG_FLOOD.bytes', 'count', '65536'),
  field('flood', 'traps.LOG_FLOOD', 'switch', 'off'),
  field('streak', 'streak', 'count', '5'),
  field('flags', 'redFlags', 'count', '4'),
  field('rejections', 'rejections', 'count', '6'),
  field('looks', 'firstLooks', 'count', '40'),
  field('workers', 'workers.pool', 'count', '2'),
  field('ahead', 'workers.aheadBy', 'count', '3'),
  field('ballots', 'workers.ballots', 'count', '12'),
  field('temperature.planner', 'temperatures.planner', 'milli', '0.3'),
  field('temperature.workers', 'temperatures.workers', 'millis', '0.2,0.7,1.0'),
  field('temperature.trap', 'temperatures.perTrap', 'milli', '0.2'),
  field('temperature.max', 'temperatures.max', 'milli', '1.2'),
  field('ticks', 'limits.maxTicks', 'count', '2000'),
  field('wall', 'limits.wallMs', 'ms', '30m'),
  field('tokens', 'limits.tokens', 'count', '200000'),
  field('cost', 'limits.cost', 'dollars', '2.00'),
  field('reply', 'limits.maxTokens', 'count', '2048'),
  field('deadline.brain', 'limits.brainMs', 'ms', '90s'),
  field('deadline.op', 'limits.opMs', 'ms', '60s'),
  field('outage', 'limits.outageMs', 'ms', '1h'),
  field('backoff.first', 'backoff.firstMs', 'ms', '2s'),
  field('backoff.max', 'backoff.maxMs', 'ms', '2m'),
  field('pause.thrash', 'pauseOn.thrash', 'count', '1'),
  field('pause.panic', 'pauseOn.panic', 'count', '1'),
  field('pause.denied', 'pauseOn.denied', 'count', '3'),
  field('pace', 'pace', 'pace', '30'),
];

/** By its short name or its path in the policy. */
export const fieldNamed = (name: string): Field | undefined =>
  FIELDS.find((known) => known.name === name || known.path === name);

export const fieldAt = (path: string): Field | undefined => FIELDS.find((known) => known.path === path);

const whole = (text: string): number | undefined => {
  const value = Number(text);
  return /^\d{1,12}$/.test(text) ? value : undefined;
};

const decimal = (text: string, scale: number): number | undefined => {
  const value = Math.round(Number(text) * scale);
  return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? value : undefined;
};

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `1h30m`, `1500ms`; without a unit milliseconds. */
export const duration = (text: string): number | undefined => {
  if (whole(text) !== undefined) return whole(text);
  if (!/^(\d{1,9}(ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
};

const READ: Record<Unit, (text: string) => PolicyValue | undefined> = {
  count: whole,
  milli: (text) => (text.includes('.') ? decimal(text, 1000) : whole(text)),
  millis: (text) => {
    const all = text.split(',').map((part) => (part.includes('.') ? decimal(part, 1000) : whole(part)));
    return all.every((value) => value !== undefined) ? all : undefined;
  },
  ms: duration,
  dollars: (text) => decimal(text.replace(/^\$/, ''), 1_000_000),
  pace: (text) => (text === 'max' ? 'max' : text === 'launch' ? null : whole(text)),
  switch: (text) => (text === 'on' ? 1 : undefined),
};

/** @returns undefined where the text is no value of the field */
export const readValue = ({ unit }: Field, text: string): PolicyValue | undefined =>
  text === 'off' ? null : READ[unit](text);

/** A value as it would be written. */
export const valueText = (path: string, value: PolicyValue): string => {
  const unit = fieldAt(path)?.unit;
  // Without a change the pace is that of the launch.
  if (value === null) return unit === 'pace' ? 'launch' : 'off';
  if (unit === 'switch') return 'on';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return value.join(',');
  if (unit === 'dollars') return costText(value).slice(1);
  return unit === 'ms' ? durationText(value) : String(value);
};
