/**
 * One request and its answer, for the official clients to speak through.
 *
 * The clients get a `fetch` of ours: it alone knows the key, sends only the headers that are needed (the clients would add
 * some out of the environment, which are not for every vendor), turns a refusal into a typed error while its headers are
 * still at hand, and ends the connection whenever the exchange is closed, before the answer or in the midst of it.
 */
import { BrainError } from '../../../runtime/ports.ts';
import { type Answerer, answerError, streamError } from './http-error.ts';
import type { HttpClient } from './http-fetch.ts';
import type { Cleaner, Key } from './key.ts';
import { netError } from './net-error.ts';

export interface Endpoint extends Answerer {
  key: Key;
  http: HttpClient;
  /** Milliseconds without a byte after which an exchange has timed out. */
  silenceMs: number;
}

/** Bytes of an answer: far more than the longest reply takes, however it is wrapped. */
const ANSWER_BYTES = 16 * 1024 * 1024;
const ERROR_BYTES = 64 * 1024;
const SENT = ['accept', 'content-type'];

export class Exchange {
  /** Status of the last answer that was no success. */
  refusedWith: number | undefined;
  readonly #to: Endpoint;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #silence: NodeJS.Timeout;
  #silent = false;
  /** The answer has come to its end. */
  #over = false;
  #failed: BrainError | undefined;

  /** @param signal whose abort ends it at once */
  constructor(to: Endpoint, signal: AbortSignal) {
    this.#to = to;
    this.#outer = signal;
    this.#silence = setTimeout(() => {
      this.#silent = true;
      this.#controller.abort();
    }, to.silenceMs);
    if (signal.aborted) this.#controller.abort();
    else signal.addEventListener('abort', this.close, { once: true });
  }

  /** Takes the key out of what a server says: some repeat what they were sent. */
  cleaner(): Cleaner {
    return this.#to.key.cleaner();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The clients put what this throws into errors of their own, or take it for an abort: it is kept. */
  readonly fetch: typeof fetch = (input, init) =>
    this.#send(new URL(input instanceof Request ? input.url : input), init ?? {}).catch((error: unknown) => {
      if (error instanceof BrainError) this.#failed = error;
      throw error;
    });

  async #send(url: URL, { method = 'GET', body = null, headers: given }: RequestInit): Promise<Response> {
    const { where, key, http } = this.#to;
    const offered = new Headers(given);
    const headers = new Headers({ 'user-agent': 'turingos-console' });
    for (const name of SENT) if (offered.has(name)) headers.set(name, offered.get(name) as string);
    const authorization = key.header();
    if (authorization !== null) headers.set('authorization', authorization);
    const answer = await http.send(url, { method, headers, body: body as string | null, signal: this.signal });
    this.#silence.refresh();
    if (!answer.ok) {
      this.refusedWith = answer.status;
      throw answerError(this.#to, answer.status, answer.headers, await opening(answer));
    }
    if (answer.headers.get('content-type')?.startsWith('text/html')) {
      throw new BrainError('unreachable', `${where} answered with a web page: is the path of its address right?`);
    }
    const heard =
      answer.body === null
        ? null
        : counted(answer.body, {
            bytes: () => this.#silence.refresh(),
            end: () => {
              this.#over = true;
            },
          });
    return new Response(heard, { status: answer.status, headers: answer.headers });
  }

  /** What was thrown through a client, typed. @param begun whether a part of the reply had arrived */
  explain(error: unknown, begun: boolean): BrainError {
    const { where, silenceMs } = this.#to;
    if (error instanceof BrainError) return this.#said(error);
    if (this.#failed !== undefined) return this.#said(this.#failed);
    if (this.#silent) return new BrainError('timed_out', `${where} sent nothing for ${silenceMs} ms`);
    if (error instanceof SyntaxError) {
      // The half of a line at the end of an answer is what a cut leaves, and no mistake of who wrote it.
      if (this.#over) return new BrainError('cut_off', `the stream from ${where} ended in the midst of a line`);
      return new BrainError('malformed', `${where} sent what is not of its protocol`);
    }
    return this.#said(netError(where, error, begun));
  }

  /** An error that the server sent in mid-stream, typed. */
  refusal(error: unknown, begun: boolean): BrainError {
    return this.#said(streamError(this.#to, error, begun ? 'cut_off' : 'overloaded'));
  }

  /** A new error: one that went through a client may have got a cause since, and its stack has its message as it was. */
  #said({ code, message, retryAfterMs }: BrainError): BrainError {
    return new BrainError(code, this.#to.key.clean(message), retryAfterMs === undefined ? {} : { retryAfterMs });
  }

  /** Ends the connection if the answer has not come to its end. */
  readonly close = (): void => {
    clearTimeout(this.#silence);
    this.#outer.removeEventListener('abort', this.close);
    this.#controller.abort();
  };
}

/** The beginning of an error's body. It may break off: what came of it says more than how it ended. */
const opening = async (answer: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of answer.body ?? []) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= ERROR_BYTES) break;
    }
  } catch {
    // The status is known, and is answer enough.
  }
  return Buffer.concat(parts).subarray(0, ERROR_BYTES).toString();
};

/** By hand, since leaving a generator would wait for the next byte. */
const counted = (body: ReadableStream<Uint8Array>, on: { bytes(): void; end(): void }): ReadableStream<Uint8Array> => {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream(
    {
      pull: async (out) => {
        const { done, value } = await reader.read();
        if (done) {
          on.end();
          return out.close();
        }
        on.bytes();
        bytes += value.length;
        if (bytes > ANSWER_BYTES) throw new BrainError('malformed', `the answer is longer than ${ANSWER_BYTES} bytes`);
        out.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
};
