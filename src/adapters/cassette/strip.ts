/** What does not go into a cassette. */

/** Headers of an answer that are kept: those that say how to read it, or when to come back. Others may tell whose it was. */
const KEPT = /^(content-type|cache-control|retry-after|retry-after-ms|x-should-retry|(x-)?ratelimit-[\w-]+)$/;

/** Headers and parameters whose values are nobody's business. */
const SECRET_HEADERS = /^(proxy-)?authorization$|cookie|api-?key|token|secret|organi[sz]ation|project/i;
const SECRET_PARAMETERS = /key|token|secret|auth|sig/i;

/** What ids of keys, organisations and projects look like, wherever they stand. */
const ID_LIKE = /\b(?:sk-[\w-]{20,}|(?:ak|org|proj)[-_][A-Za-z0-9]{16,}|AIza[\w-]{20,})/g;

/** What is shorter is no secret, and would be found in ordinary words. */
const SECRET_CHARS = 6;
const SCHEMES = /^(bearer|basic|digest|negotiate)$/i;

/** The values in a request that are secret: with and without what stands before them. */
export const secretsOf = (headers: NodeJS.Dict<string | string[]>, path: string): string[] => {
  const found: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (SECRET_HEADERS.test(name))
      found.push(...[value ?? ''].flat().flatMap((text) => [text, ...text.split(/[\s=;,]+/)]));
  }
  for (const [name, value] of new URL(path, 'http://x').searchParams) {
    if (SECRET_PARAMETERS.test(name)) found.push(value, encodeURIComponent(value));
  }
  // The longest first, since one may hold another.
  return [...new Set(found)]
    .filter((text) => text.length >= SECRET_CHARS && !SCHEMES.test(text))
    .sort((a, b) => b.length - a.length);
};

/** The path with its query, without the values of keys. Record and replay call a request by this. */
export const strippedPath = (path: string): string => {
  const url = new URL(path, 'http://x');
  for (const name of new Set(url.searchParams.keys())) {
    if (SECRET_PARAMETERS.test(name)) url.searchParams.set(name, 'stripped');
  }
  return masked(url.pathname + url.search, []);
};

const stars = (text: string): string => '*'.repeat(text.length);

/** Secrets become stars, as many as they had characters, so that lengths and places stay. */
export const masked = (text: string, secrets: readonly string[]): string => {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, stars(secret));
  return clean.replaceAll(ID_LIKE, stars);
};

/** The same over chunks, whose borders may lie inside of a secret. */
export const maskedChunks = (chunks: readonly Buffer[], secrets: readonly string[]): Buffer[] => {
  // One character a byte, which leaves every other byte as it is.
  const whole = Buffer.concat(chunks).toString('latin1');
  const clean = Buffer.from(
    masked(
      whole,
      secrets.map((secret) => Buffer.from(secret).toString('latin1')),
    ),
    'latin1',
  );
  let at = 0;
  return chunks.map(({ length }) => {
    at += length;
    return clean.subarray(at - length, at);
  });
};

export const strippedHeaders = (
  headers: NodeJS.Dict<string | string[]>,
  secrets: readonly string[],
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => KEPT.test(name))
      .map(([name, value]) => [name, masked([value ?? ''].flat().join(', '), secrets)]),
  );
