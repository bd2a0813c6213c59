/** What brains cost, and how limits are told. */
import type { BrainName } from './records/index.ts';
import type { Prices, State } from './state.ts';
import type { Role } from './syscalls.ts';

/** Undefined where no brain has a price. */
export const pricesOf = ({ planner, worker }: Record<Role, BrainName>): Prices | undefined => {
  if (planner.price === undefined && worker.price === undefined) return undefined;
  return {
    ...(planner.price === undefined ? {} : { planner: planner.price }),
    ...(worker.price === undefined ? {} : { worker: worker.price }),
  };
};

/** What a reply has spent; billionths of a dollar, absent where its brain has no price. */
export interface Spent {
  tokens: number;
  cost?: number;
}

export const spentOn = ({ prices }: State, role: Role, tokensIn: number, tokensOut: number): Spent => {
  const price = prices?.[role];
  const tokens = tokensIn + tokensOut;
  // Millionths of a dollar a million tokens: a thousandth of that in billionths a token.
  return price === undefined
    ? { tokens }
    : { tokens, cost: Math.round((tokensIn * price.in + tokensOut * price.out) / 1000) };
};

/** `$2.00`, from millionths of a dollar; finer where cents would say nothing. */
export const costText = (micro: number): string => {
  const dollars = micro / 1_000_000;
  return `$${dollars >= 0.1 || micro === 0 ? dollars.toFixed(2) : dollars.toFixed(6).replace(/0+$/, '')}`;
};

/** `30m`, `1h30m`, `90s`, `1500ms`. */
export const durationText = (ms: number): string => {
  if (ms % 1000 !== 0) return `${ms}ms`;
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ];
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', seconds > 0 ? `${seconds}s` : ''];
  return parts.join('') || '0s';
};
