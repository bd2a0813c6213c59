/** The fields of `turingos.config.yaml`. */
import { z } from 'zod';
import { SimRates } from '../../runtime/brain-spec.ts';
import { SILENCE_MS } from '../brains/endpoints/endpoint-brain.ts';
import { VENDORS, type VendorName } from '../brains/endpoints/vendors.ts';
import { ConsoleFields } from './console-fields.ts';
import { NotifyFields } from './notify-fields.ts';
import { CHECKPOINTS, isCheckpoint } from './short-form.ts';

/** Ollama gives a model a small context unless it is told; a prompt, a frame and a reply need this. It gives what the model has, at most. */
export const CONTEXT_TOKENS = 16_384;

const VENDOR_NAMES = Object.keys(VENDORS) as [VendorName, ...VendorName[]];

/** In capitals, as environment variables are by custom: most keys are not, and so none can stand here by mistake. */
const EnvName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'has to be the name of an environment variable, in capitals; the key itself stays there');

const isPlace = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && search === '';
};
const Url = z
  .string()
  .refine(isPlace, 'an address has to be a URL like http://127.0.0.1:11435, without a login or a query');

const Gguf = z
  .string()
  .max(1000)
  .refine(
    (model) => isCheckpoint(model) || model.endsWith('.gguf'),
    `has to be ${CHECKPOINTS.join(' or ')}, or the path of a .gguf file`,
  );

const anyBrain = {
  system: z
    .string()
    .max(16_384)
    .optional()
    .describe(
      "Instead of the fixed prompt that explains the syscalls, which brains behind addresses get; '' for none.",
    ),
  constrained: z
    .boolean()
    .optional()
    .describe(
      "Whether the frame's JSON schema holds the model while it writes; default: behind an address yes, else no.",
    ),
};
const Dollars = z.number().min(0).max(100_000).meta({ unit: 'dollars for a million tokens' });

const endpoint = {
  ...anyBrain,
  model: z.string().min(1).max(200).describe('As the server calls it.'),
  url: Url.optional().describe("The server; default: the vendor's own, where it has one, or Ollama's usual one here."),
  urls: z
    .array(Url)
    .min(1)
    .max(16)
    .optional()
    .describe('Instead of `url`: several servers of this one model, balanced.'),
  keyEnv: EnvName.nullable()
    .optional()
    .describe("Name of the environment variable that holds the key; null for none; default: the vendor's own."),
  thinking: z.enum(['on', 'off']).optional().describe('Default: as the model has it. Not every vendor has a switch.'),
  silenceMs: z
    .int()
    .min(1000)
    .max(3_600_000)
    .meta({ unit: 'ms' })
    .optional()
    .describe(`So long without a byte, and the request has timed out; default: ${SILENCE_MS.toLocaleString('en')}.`),
  price: z
    .strictObject({ in: Dollars.describe('For what is sent.'), out: Dollars.describe('For what is written.') })
    .optional()
    .describe('What the tokens cost; 0 for what costs nothing. Without it nothing is counted against `limits.cost`.'),
};

/** A brain as the file has it; a short form is this too, written in one line. */
export const BrainFields = z
  .discriminatedUnion('provider', [
    z.strictObject({
      provider: z.literal('simulated'),
      ...anyBrain,
      rates: SimRates.optional().describe('Replies that are wrong, by kind; default: those of `sim`.'),
      playbook: z.string().min(1).max(1000).optional().describe("A file of steps, seen from this one's directory."),
    }),
    z.strictObject({
      provider: z.literal('embedded'),
      model: Gguf.describe('A carried model, or a GGUF file.'),
      ...anyBrain,
    }),
    z.strictObject({
      provider: z.literal('ollama'),
      ...endpoint,
      contextTokens: z
        .int()
        .min(512)
        .meta({ unit: 'tokens' })
        .optional()
        .describe(`Context that the server is to give the model; default: ${CONTEXT_TOKENS.toLocaleString('en')}.`),
    }),
    z.strictObject({
      provider: z.literal('openai'),
      vendor: z.enum(VENDOR_NAMES).optional().describe('Whose dialect it speaks; default: compatible.'),
      ...endpoint,
    }),
  ])
  .superRefine((fields, ctx) => {
    if (!('model' in fields) || fields.provider === 'embedded') return;
    const { url, urls } = fields;
    const wrong = (name: string, message: string): void => ctx.addIssue({ code: 'custom', path: [name], message });
    if (url !== undefined && urls !== undefined) wrong('url', 'there is urls too; one of the two is enough');
    if (fields.provider !== 'openai') return;
    const { vendor = 'compatible', thinking } = fields;
    const known = VENDORS[vendor];
    if (url === undefined && urls === undefined && known.baseUrl === null) {
      wrong('url', `no address is given, and ${vendor} has none of its own`);
    }
    if (thinking !== undefined && known.thinking === null) {
      wrong('thinking', `cannot be switched at ${vendor}; leave it out`);
    }
  });
