/**
 * Reads a Retry-After header.
 * @param {string | undefined} header a number of seconds, or an HTTP date
 * @param {number} now milliseconds since 1970
 * @returns {number | null} milliseconds to wait; null where there is no header, or none that can be read
 */
export const retryAfter = (header, now) => {
  if (header === undefined) return null;
  const text = header.trim();
  const seconds = Number.parseInt(text, 10);
  if (Number.isNaN(seconds)) return 0;
  return seconds * 1000;
};
