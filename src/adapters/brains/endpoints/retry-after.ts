/** When a server asks to be left alone, and until when. */

/** `retry-after-ms`, or `Retry-After` as seconds or a date. @returns milliseconds from now, undefined where none is stated */
export const retryAfterOf = (headers: Headers, now = Date.now()): number | undefined => {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (ms >= 0) return ms;
  const stated = headers.get('retry-after')?.trim() ?? '';
  if (stated === '') return undefined;
  const seconds = Number(stated);
  if (seconds >= 0) return seconds * 1000;
  const until = Date.parse(stated);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now);
};

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Servers without the header say it in words: `"retryDelay": "34s"`, `try again in 1m30s`, `try again after 1 seconds`. */
export const retryAfterIn = (body: string): number | undefined => {
  const said = /(?:retryDelay"?\s*:\s*"|(?:retry|again) (?:in|after) )((?:\d+(?:\.\d+)?\s*(?:ms|s|m|h))+)/i.exec(
    body,
  )?.[1];
  if (said === undefined) return undefined;
  const parts = [...said.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h)/g)];
  return Math.ceil(parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0), 0));
};
