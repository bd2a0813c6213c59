/**
 * A small byte-level BPE tokenizer with GPT-2's pre-tokenizer, as llama.cpp reads it from a GGUF file.
 *
 * No merge takes in a digit: each stays a token of its own, so that numbers look the same to the model wherever they stand.
 */

/** GPT-2's split into pieces that merges never cross. */
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export const SPECIALS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;

/** GPT-2's printable stand-in for each byte. */
const byteChars: string[] = (() => {
  const chars: string[] = [];
  let spare = 256;
  for (let b = 0; b < 256; b++) {
    const printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    chars.push(String.fromCharCode(printable ? b : spare++));
  }
  return chars;
})();

const piecesOf = (text: string): string[] =>
  (text.match(PIECES) ?? []).map((piece) => [...Buffer.from(piece, 'utf8')].map((b) => byteChars[b]).join(''));

export interface Tokenizer {
  /** Specials first, then the 256 bytes, then merged tokens in order of rank. */
  tokens: string[];
  /** `left right`, best first. */
  merges: string[];
}

const hasDigit = (text: string): boolean => /[0-9]/.test(text);

/** Merges the most frequent neighbours again and again; ties go to the alphabetically first, so the outcome is one. */
export const trainTokenizer = (texts: Iterable<string>, size: number): Tokenizer => {
  const counts = new Map<string, number>();
  for (const text of texts) for (const piece of piecesOf(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const words = [...counts].map(([piece, count]) => ({ parts: [...piece], count }));
  const tokens: string[] = [...SPECIALS, ...byteChars];
  const merges: string[] = [];
  while (tokens.length < size) {
    const pairs = new Map<string, number>();
    for (const { parts, count } of words) {
      for (let i = 1; i < parts.length; i++) {
        const pair = `${parts[i - 1]} ${parts[i]}`;
        if (!hasDigit(pair)) pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    }
    let best = '';
    for (const [pair, count] of pairs) {
      const most = pairs.get(best) ?? 0;
      if (count > most || (count === most && pair < best)) best = pair;
    }
    if (best === '') throw new Error(`the texts are too few for ${size} tokens: they give ${tokens.length}`);
    merges.push(best);
    tokens.push(best.replace(' ', ''));
    for (const word of words) word.parts = mergeAll(word.parts, best);
  }
  return { tokens, merges };
};

const mergeAll = (parts: string[], pair: string): string[] => {
  const out: string[] = [];
  for (const part of parts) {
    if (out.length > 0 && `${out.at(-1)} ${part}` === pair) out[out.length - 1] += part;
    else out.push(part);
  }
  return out;
};

/** Text to token ids; specials in the text are spelled, not recognised. */
export const createEncoder = ({ tokens, merges }: Tokenizer): ((text: string) => number[]) => {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const ranks = new Map(merges.map((pair, rank) => [pair, rank]));
  const known = new Map<string, number[]>();
  const encodePiece = (piece: string): number[] => {
    let parts = [...piece];
    for (;;) {
      let best = '';
      let bestRank = Number.POSITIVE_INFINITY;
      for (let i = 1; i < parts.length; i++) {
        const pair = `${parts[i - 1]} ${parts[i]}`;
        const rank = ranks.get(pair) ?? Number.POSITIVE_INFINITY;
        if (rank < bestRank) [best, bestRank] = [pair, rank];
      }
      if (best === '') return parts.map((part) => ids.get(part) as number);
      parts = mergeAll(parts, best);
    }
  };
  return (text) =>
    piecesOf(text).flatMap((piece) => {
      const have = known.get(piece);
      if (have !== undefined) return have;
      const made = encodePiece(piece);
      known.set(piece, made);
      return made;
    });
};
