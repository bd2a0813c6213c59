/**
 * A server that speaks Ollama's protocol with a real model behind it, on loopback.
 *
 * It does what the real one is seen to do: headers go out with the first piece; what goes wrong before is an error with a status,
 * what goes wrong after it a line with `error` and nothing more; whoever leaves ends the generation.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asMessage, asResponse, listed, metrics, running, shown, type Wrap } from './answers.ts';
import { type Counts, generate, type Prompt, type Wanted } from './generate.ts';
import { type Behind, MODELS, Runners, wholeName } from './models.ts';
import { ChatRequest, GenerateRequest, keepAliveMs, Refusal, readBody, ShowRequest } from './request.ts';
import { splitThoughts } from './thinking.ts';

/** What a test can watch. `at`: milliseconds of the machine's monotonic clock, the same in every process. */
export type Seen =
  | { what: 'listening'; url: string }
  | { what: 'connections'; open: number }
  | { what: 'asked'; n: number; path: string }
  /** The client went before its answer was whole. */
  | { what: 'left'; n: number; at: number }
  /** A generation came to its end. */
  | { what: 'ended'; n: number; at: number; tokens: number; how: 'done' | 'left' | 'broke' };

export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

interface Call {
  n: number;
  body: string;
  response: ServerResponse;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
}

export const startServer = async (port: number, tell: (seen: Seen) => void): Promise<Server> => {
  const runners = new Runners();
  let [open, asked] = [0, 0];
  const server = createServer((request, response) => {
    asked += 1;
    const n = asked;
    const controller = new AbortController();
    response.once('close', () => {
      if (response.writableFinished) return;
      tell({ what: 'left', n, at: monotonicMs() });
      controller.abort(new Error('client closed the connection'));
    });
    tell({ what: 'asked', n, path: request.url ?? '' });
    void answer(runners, request, response, n, controller.signal, tell);
  });
  server.on('connection', (socket) => {
    open += 1;
    tell({ what: 'connections', open });
    socket.once('close', () => {
      open -= 1;
      tell({ what: 'connections', open });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  tell({ what: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return server;
};

const answer = async (
  runners: Runners,
  request: IncomingMessage,
  response: ServerResponse,
  n: number,
  signal: AbortSignal,
  tell: (seen: Seen) => void,
): Promise<void> => {
  try {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    await route(runners, `${request.method} ${request.url}`, { n, body, response, signal }, tell);
  } catch (error) {
    if (response.destroyed) return;
    const message = error instanceof Error ? error.message : String(error);
    // Once a piece is out the status is, too.
    if (response.headersSent) response.end(`${JSON.stringify({ error: message })}\n`);
    else json(response, error instanceof Refusal ? error.status : 500, { error: message });
  }
};

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
};

const route = async (runners: Runners, asked: string, call: Call, tell: (seen: Seen) => void): Promise<void> => {
  const { response, body, signal } = call;
  switch (asked) {
    case 'GET /':
      response.end('Ollama is running');
      return;
    case 'GET /api/version':
      return json(response, 200, { version: '0.13.0' });
    case 'GET /api/tags':
      return json(response, 200, { models: Object.entries(MODELS).map(([name, behind]) => listed(name, behind)) });
    case 'GET /api/ps':
      return json(response, 200, { models: runners.loaded.map((one) => running(one, MODELS[one.name] as Behind)) });
    case 'POST /api/show': {
      const { model, name: older } = readBody(body, ShowRequest);
      const { name, behind } = modelNamed(model || older);
      try {
        return json(response, 200, shown(await runners.take(name, behind, undefined, signal), behind));
      } finally {
        runners.release(name);
      }
    }
    case 'POST /api/chat': {
      const asks = readBody(body, ChatRequest);
      return complete(runners, { asks, prompt: asks.messages ?? [], wrap: asMessage }, call, tell);
    }
    case 'POST /api/generate': {
      const asks = readBody(body, GenerateRequest);
      const { prompt, system, raw } = asks;
      const messages = [
        ...(system ? [{ role: 'system' as const, content: system }] : []),
        { role: 'user' as const, content: prompt ?? '' },
      ];
      return complete(runners, { asks, prompt: !prompt ? [] : raw ? prompt : messages, wrap: asResponse }, call, tell);
    }
    default:
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
  }
};

/** @throws Refusal */
const modelNamed = (asked: string | null | undefined): { name: string; behind: Behind } => {
  if (!asked) throw new Refusal(400, 'model is required');
  const name = wholeName(asked);
  const behind = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (behind === undefined) throw new Refusal(404, `model '${asked}' not found`);
  return { name, behind };
};

interface Completion {
  asks: Omit<ChatRequest, 'messages'>;
  /** Empty: the model is only to be loaded, or let go. */
  prompt: Prompt;
  wrap: Wrap;
}

const complete = async (
  runners: Runners,
  { asks, prompt, wrap }: Completion,
  { n, response, signal }: Call,
  tell: (seen: Seen) => void,
): Promise<void> => {
  const startedAt = performance.now();
  const { name, behind } = modelNamed(asks.model);
  const keepMs = keepAliveMs(asks.keep_alive);
  const part = (content: string, thinking: string, more: Record<string, unknown>) => ({
    model: asks.model,
    created_at: new Date().toISOString(),
    ...wrap(content, thinking),
    ...more,
  });
  if (prompt.length === 0 && keepMs === 0) {
    runners.unload(name);
    return json(response, 200, part('', '', { done: true, done_reason: 'unload' }));
  }
  if (asks.think && behind.thinks !== true) throw new Refusal(400, `"${asks.model}" does not support thinking`);
  try {
    const model = await runners.take(name, behind, keepMs, signal);
    const loadMs = performance.now() - startedAt;
    if (prompt.length === 0) return json(response, 200, part('', '', { done: true, done_reason: 'load' }));

    const counts: Counts = { tokensIn: 0, tokensOut: 0, promptMs: 0, evalMs: 0, reason: 'stop' };
    const split = splitThoughts();
    const wanted: Wanted = {
      prompt,
      options: asks.options ?? {},
      format: asks.format,
      thinks: behind.thinks === true && asks.think !== false,
      truncate: asks.truncate !== false,
    };
    let [content, thinking] = ['', ''];
    let how: 'done' | 'left' | 'broke' = 'broke';
    try {
      for await (const text of generate(model, behind, wanted, counts, signal)) {
        const piece = behind.thinks === true ? split(text) : { content: text, thinking: '' };
        if (piece.content === '' && piece.thinking === '') continue;
        content += piece.content;
        thinking += piece.thinking;
        if (asks.stream === false) continue;
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.write(`${JSON.stringify(part(piece.content, piece.thinking, { done: false }))}\n`);
      }
      how = signal.aborted ? 'left' : 'done';
    } finally {
      tell({ what: 'ended', n, at: monotonicMs(), tokens: counts.tokensOut, how });
    }
    if (signal.aborted) return;
    const last = { done: true, done_reason: counts.reason, ...metrics(counts, loadMs, performance.now() - startedAt) };
    if (asks.stream === false) return json(response, 200, part(content, thinking, last));
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.end(`${JSON.stringify(part('', '', last))}\n`);
  } finally {
    runners.release(name);
  }
};
