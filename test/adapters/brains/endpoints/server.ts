/**
 * Protocol fixtures: a server that says byte by byte what a test tells it to, on loopback. No model is behind it.
 *
 * Each chunk of an answer is a chunk of the transfer encoding, so that a client gets it as it was cut.
 */
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** The body, where it is JSON. */
  json: Record<string, unknown>;
  /** Resolves once the connection is gone. */
  closed: Promise<void>;
}

export class Answer {
  readonly #socket: Socket;
  constructor(socket: Socket) {
    this.#socket = socket;
  }
  head(status: number, headers: Record<string, string> = {}): this {
    const all = { 'transfer-encoding': 'chunked', ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`HTTP/1.1 ${status} Said\r\n${lines.join('')}\r\n`);
    return this;
  }
  chunk(...parts: (string | Uint8Array)[]): this {
    for (const part of parts) {
      const bytes = Buffer.from(part);
      this.#socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));
    }
    return this;
  }
  /** The answer comes to its end. */
  end(): void {
    this.#socket.write('0\r\n\r\n');
  }
  /** Half closed, in the midst of the answer. */
  halfClose(): void {
    this.#socket.end();
  }
  /** As a process that was killed. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }
  /** A whole JSON answer. */
  json(status: number, value: unknown, headers: Record<string, string> = {}): void {
    this.head(status, { 'content-type': 'application/json', ...headers })
      .chunk(JSON.stringify(value))
      .end();
  }
}

export type Script = (answer: Answer, asked: Asked) => void | Promise<void>;

export interface Fixture {
  url: string;
  /** Requests in the order in which they came. */
  asked: Asked[];
  /** Connections that were made, and those that are open. */
  connections: { made: number; open: number };
}

export interface Serving extends Fixture {
  /** What is answered to the next requests. */
  answer: Script;
  close(): Promise<void>;
}

/** A server that stays until it is closed, and answers what it is told to at the moment. */
export const keepServing = async (): Promise<Serving> => {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    serving.connections.made += 1;
    serving.connections.open += 1;
    sockets.add(socket);
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        serving.connections.open -= 1;
        sockets.delete(socket);
        resolve();
      });
    });
    socket.on('error', () => {});
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      for (let found = takeRequest(received); found !== undefined; found = takeRequest(received)) {
        received = found.rest;
        const asked: Asked = { ...found.asked, closed };
        serving.asked.push(asked);
        void serving.answer(new Answer(socket), asked);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const serving: Serving = {
    url: `http://127.0.0.1:${address.port}`,
    asked: [],
    connections: { made: 0, open: 0 },
    answer: () => {},
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return serving;
};

/** @param scripts what is answered to each request; or one for each, the last one for all that follow */
export const serve = async (...scripts: [Script, ...Script[]]): Promise<Fixture> => {
  const serving = await keepServing();
  serving.answer = (answer, asked) => scripts[Math.min(serving.asked.length, scripts.length) - 1]?.(answer, asked);
  onTestFinished(() => serving.close());
  return serving;
};

const takeRequest = (bytes: Buffer): { asked: Omit<Asked, 'closed'>; rest: Buffer } | undefined => {
  const split = bytes.indexOf('\r\n\r\n');
  if (split < 0) return undefined;
  const [start = '', ...lines] = bytes.subarray(0, split).toString().split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const bodyStart = split + 4;
  const length = Number(headers['content-length'] ?? 0);
  if (bytes.length < bodyStart + length) return undefined;
  const body = bytes.subarray(bodyStart, bodyStart + length).toString();
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(body);
  } catch {
    // Not every request has a body.
  }
  return { asked: { method, path, headers, body, json }, rest: bytes.subarray(bodyStart + length) };
};

/** A promise to be kept by hand. */
export const gate = (): { open: () => void; opened: Promise<void> } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, opened: promise };
};

/**
 * Whether something happens before a timer of so many milliseconds, in this process's own order of events: a machine that
 * stands still for a second makes it neither true nor false.
 */
export const within = async (ms: number, happening: Promise<void>): Promise<boolean> => {
  let happened = false;
  const noted = happening.then(() => {
    happened = true;
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => setImmediate(() => setImmediate(resolve)), ms);
  await Promise.race([noted, promise]);
  clearTimeout(timer);
  return happened;
};

/** A port on which nothing listens. */
export const deadUrl = async (): Promise<string> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${(address as { port: number }).port}`;
};
