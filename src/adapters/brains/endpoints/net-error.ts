/** What went wrong below HTTP, as a typed error with one sentence. */
import { BrainError } from '../../../runtime/ports.ts';

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no network to it',
  EPROTO: 'it does not speak TLS; http instead of https?',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP',
  ETIMEDOUT: 'no connection was made in time',
};

/** @param begun whether a part of the reply had arrived: then it was cut off */
export const netError = (where: string, error: unknown, begun: boolean): BrainError => {
  const why = WORDS[codeOf(error)] ?? rootOf(error);
  return begun
    ? new BrainError('cut_off', `the stream from ${where} was cut: ${why}`)
    : new BrainError('unreachable', `${where} cannot be reached: ${why}`);
};

/** Clients carry what happened as their error's cause; of several addresses that were tried, the first one tells enough. */
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
