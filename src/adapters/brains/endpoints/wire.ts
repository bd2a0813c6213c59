/**
 * One HTTP exchange with an endpoint, for the official clients to speak through.
 *
 * The clients get a `fetch` of ours: it alone knows the key, sends only the headers that are needed (the clients would add
 * some out of the environment, which are not for every vendor), turns a refusal into a typed error while its headers are
 * still at hand, and ends the connection whenever the exchange is closed, before the answer or in the midst of it.
 */
import { BrainError } from '../../../runtime/ports.ts';
import { type Answerer, answerError, streamError } from './http-error.ts';
import { HttpClient } from './http-fetch.ts';
import { type Key, keyFrom } from './key.ts';
import { netError } from './net-error.ts';

export interface WireOptions {
  /** Base URL, without a query and without a login. */
  baseUrl: string;
  /** Environment variable with the key; null for none. */
  keyEnv: string | null;
  keyHint: string;
  /** Milliseconds without a byte after which the exchange has timed out. */
  silenceMs: number;
}

/** Bytes of an answer: far more than the longest reply takes, however it is wrapped. */
const ANSWER_BYTES = 16 * 1024 * 1024;
const ERROR_BYTES = 64 * 1024;
const SENT = ['accept', 'content-type'];

export interface Exchange {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** Of the last answer that was no success. */
  readonly refusedWith: number | undefined;
  /** What was thrown through a client, typed. @param begun whether a part of the reply had arrived */
  explain(error: unknown, begun: boolean): BrainError;
  /** An error that the server sent in mid-stream, typed. */
  refusal(error: unknown, begun: boolean): BrainError;
  /** Ends the connection if the answer has not come to its end. */
  close(): void;
}

export class Wire {
  /** Host, port and path: for people. */
  readonly where: string;
  readonly baseUrl: string;
  readonly #options: WireOptions;
  readonly #key: Key;
  readonly #http = new HttpClient();

  /** @throws BrainError `unreachable` where the URL is none */
  constructor(options: WireOptions) {
    const url = URL.canParse(options.baseUrl) ? new URL(options.baseUrl) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new BrainError('unreachable', 'the address of an endpoint has to be a URL: http://127.0.0.1:8080/v1');
    }
    if (url.username !== '' || url.password !== '' || url.search !== '') {
      const why = 'has a login or a query in it; a key goes into an environment variable';
      throw new BrainError('unauthorized', `the address of the endpoint at ${url.host} ${why}`);
    }
    this.#options = options;
    this.#key = keyFrom(options.keyEnv);
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.where = `${url.host}${url.pathname}`.replace(/\/+$/, '');
  }

  dispose(): void {
    this.#http.dispose();
  }

  /** @param signal whose abort ends the exchange at once */
  open(signal: AbortSignal): Exchange {
    const { silenceMs, keyHint } = this.#options;
    const by: Answerer = { where: this.where, keyHint };
    const controller = new AbortController();
    let silent = false;
    let failed: BrainError | undefined;
    let refusedWith: number | undefined;
    const silence = setTimeout(() => {
      silent = true;
      controller.abort();
    }, silenceMs);
    const stop = (): void => controller.abort();
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });

    const send: typeof fetch = async (input, init) => {
      const given = new Headers(init?.headers);
      const headers = new Headers({ 'user-agent': 'turingos-console' });
      for (const name of SENT) if (given.has(name)) headers.set(name, given.get(name) as string);
      const authorization = this.#key.header();
      if (authorization !== null) headers.set('authorization', authorization);
      const { method = 'GET', body = null } = init ?? {};
      const url = new URL(input instanceof Request ? input.url : input);
      const { signal } = controller;
      const answer = await this.#http.send(url, { method, headers, body: body as string | null, signal });
      silence.refresh();
      if (!answer.ok) {
        refusedWith = answer.status;
        throw answerError(by, answer.status, answer.headers, await opening(answer));
      }
      if (answer.headers.get('content-type')?.startsWith('text/html')) {
        throw new BrainError(
          'unreachable',
          `${this.where} answered with a web page: is the path of its address right?`,
        );
      }
      const { status, headers: stated, body: said } = answer;
      return new Response(said === null ? null : heard(said, () => silence.refresh()), { status, headers: stated });
    };
    const typed = (error: BrainError): BrainError => {
      const { code, retryAfterMs } = error;
      // A new error: one that was thrown through a client may have got a cause, or its stack a line of the body.
      return new BrainError(code, this.#key.clean(error.message), retryAfterMs === undefined ? {} : { retryAfterMs });
    };
    return {
      signal: controller.signal,
      get refusedWith() {
        return refusedWith;
      },
      // The clients put what this throws into errors of their own, or take it for an abort: it is kept.
      fetch: (input, init) =>
        send(input, init).catch((error: unknown) => {
          if (error instanceof BrainError) failed = error;
          throw error;
        }),
      explain: (error, begun) => {
        if (error instanceof BrainError) return typed(error);
        if (failed !== undefined) return typed(failed);
        if (silent) return new BrainError('timed_out', `${this.where} sent nothing for ${silenceMs} ms`);
        if (error instanceof SyntaxError) {
          return new BrainError('malformed', `${this.where} sent what is not of its protocol`);
        }
        return typed(netError(this.where, error, begun));
      },
      refusal: (error, begun) => typed(streamError(by, error, begun ? 'cut_off' : 'overloaded')),
      close: () => {
        clearTimeout(silence);
        signal.removeEventListener('abort', stop);
        controller.abort();
      },
    };
  }
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
const heard = (body: ReadableStream<Uint8Array>, onBytes: () => void): ReadableStream<Uint8Array> => {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream(
    {
      pull: async (out) => {
        const { done, value } = await reader.read();
        if (done) return out.close();
        onBytes();
        bytes += value.length;
        if (bytes > ANSWER_BYTES) throw new BrainError('malformed', `the answer is longer than ${ANSWER_BYTES} bytes`);
        out.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
};
