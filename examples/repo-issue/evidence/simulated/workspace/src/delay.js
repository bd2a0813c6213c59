import { retryAfter } from './retry-after.js';

const FIRST_MS = 1000;
const MOST_MS = 60_000;

/** Milliseconds to wait after the given failed attempt, counted from 1. */
export const delay = (attempt, header, now) =>
  retryAfter(header, now) ?? Math.min(FIRST_MS * 2 ** (attempt - 1), MOST_MS);
