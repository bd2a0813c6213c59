/** A proxy on loopback that hands requests on to one server, and keeps what came back, when, and how it ended. */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { EXIT } from '../../runtime/exit-codes.ts';
import { UserError } from '../../runtime/user-error.ts';
import { bodyDigest, chunkOf, type Exchange } from './format.ts';
import { readBody } from './loopback.ts';
import { masked, maskedChunks, secretsOf, strippedHeaders, strippedPath } from './strip.ts';

/** Headers that concern one connection, and the one that would have answers come packed, where no key could be found. */
const NOT_HANDED_ON = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @throws UserError 65 where it is no address, or one with a key in it */
export const upstreamUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UserError('the upstream has to be a URL: https://api.moonshot.ai', EXIT.badInput);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw new UserError(`the upstream ${url.host} takes no login and no query: clients send their keys`, EXIT.badInput);
  }
  return url;
};

/** @param keep gets every exchange when it ended, without its secrets */
export const createRecorder = (upstream: URL, keep: (exchange: Exchange) => void): Server =>
  createServer((request, response) => {
    const startedAt = performance.now();
    readBody(request)
      .then((body) => handOn(upstream, { request, response, body, startedAt }, keep))
      // The client left while it was still asking, or asked for what is no path: there is nothing to keep.
      .catch(() => response.destroy());
  });

interface Incoming {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  startedAt: number;
}

const handOn = (upstream: URL, incoming: Incoming, keep: (exchange: Exchange) => void): void => {
  const { request, response, body, startedAt } = incoming;
  const { method = 'GET', url: path = '/' } = request;
  const secrets = secretsOf(request.headers, path);
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  const chunks: { ms: number; bytes: Buffer }[] = [];
  let head: Exchange['head'] = null;
  let ended = false;
  const end = (how: Exchange['end']['how'], why?: string): void => {
    if (ended) return;
    ended = true;
    const clean = maskedChunks(
      chunks.map(({ bytes }) => bytes),
      secrets,
    );
    keep({
      method,
      path: strippedPath(path),
      body: bodyDigest(body),
      head,
      chunks: chunks.map(({ ms }, i) => chunkOf(ms, clean[i] as Buffer)),
      end: { ms: elapsed(), how, ...(why === undefined ? {} : { why: masked(why, secrets) }) },
    });
    if (how === 'done') response.end();
    else if (how === 'reset') response.socket?.resetAndDestroy();
    else response.destroy();
  };

  const send = upstream.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !NOT_HANDED_ON.has(name)));
  const asked = new URL(path, 'http://x');
  const target = new URL(upstream);
  target.pathname = upstream.pathname.replace(/\/+$/, '') + asked.pathname;
  target.search = asked.search;
  const outgoing = send(target, {
    method,
    headers: {
      ...headers,
      'accept-encoding': 'identity',
      ...(body.length > 0 ? { 'content-length': body.length } : {}),
    },
    // A connection of its own: how it ends is part of the recording.
    agent: false,
  });
  let reset = false;
  outgoing.on('socket', (socket) => {
    // Before the client's own listener, which turns every error into the same.
    socket.prependListener('error', ({ code }: NodeJS.ErrnoException) => {
      reset ||= code === 'ECONNRESET' || code === 'EPIPE';
    });
  });
  const broke = ({ message }: Error): void => end(reset ? 'reset' : 'error', message);
  outgoing.on('error', broke);
  outgoing.on('response', (answer) => {
    const packed = answer.headers['content-encoding'] ?? 'identity';
    if (packed !== 'identity') {
      ended = true;
      outgoing.destroy();
      response.writeHead(502).end(`The server packs its answer (${packed}), so that no key could be found in it.`);
      return;
    }
    head = { ms: elapsed(), status: answer.statusCode ?? 502, headers: strippedHeaders(answer.headers, secrets) };
    const { connection, 'keep-alive': _, 'transfer-encoding': __, ...handedBack } = answer.headers;
    response.writeHead(head.status, handedBack).flushHeaders();
    answer.on('data', (bytes: Buffer) => {
      chunks.push({ ms: elapsed(), bytes });
      response.write(bytes);
    });
    answer.on('end', () => end('done'));
    answer.on('error', broke);
  });
  response.on('close', () => {
    end('abort');
    outgoing.destroy();
  });
  outgoing.end(body);
};