export type BrainFields = z.infer<typeof BrainFields>;

/** Where a profile has `brain`, it sits in both seats. */
export const ProfileFields = z
  .strictObject({
    planner: BrainFields.optional().describe('The brain of the planner.'),
    worker: BrainFields.optional().describe('The brain of all workers.'),
    brain: BrainFields.optional().describe('Instead of these two: one brain in both seats.'),
    policy: z.record(z.string(), z.unknown()).optional().describe('Laid over the default policy: see below.'),
  })
  .superRefine(({ planner, worker, brain }, ctx) => {
    const wrong = (name: string, message: string): void => ctx.addIssue({ code: 'custom', path: [name], message });
    if (brain !== undefined) {
      if (planner !== undefined) wrong('planner', 'brain names both seats already');
      if (worker !== undefined) wrong('worker', 'brain names both seats already');
      return;
    }
    if (planner === undefined) wrong('planner', 'is missing');
    else if (worker === undefined) wrong('worker', 'is missing');
  });
export type ProfileFields = z.infer<typeof ProfileFields>;

/** Names of profiles: as they are typed behind `--profile`. */
export const PROFILE_NAME = /^[a-z0-9][a-z0-9._-]{0,39}$/i;

/** What may stand where, for saying which name was meant. */
export const KNOWN_FIELDS = {
  file: ['profiles', 'console', 'keys', 'notify'],
  notify: Object.keys(NotifyFields.shape),
  console: Object.keys(ConsoleFields.shape),
  profile: ['planner', 'worker', 'brain', 'policy'],
  simulated: ['provider', 'system', 'constrained', 'rates', 'playbook'],
  embedded: ['provider', 'model', 'system', 'constrained'],
  ollama: ['provider', ...Object.keys(endpoint), 'contextTokens'],
  openai: ['provider', 'vendor', ...Object.keys(endpoint)],
} as const;

/** A valid example of every field; with a provider before it, where that takes something else than the first one. */
export const EXAMPLES: Record<string, string> = {
  profiles: 'profiles: {mine: {planner: kimi, worker: "qwen3-coder:30b @ http://127.0.0.1:11435"}}',
  console: 'console: {theme: light}',
  notify: 'notify: {bell: true, tmux: true, command: [notify-send, turingos], on: [panic, end]}',
  keys: 'keys: {next-trap: f, live.zoom: [z, o]}',
  theme: 'console: {theme: light}',
  mouse: 'console: {mouse: true}',
  planner: 'planner: kimi',
  worker: 'worker: "qwen3-coder:30b @ http://127.0.0.1:11435"',
  brain: 'brain: {provider: openai, vendor: vllm, model: my-model, url: "http://127.0.0.1:8000/v1"}',
  policy: 'policy: {limits: {maxTokens: 4096}}',
  temperatures: 'policy: {temperatures: {planner: 200, workers: [200, 600, 400, 800]}} # in thousandths',
  provider: 'provider: ollama',
  vendor: 'vendor: vllm',
  model: 'model: "qwen3-coder:30b"',
  'openai.model': 'model: my-model',
  'embedded.model': 'model: tiny',
  url: 'url: "http://127.0.0.1:11435"',
  'openai.url': 'url: "http://127.0.0.1:8000/v1"',
  urls: 'urls: ["http://127.0.0.1:11435", "http://127.0.0.1:11436"]',
  'openai.urls': 'urls: ["http://127.0.0.1:8000/v1", "http://127.0.0.1:8001/v1"]',
  keyEnv: 'keyEnv: MOONSHOT_API_KEY',
  thinking: 'thinking: off',
  silenceMs: 'silenceMs: 90000',
  contextTokens: 'contextTokens: 8192',
  price: 'price: {in: 0.60, out: 2.50}',
  system: 'system: ""',
  constrained: 'constrained: true',
  rates: 'rates: {schema: 30, badHandle: 20, thrash: 30, slip: 60, cut: 10}',
  playbook: 'playbook: repo-issue/playbook.yaml',
};

/** Fields that people look for in the wrong place, and the example that shows the right one. */
export const ELSEWHERE: Readonly<Record<string, keyof typeof EXAMPLES>> = {
  temperature: 'temperatures',
  temperatures: 'temperatures',
  maxTokens: 'policy',
  max_tokens: 'policy',
  limits: 'policy',
  num_ctx: 'contextTokens',
};
