/** What a server said instead of a completion, as a typed error with one sentence. */
import type { BrainErrorCode } from '../../../kernel/records/common.ts';
import { BrainError } from '../../../runtime/ports.ts';
import { retryAfterIn, retryAfterOf } from './retry-after.ts';
import { ERROR_STATUS, ERROR_WORDS, type ErrorWords } from './vendors.ts';

/** Who answered, for the sentence. */
export interface Answerer {
  /** Host, port and path. */
  where: string;
  /** What a refused key is told besides. */
  keyHint: string;
}

const SENTENCE_CHARS = 300;

interface Judged {
  code: BrainErrorCode;
  hint: string;
  retryAfterMs: number | undefined;
}

/** An answer whose status is no success. */
export const answerError = (by: Answerer, status: number, headers: Headers, body: string): BrainError => {
  const byStatus = ERROR_STATUS[status] ?? (status >= 500 ? 'overloaded' : 'refused');
  const moved = status >= 300 && status < 400 ? `it sends elsewhere, to ${headers.get('location') ?? '?'}` : undefined;
  const judged = judge(by, body, status, moved === undefined ? byStatus : 'unreachable', retryAfterOf(headers));
  return said(`${by.where} answered ${status}`, judged, moved ?? sentenceOf(body));
};

/** An error in mid-stream, under status 200. @param otherwise what it is where nothing in it tells */
export const streamError = (by: Answerer, error: unknown, otherwise: BrainErrorCode): BrainError => {
  const body = typeof error === 'string' ? error : JSON.stringify(error ?? '');
  // Some repeat there the status that they would have answered with.
  const status = Number((error as { code?: unknown } | null)?.code);
  const known = Number.isInteger(status) && status >= 400 && status < 600;
  const judged = judge(by, body, known ? status : 'stream', (known && ERROR_STATUS[status]) || otherwise, undefined);
  return said(`${by.where} ended the stream with an error`, judged, sentenceOf(body));
};

const judge = (
  by: Answerer,
  body: string,
  status: number | 'stream',
  otherwise: BrainErrorCode,
  stated: number | undefined,
): Judged => {
  const retryAfterMs = stated ?? retryAfterIn(body);
  const counts = ({ at, words, unlessRetry }: ErrorWords): boolean =>
    at.includes(status) && !(unlessRetry === true && retryAfterMs !== undefined) && words.test(body);
  const found = ERROR_WORDS.find(counts);
  const code = found?.code ?? otherwise;
  return { code, hint: found?.hint ?? (code === 'unauthorized' ? by.keyHint : ''), retryAfterMs };
};

const said = (what: string, { code, hint, retryAfterMs }: Judged, sentence: string): BrainError => {
  const words = [sentence, hint].filter((text) => text !== '').join('; ');
  return new BrainError(
    code,
    words === '' ? what : `${what}: ${words}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
};

/** The sentence in an error's body, whatever it is wrapped in. */
export const sentenceOf = (body: string): string => {
  let text: string;
  try {
    text = messageIn(JSON.parse(body)) ?? '';
  } catch {
    // An HTML page of a proxy: its words without its tags.
    text = body.replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ');
  }
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > SENTENCE_CHARS ? `${line.slice(0, SENTENCE_CHARS)}…` : line;
};

const messageIn = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  // Gemini wraps its error in a list.
  if (Array.isArray(value)) return messageIn(value[0]);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const name of ['error', 'message', 'detail', 'code']) {
    const found = messageIn((value as Record<string, unknown>)[name]);
    if (found !== undefined) return found;
  }
  return undefined;
};
