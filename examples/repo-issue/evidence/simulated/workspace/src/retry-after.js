/**
 * Reads a Retry-After header.
 * @param {string | undefined} header a number of seconds, or an HTTP date
 * @param {number} now milliseconds since 1970
 * @returns {number | null} milliseconds to wait; null where there is no header, or none that can be read
 */
export const retryAfter = (header, now) => {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
};
