/** What `turingos doctor` looks at of a profile's brains: is each there, and does it say a first token. */
import type { EndpointBrain, Probe } from '../adapters/brains/endpoints/endpoint-brain.ts';
import { openEndpoint } from '../adapters/brains/endpoints/index.ts';
import { didYouMean } from '../adapters/config/nearest.ts';
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
    else if (isEndpoints(spec)) yield* await endpointsChecked(seat, spec);
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

/** A role of several addresses can work as long as one of them does. */
const endpointsChecked = async (seat: Seated, spec: EndpointsSpec): Promise<Check[]> => {
  const name = `brain (${seat.seats})`;
  const checks = await Promise.all(spec.urls.map((url) => checkEndpoint(name, seat, { ...spec, urls: [url] })));
  const works = checks.some(({ state }) => state !== 'fail');
  return works ? checks.map((check) => (check.state === 'fail' ? { ...check, state: 'warn' } : check)) : checks;
};

const checkEndpoint = async (name: string, seat: SeatSpec, spec: EndpointsSpec): Promise<Check> => {
  const { keyEnv } = spec;
  const what = brainText(spec);
  if (keyEnv !== null && (process.env[keyEnv] ?? '').trim() === '') {
    return fail(name, `${what}: ${keyEnv} is not set`, `set the environment variable ${keyEnv} to the key`);
  }
  let brain: EndpointBrain | undefined;
  let there: There | undefined;
  try {
    const [endpoint] = endpointsOf(spec);
    if (endpoint === undefined) return fail(name, `${what}: no address`, 'give one');
    brain = await openEndpoint(endpoint);
    const probe = await brain.probe();
    if (!probe.ok) return fail(name, `${what}: ${oneLine(probe.error)}`, wayOut(probe.error, spec));
    there = probe;
    const firstMs = await firstToken(brain, seat);
    const key = keyEnv === null ? '' : ', key accepted';
    const found = `${what}: answered in ${there.latencyMs} ms${key}, first token after ${firstMs} ms`;
    if (there.hasModel) return ok(name, found);
    return warn(name, `${found}, though it lists other models: ${namesOf(there)}`, otherModel(spec, there));
  } catch (error) {
    if (!(error instanceof BrainError)) throw error;
    const todo =
      there?.hasModel === false && error.code === 'unreachable' ? otherModel(spec, there) : wayOut(error, spec);
    return fail(name, `${what}: ${oneLine(error)}`, todo);
  } finally {
    await brain?.dispose();
  }
};

type There = Extract<Probe, { ok: true }>;

const namesOf = ({ models }: There): string => {
  const names = models.slice(0, NAMED_MODELS).map(({ name }) => name);
  const more = models.length - names.length;
  return `${names.join(', ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`;
};

/** The server is there, and the model is not. */
const otherModel = ({ provider, model }: EndpointsSpec, { models }: There): string => {
  const meant = didYouMean(
    model,
    models.map(({ name }) => name.replace(/:latest$/, '')),
  );
  const pull = provider === 'ollama' ? `\`ollama pull ${model}\` on its machine, or ` : '';
  return `${pull}name one of its models in the profile${meant}`;
};

const oneLine = (error: BrainError): string => error.message.split('\n')[0] ?? error.code;

const wayOut = ({ code }: BrainError, spec: EndpointsSpec): string => {
  const { provider, model, keyEnv } = spec;
  const key = keyEnv === null ? 'name its variable with keyEnv' : `see that ${keyEnv} holds a key of this server`;
  switch (code) {
    case 'unauthorized':
      return key;
    case 'unreachable':
      return provider === 'ollama'
        ? `start Ollama or open the tunnel, and see that ${address(spec)} is right`
        : `start the server, and see that ${address(spec)} and the model ${model} are right`;
    case 'context_exceeded':
      return provider === 'ollama'
        ? 'give it more context with contextTokens, or take a model that holds more'
        : 'take a model that holds more, or start its server with more context';
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

/** As it is written, with what is usually wrong with it. */
const address = ({ provider, urls: [url = ''] }: EndpointsSpec): string => {
  const { origin, pathname } = new URL(url);
  if (provider === 'ollama') return pathname === '/' ? url : `${url} (an Ollama of its own is at ${origin})`;
  return /\/v\d/.test(pathname) ? url : `${url} (most servers have this protocol under ${origin}/v1)`;
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
