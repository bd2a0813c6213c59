/**
 * What sets one server of the OpenAI protocol apart from another, and how they word their errors. The only place for such
 * facts: whoever reads this table asks for a field, never for a name.
 */
import type { BrainErrorCode } from '../../../kernel/records/common.ts';

export interface Vendor {
  /** Where it is; null where only the operator knows. */
  baseUrl: string | null;
  /** The environment variable with the key, unless the operator names another; null where none is needed. */
  keyEnv: string | null;
  /** What a refused key is told besides the server's own words. */
  keyHint: string;
  /** How a reply is held to a JSON schema. With `json_object` the prompt has to describe the object. */
  schema: 'json_schema' | 'json_object';
  maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** Whether `seed` is a known field: some refuse what they do not know. */
  seed: boolean;
  /** Models that refuse sampling fields, which are then left out. */
  fixedSampling: RegExp | null;
  /** The fields that switch thinking on and off; null where there is no switch. */
  thinking: { on: Record<string, unknown>; off: Record<string, unknown> } | null;
  /** Fields of a delta that may hold reasoning. */
  reasoning: readonly string[];
  /** Where usage may stand: in the chunk, or in its first choice. */
  usageIn: readonly ('chunk' | 'choice')[];
  /** What `GET /models` puts before the names that requests take. */
  modelPrefix: string;
  /** Asked for where none is named, null where one has to be. They are renamed now and then: `turingos doctor` tells. */
  defaultModel: string | null;
}

const COMPATIBLE: Vendor = {
  baseUrl: null,
  keyEnv: null,
  keyHint: '',
  schema: 'json_schema',
  maxTokens: 'max_tokens',
  seed: true,
  fixedSampling: null,
  thinking: null,
  reasoning: ['reasoning_content', 'reasoning'],
  usageIn: ['chunk', 'choice'],
  modelPrefix: '',
  defaultModel: null,
};

const KIMI: Vendor = {
  ...COMPATIBLE,
  baseUrl: 'https://api.moonshot.ai/v1',
  keyEnv: 'MOONSHOT_API_KEY',
  keyHint: 'keys of api.moonshot.ai and api.moonshot.cn do not work at each other',
  schema: 'json_object',
  maxTokens: 'max_completion_tokens',
  seed: false,
  fixedSampling: /^kimi-/,
  thinking: { on: { thinking: { type: 'enabled' } }, off: { thinking: { type: 'disabled' } } },
  reasoning: ['reasoning_content'],
  defaultModel: 'kimi-k2.6',
};

/** Both hand these to the model's chat template. */
const TEMPLATE_THINKING = {
  on: { chat_template_kwargs: { enable_thinking: true } },
  off: { chat_template_kwargs: { enable_thinking: false } },
};

export const VENDORS = {
  openai: {
    ...COMPATIBLE,
    baseUrl: 'https://api.openai.com/v1',
    keyEnv: 'OPENAI_API_KEY',
    maxTokens: 'max_completion_tokens',
    fixedSampling: /^(o\d|gpt-5)/,
  },
  kimi: KIMI,
  'kimi-cn': { ...KIMI, baseUrl: 'https://api.moonshot.cn/v1' },
  gemini: {
    ...COMPATIBLE,
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyEnv: 'GEMINI_API_KEY',
    seed: false,
    thinking: { on: { reasoning_effort: 'low' }, off: { reasoning_effort: 'none' } },
    modelPrefix: 'models/',
    defaultModel: 'gemini-flash-latest',
  },
  vllm: { ...COMPATIBLE, thinking: TEMPLATE_THINKING },
  'llama-server': {
    ...COMPATIBLE,
    baseUrl: 'http://127.0.0.1:8080/v1',
    thinking: TEMPLATE_THINKING,
    // It serves one model, whatever it is asked for.
    defaultModel: 'default',
  },
  /** Any other server of the protocol. */
  compatible: COMPATIBLE,
} satisfies Record<string, Vendor>;
export type VendorName = keyof typeof VENDORS;

/** Ollama speaks a protocol of its own. */
export const OLLAMA = { baseUrl: 'http://127.0.0.1:11434', keyEnv: null, keyHint: '', modelPrefix: '' } as const;

/** How a completed choice says that it is complete; what is in neither table counts as `stop`. */
export const CUT_SHORT: ReadonlySet<string> = new Set(['length', 'max_tokens']);
export const FAILED_FINISH: Readonly<Record<string, BrainErrorCode>> = {
  content_filter: 'refused',
  abort: 'cut_off',
  insufficient_system_resource: 'overloaded',
};

/** What a status means where the words do not say more. A status of 400 to 499 that is not here: `refused`. */
export const ERROR_STATUS: Readonly<Record<number, BrainErrorCode>> = {
  401: 'unauthorized',
  402: 'unauthorized',
  403: 'unauthorized',
  404: 'unreachable',
  405: 'unreachable',
  407: 'unreachable',
  408: 'overloaded',
  409: 'overloaded',
  413: 'context_exceeded',
  425: 'overloaded',
  429: 'rate_limited',
  502: 'unreachable',
  504: 'unreachable',
};

export interface ErrorWords {
  words: RegExp;
  code: BrainErrorCode;
  /** Statuses at which these words count; `stream`: an error in mid-stream, without one. */
  at: readonly (number | 'stream')[];
  /** They do not count where the server says when to come back: who is told that has something left. */
  unlessRetry?: true;
  hint?: string;
}

/**
 * What servers write in the code, type, status or sentence of an error; the first that matches counts. An exhausted quota
 * is `unauthorized`: like a key that is refused it takes a person, and trying again soon never helps.
 */
export const ERROR_WORDS: readonly ErrorWords[] = [
  {
    words:
      /insufficient_quota|exceeded_current_quota|exceeded your current quota|insufficient.balance|account.*suspended|reached your \w+ usage limit/i,
    code: 'unauthorized',
    at: [400, 402, 403, 429, 'stream'],
    unlessRetry: true,
    hint: 'the quota of this key is used up',
  },
  { words: /overloaded|loading model|unavailable/i, code: 'overloaded', at: [429, 500, 503, 'stream'] },
  {
    words:
      /context_length_exceeded|exceed_context_size|context (length|size|window)|input length exceeds|prompt is too long|exceeded model token limit/i,
    code: 'context_exceeded',
    at: [400, 413, 422, 500, 'stream'],
  },
  { words: /content_filter|content_policy|prohibited_content/i, code: 'refused', at: [400, 403, 422, 'stream'] },
  { words: /invalid_api_key|api.key.(not valid|invalid)|api key not found/i, code: 'unauthorized', at: [400] },
  { words: /rate.?limit|resource_exhausted/i, code: 'rate_limited', at: ['stream'] },
];
