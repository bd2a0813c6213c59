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

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };

/** Servers without the header say it in words: `"retryDelay": "34s"`, `try again in 6ms`, `try again after 1 seconds`. */
export const retryAfterIn = (body: string): number | undefined => {
  const said = /(?:retryDelay"?\s*:\s*"|(?:retry|again) (?:in|after) )(\d+(?:\.\d+)?)\s*(ms|s|m)/i.exec(body);
  if (said === null) return undefined;
  return Math.ceil(Number(said[1]) * (UNITS[(said[2] ?? 's').toLowerCase()] ?? 1000));
};
