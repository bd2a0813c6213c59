/** `turingos cassette record` and `turingos cassette serve`: real answers, kept for tests. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { CASSETTE_VERSION, type CassetteHeader, type Exchange, readCassette } from '../adapters/cassette/format.ts';
import { listen, stop } from '../adapters/cassette/loopback.ts';
import { createPlayer } from '../adapters/cassette/player.ts';
import { createRecorder, upstreamUrl } from '../adapters/cassette/recorder.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { UserError } from '../runtime/user-error.ts';
import { json, line } from './print.ts';

export interface RecordOptions {
  upstream: string;
  out: string;
  port: number;
  json?: true;
}

export const recordVerb = async (options: RecordOptions): Promise<number> => {
  const { out } = options;
  const upstream = upstreamUrl(options.upstream);
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const server = createRecorder(upstream, (exchange) => {
    try {
      appendFileSync(out, `${JSON.stringify(exchange)}\n`);
    } catch (error) {
      return fail(new UserError(`${out} cannot be recorded into: ${(error as Error).message}`, EXIT.unavailable));
    }
    void (options.json === true ? json(summary(exchange)) : line(sentence(exchange)));
  });
  const interrupt = interrupted();
  const url = await listen(server, options.port);
  try {
    begin(out, { cassette: CASSETTE_VERSION, recordedAt: new Date().toISOString(), upstream: upstream.href });
    if (options.json === true) await json({ url, upstream: upstream.href, out });
    else await line(`${url} hands on to ${upstream.href} and records into ${out}; Ctrl-C ends it`);
    await Promise.race([interrupt, failed]);
  } finally {
    // What is under way ends as its client's abort, and is kept.
    await stop(server);
  }
  return EXIT.ok;
};

export interface ServeOptions {
  port: number;
  json?: true;
}

export const serveVerb = async (file: string, options: ServeOptions): Promise<number> => {
  const { header, exchanges } = await readCassette(file);
  const server = createPlayer(exchanges);
  const interrupt = interrupted();
  const url = await listen(server, options.port);
  const { upstream, recordedAt } = header;
  if (options.json === true) await json({ url, upstream, recordedAt, exchanges: exchanges.length });
  else await line(`${url} answers as ${upstream} did on ${recordedAt}, ${exchanges.length} times; Ctrl-C ends it`);
  await interrupt;
  await stop(server);
  return EXIT.ok;
};

/** A recording is never written over: it may have cost money. */
const begin = (out: string, header: CassetteHeader): void => {
  try {
    writeFileSync(out, `${JSON.stringify(header)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'it is there already; give another --out' : message;
    throw new UserError(`${out} cannot be recorded into: ${why}`, EXIT.badInput);
  }
};

/** Waited for from before the first word: whoever reads that may end it at once. */
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

const summary = ({ method, path, head, chunks, end }: Exchange) => ({
  method,
  path,
  status: head?.status ?? null,
  chunks: chunks.length,
  ms: end.ms,
  end: end.how,
  ...(end.why === undefined ? {} : { why: end.why }),
});

const sentence = (exchange: Exchange): string => {
  const { method, path, status, chunks, ms, end, why } = summary(exchange);
  const how = why === undefined ? end : `${end} (${why})`;
  return `${method} ${path}  ${status ?? 'no answer'}, ${chunks} chunks, ${how} after ${ms} ms`;
};
