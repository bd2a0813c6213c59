/** The way to one endpoint: its address, its key and its connections. */
import { BrainError } from '../../../runtime/ports.ts';
import { type Endpoint, Exchange } from './exchange.ts';
import { HttpClient } from './http-fetch.ts';
import { keyFrom } from './key.ts';

export interface WireOptions {
  /** Base URL, without a query and without a login. */
  baseUrl: string;
  /** Environment variable with the key; null for none. */
  keyEnv: string | null;
  keyHint: string;
  /** Milliseconds without a byte after which an exchange has timed out. */
  silenceMs: number;
}

export class Wire {
  /** Host, port and path: for people. */
  readonly where: string;
  readonly baseUrl: string;
  readonly #to: Endpoint;

  /** @throws BrainError where the URL is none, or has a key in it */
  constructor({ baseUrl, keyEnv, keyHint, silenceMs }: WireOptions) {
    const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new BrainError('unreachable', 'the address of an endpoint has to be a URL: http://127.0.0.1:8080/v1');
    }
    if (url.username !== '' || url.password !== '' || url.search !== '') {
      const why = 'has a login or a query in it; a key goes into an environment variable';
      throw new BrainError('unauthorized', `the address of the endpoint at ${url.host} ${why}`);
    }
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.where = `${url.host}${url.pathname}`.replace(/\/+$/, '');
    this.#to = { where: this.where, keyHint, silenceMs, key: keyFrom(keyEnv), http: new HttpClient() };
  }

  /** @param signal whose abort ends the exchange at once */
  open(signal: AbortSignal): Exchange {
    return new Exchange(this.#to, signal);
  }

  dispose(): void {
    this.#to.http.dispose();
  }
}
