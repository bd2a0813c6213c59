/** What verbs take, from text; the sentence says what to give instead. */
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Policy } from '../../kernel/policy.ts';
import { OrderId } from '../../kernel/records/inputs.ts';
import { WATCH_NAMES, type Watched, watchedPanes } from '../../screens/watch/watch-layout.ts';
import { readPauses } from '../../store/order-text/pauses.ts';
import { parseSpeed } from '../../store/speed.ts';

export const whole = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('Give a whole number.');
  return value;
};

export const seed = (text: string): number => {
  const value = whole(text);
  if (value > 0x7fffffff) throw new InvalidArgumentError('Give a number up to 2147483647.');
  return value;
};

export const positive = (text: string): number => {
  const value = whole(text);
  if (value < 1) throw new InvalidArgumentError('Give 1 or more.');
  return value;
};

export const forks = (text: string): number => {
  const value = positive(text);
  if (value > 64) throw new InvalidArgumentError('Give a number up to 64: each fork is a process.');
  return value;
};

export const cut = (text: string): { seq: number } | { tick: number } => {
  const [, mark, digits] = /^(t|#?)(\d+)$/.exec(text) ?? [];
  const value = Number(digits);
  if (mark === undefined || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('Give a record (18231 or #18231) or a tick (t84).');
  }
  return mark === 't' ? { tick: value } : { seq: value };
};

export const pace = (text: string): 'max' | number => {
  if (text === 'max') return 'max';
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 60_000) {
    throw new InvalidArgumentError('Give max, or the milliseconds between two tokens (1 to 60000).');
  }
  return value;
};

export const tick = (text: string): number => {
  const value = Number(/^t?(\d+)$/.exec(text)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Give a tick: t84.');
  return value;
};

export const port = (text: string): number => {
  const value = whole(text);
  if (value > 65_535) throw new InvalidArgumentError('Give a number up to 65535.');
  return value;
};

export const playSpeed = (text: string): number => {
  const speed = parseSpeed(text);
  if (speed === undefined) throw new InvalidArgumentError('Give max, or a number from 0.25 to 64.');
  return speed;
};

export const factor = (text: string): number => {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value < 0.001 || value > 100_000) {
    throw new InvalidArgumentError('Give a number from 0.001 to 100000.');
  }
  return value;
};

export const size = (text: string): { columns: number; rows: number } => {
  if (text !== '120x40' && text !== '80x24') throw new InvalidArgumentError('Give 120x40 or 80x24.');
  const [columns = 0, rows = 0] = text.split('x').map(Number);
  return { columns, rows };
};

export const panes = (text: string): Watched[] => {
  const found = watchedPanes(text.split(','));
  if (found === undefined)
    throw new InvalidArgumentError(`Give names out of ${WATCH_NAMES.join(', ')}, parted by commas.`);
  return found;
};

export const troubles = (text: string): NonNullable<Policy['pauseOn']> => {
  const pauses = readPauses(text);
  const file = takenByShell();
  if (file !== undefined) {
    throw new InvalidArgumentError(
      `the shell took \`>${file}\` for a redirect, and made a file ${file}: write ${text}${file}, or quote it.`,
    );
  }
  if (typeof pauses === 'string') throw new InvalidArgumentError(pauses);
  return pauses;
};

/** What `denied>=3` becomes where nobody quotes it: the output goes into a file named `=3`. */
const takenByShell = (): string | undefined => {
  try {
    return /^=\d+$/.exec(basename(readlinkSync('/proc/self/fd/1')))?.[0];
  } catch {
    return undefined;
  }
};

/** What tells an order from its repetition. */
export const orderId = (text: string): string => {
  if (!OrderId.safeParse(text).success) throw new InvalidArgumentError('Give 1 to 64 characters.');
  return text;
};
