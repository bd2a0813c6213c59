/** A server on loopback that answers as a cassette has it: the same bytes at the same times, with the same end. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { bodyDigest, bytesOf, type Exchange } from './format.ts';
import { readBody } from './loopback.ts';
import { strippedPath } from './strip.ts';

export interface Clock {
  /** Milliseconds; never jumps. */
  now(): number;
  /** Resolves when `now` has come to so many milliseconds. */
  until(ms: number): Promise<void>;
}

export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  until: (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms - performance.now()))),
};

/** Requests are told apart by method, path and body; equal ones get their answers in the order of the recording. */
export const createPlayer = (exchanges: readonly Exchange[], clock: Clock = REAL_CLOCK): Server => {
  const waiting = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const name = `${exchange.method} ${exchange.path} ${exchange.body}`;
    waiting.set(name, [...(waiting.get(name) ?? []), exchange]);
  }
  return createServer((request, response) => {
    const startedAt = clock.now();
    readBody(request)
      .then((body) => {
        const { method = 'GET', url = '/' } = request;
        const path = strippedPath(url);
        const digest = bodyDigest(body);
        const left = waiting.get(`${method} ${path} ${digest}`);
        const exchange = left?.shift();
        if (exchange !== undefined) return play(exchange, response, clock, startedAt);
        const why = left === undefined ? 'is not in this cassette' : 'was recorded less often than it was asked';
        const message = `${method} ${path} with the body ${digest.slice(0, 12)} ${why}`;
        response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
      })
      // The client left.
      .catch(() => response.destroy());
  });
};

const play = async ({ head, chunks, end }: Exchange, response: ServerResponse, clock: Clock, startedAt: number) => {
  if (head !== null) {
    await clock.until(startedAt + head.ms);
    response.writeHead(head.status, head.headers).flushHeaders();
  }
  for (const chunk of chunks) {
    await clock.until(startedAt + chunk.ms);
    if (response.destroyed) return;
    // A reset throws away what was not sent yet.
    await new Promise((resolve) => response.write(bytesOf(chunk), resolve));
  }
  await clock.until(startedAt + end.ms);
  if (end.how === 'done') response.end();
  else if (end.how === 'reset') response.socket?.resetAndDestroy();
  else if (end.how === 'error') response.destroy();
  // An abort was the client's: nothing more comes until it leaves.
};
