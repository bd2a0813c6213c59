/** Keys do not belong in a file that is committed and shown around. What looks like one is refused, and never repeated. */

const KEY_SHAPES: readonly RegExp[] = [
  /\bsk-[\w-]{12,}/,
  /\bAIza[\w-]{20,}/,
  /\b(?:hf|gsk|xai|nvapi|ghp|gho|pplx|r8|glpat)[_-][\w-]{16,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\./,
  /\bbearer\s+\S{8,}/i,
];

/** One long word of mixed letters and digits without a vowel's rhythm: what generators of keys make, and people do not. */
const isRandomWord = (word: string): boolean =>
  word.length >= 32 && /\d/.test(word) && /[a-z]/i.test(word) && /^[\w+=-]+$/.test(word) && !/[_-].*[_-]/.test(word);

export const looksLikeKey = (text: string): boolean =>
  KEY_SHAPES.some((shape) => shape.test(text)) || text.split(/[\s/:@?&,]+/).some(isRandomWord);

/** Names of fields under which people put keys. */
export const isKeyField = (name: string): boolean =>
  /^(api[-_]?)?(key|token|secret|password)$|^(authorization|bearer|credentials?)$/i.test(name);

export const NO_KEYS = 'no keys in this file: put it into an environment variable and name that one here';

export interface Found {
  path: (string | number)[];
}

/** The first value, or name of a field, that looks like a key. */
export const findKey = (value: unknown, path: (string | number)[] = []): Found | undefined => {
  if (typeof value === 'string') return looksLikeKey(value) ? { path } : undefined;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const found = findKey(item, [...path, i]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, item] of Object.entries(value)) {
    // The name itself would be repeated with the path.
    if (looksLikeKey(name)) return { path };
    const inside = isKeyField(name) ? { path: [...path, name] } : findKey(item, [...path, name]);
    if (inside !== undefined) return inside;
  }
  return undefined;
};
