/**
 * `fetch` over Node's own HTTP client, for streams that have to end when they are told to.
 *
 * The built-in one opens a new connection when an aborted one is gone, gives up after 300 s without headers, and follows
 * redirects with whatever it was given. Here an abort destroys the connection at any stage, and nothing else happens.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';

export interface Asked {
  method: string;
  headers: Headers;
  body: string | null;
  signal: AbortSignal;
}

export class HttpClient {
  readonly #plain = new HttpAgent({ keepAlive: true });
  readonly #secure = new HttpsAgent({ keepAlive: true });

  /**
   * Rejects with errors of `node:net`, `node:tls` or `node:http`, or with the signal's reason. What was sent on a connection
   * that the server had left meanwhile, whatever it had promised, is sent again: llama-server leaves after every stream.
   */
  async send(url: URL, asked: Asked): Promise<Response> {
    for (;;) {
      const answer = await this.#once(url, asked);
      if (answer !== 'stale') return answer;
    }
  }

  #once(url: URL, { method, headers, body, signal }: Asked): Promise<Response | 'stale'> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const options = { method, headers: Object.fromEntries(headers) };
      const request =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, agent: this.#secure })
          : httpRequest(url, { ...options, agent: this.#plain });
      const abort = (): void => void request.destroy(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      request.on('close', () => signal.removeEventListener('abort', abort));
      request.on('error', (error: NodeJS.ErrnoException) => {
        // Each time there is one idle connection less, and a new one is never stale.
        if (request.reusedSocket && LEFT.includes(error.code ?? '') && !signal.aborted) resolve('stale');
        else reject(error);
      });
      request.on('response', (answer) => {
        try {
          resolve(responseOf(answer));
        } catch (error) {
          request.destroy();
          reject(error);
        }
      });
      request.end(body ?? undefined);
    });
  }

  /** Ends the idle connections. */
  dispose(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}

/** Of a connection that the other side has closed. */
const LEFT = ['ECONNRESET', 'EPIPE'];

/** Statuses that come without a body, which a Response does not let be an empty one. */
const BODILESS = [204, 205, 304];

const responseOf = (answer: IncomingMessage): Response => {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  if (BODILESS.includes(status)) answer.resume();
  const body = BODILESS.includes(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
  return new Response(body, { status, headers });
};
