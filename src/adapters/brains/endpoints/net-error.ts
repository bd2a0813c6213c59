/** What went wrong below HTTP, as a typed error with one sentence. */
import { BrainError } from '../../../runtime/ports.ts';

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no network to it',
  ETIMEDOUT: 'no connection was made in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection was made in time',
};

/** Limits of Node's own client that are met while a server stays silent. */
const SILENCE = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** @param begun whether a part of the reply had arrived: then it was cut off */
export const netError = (where: string, error: unknown, begun: boolean): BrainError => {
  const code = codeOf(error);
  if (SILENCE.includes(code)) return new BrainError('timed_out', `${where} was silent for too long`);
  const why = WORDS[code] ?? rootOf(error);
  return begun
    ? new BrainError('cut_off', `the stream from ${where} was cut: ${why}`)
    : new BrainError('unreachable', `${where} cannot be reached: ${why}`);
};

/** Errors of `fetch` carry what happened as their cause, some levels down. */
function* causes(error: unknown): Generator<Error & { code?: unknown }> {
  for (let at = error; at instanceof Error; at = at.cause) {
    yield at;
    if (at instanceof AggregateError && at.errors[0] instanceof Error) yield at.errors[0];
  }
}

const codeOf = (error: unknown): string => {
  for (const { code } of causes(error)) if (typeof code === 'string') return code;
  return '';
};

const rootOf = (error: unknown): string => [...causes(error)].at(-1)?.message.split('\n')[0] ?? String(error);
