/** What `turingos doctor` looks at of a profile's brains: is each there, and does it say a first token. */
import type { EndpointBrain, Probe } from '../adapters/brains/endpoints/endpoint-brain.ts';
import { openEndpoint } from '../adapters/brains/endpoints/index.ts';
import { replyJsonSchema } from '../kernel/index.ts';
import { type EndpointsSpec, isEndpoints, type PairSpec, type SeatSpec } from '../runtime/brain-spec.ts';
import { type Brain, BrainError, type BrainRequest } from '../runtime/ports.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';
import { endpointsOf, openBrain } from './pair.ts';
import { brainText } from './profiles.ts';

/** A frame as workers get them. */
const FRAME = `[role] worker of map m1, step 1 of 1
[task] add 1 and 2
[at] sys://task
[page 1/1]
add 1 and 2
`;
const TOKENS = 256;
/** A model that has to be loaded first takes its time. */
const ANSWER_MS = 60_000;
const NAMED_MODELS = 8;

interface Seated extends SeatSpec {
  /** Which seats it has. */
  seats: string;
}

const seated = ({ planner, worker }: PairSpec): Seated[] =>
  JSON.stringify(planner) === JSON.stringify(worker)
    ? [{ ...planner, seats: 'both' }]
    : [
        { ...planner, seats: 'planner' },
        { ...worker, seats: 'worker' },
      ];

/** One check after the other, as they are done. */
export async function* checkBrains(pair: PairSpec): AsyncGenerator<Check> {
  for (const seat of seated(pair)) {
    const { brain: spec, seats } = seat;
    if (spec.provider === 'simulated') yield ok(`brain (${seats})`, 'SIM: simulated, needs nothing');
    else if (isEndpoints(spec)) yield* await Promise.all(endpointsChecked(seat, spec));
    else yield await checkEmbedded(`brain (${seats})`, seat);
  }
}

/** @param name of the check */
export const checkEmbedded = async (name: string, seat: SeatSpec): Promise<Check> => {
  let brain: Brain | undefined;
  const startedAt = performance.now();
  try {
    brain = await openBrain(seat.brain);
    const loadedMs = Math.round(performance.now() - startedAt);
    const firstMs = await firstToken(brain, seat);
    return ok(name, `${brainText(seat.brain)}: loaded in ${loadedMs} ms, first token after ${firstMs} ms`);
  } catch (error) {
    if (!(error instanceof BrainError)) throw error;
    const todo = 'run `npm ci` again on this machine, or take --profile sim, which needs no model';
    return fail(name, `${brainText(seat.brain)}: ${oneLine(error)}`, todo);
  } finally {
    await brain?.dispose();
  }
};

const endpointsChecked = (seat: Seated, spec: EndpointsSpec): Promise<Check>[] =>
  spec.urls.map((url) => checkEndpoint(`brain (${seat.seats})`, seat, { ...spec, urls: [url] }));

const checkEndpoint = async (name: string, seat: SeatSpec, spec: EndpointsSpec): Promise<Check> => {
  const { keyEnv } = spec;
  const what = brainText(spec);
  if (keyEnv !== null && (process.env[keyEnv] ?? '').trim() === '') {
    return fail(name, `${what}: ${keyEnv} is not set`, `set the environment variable ${keyEnv} to the key`);
  }
  let brain: EndpointBrain | undefined;
  try {
    const [endpoint] = endpointsOf(spec);
    if (endpoint === undefined) return fail(name, `${what}: no address`, 'give one');
    brain = await openEndpoint(endpoint);
    const probe = await brain.probe();
    if (!probe.ok) return fail(name, `${what}: ${oneLine(probe.error)}`, wayOut(probe.error, spec));
    const firstMs = await firstToken(brain, seat);
    const key = keyEnv === null ? '' : ', key accepted';
    const found = `${what}: answered in ${probe.latencyMs} ms${key}, first token after ${firstMs} ms`;
    if (probe.hasModel) return ok(name, found);
    return warn(
      name,
      `${found}, though ${spec.model} is not in its list`,
      `name one of its models in the profile: ${modelsOf(probe)}`,
    );
  } catch (error) {
    if (!(error instanceof BrainError)) throw error;
    return fail(name, `${what}: ${oneLine(error)}`, wayOut(error, spec));
  } finally {
    await brain?.dispose();
  }
};

const modelsOf = ({ models }: Extract<Probe, { ok: true }>): string => {
  const names = models.slice(0, NAMED_MODELS).map(({ name }) => name);
  const more = models.length - names.length;
  return `${names.join(', ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`;
};

const oneLine = (error: BrainError): string => error.message.split('\n')[0] ?? error.code;

const wayOut = ({ code }: BrainError, { provider, model, urls, keyEnv }: EndpointsSpec): string => {
  const key = keyEnv === null ? 'name its variable with keyEnv' : `see that ${keyEnv} holds a key of this server`;
  switch (code) {
    case 'unauthorized':
      return key;
    case 'unreachable':
      return provider === 'ollama'
        ? `start Ollama or open the tunnel, see that ${urls[0]} is right, and that it has the model: \`ollama pull ${model}\``
        : `start the server, and see that ${urls[0]} and the model ${model} are right`;
    case 'rate_limited':
    case 'overloaded':
      return 'wait a little and try again';
    case 'timed_out':
      return 'try again: a model that is being loaded takes its time';
    case 'refused':
      return 'the server does not take such a request: try `constrained: false`, or leave `thinking` out';
    default:
      return 'see that the address is that of a server of models';
  }
};

/** @returns milliseconds @throws BrainError where none comes */
const firstToken = async (brain: Brain, { system, constrained }: SeatSpec): Promise<number> => {
  const enough = new AbortController();
  const request: BrainRequest = {
    frame: FRAME,
    system,
    schema: constrained ? replyJsonSchema('worker') : null,
    temperature: 0,
    seed: 1,
    maxTokens: TOKENS,
    signal: AbortSignal.any([enough.signal, AbortSignal.timeout(ANSWER_MS)]),
  };
  const startedAt = performance.now();
  let first: number | undefined;
  for await (const item of brain.stream(request)) {
    if (item.type === 'end') break;
    first ??= performance.now() - startedAt;
    enough.abort();
  }
  if (first === undefined) throw new BrainError('timed_out', `no token came within ${ANSWER_MS} ms`);
  return Math.round(first);
};
