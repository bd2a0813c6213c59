/** The profiles that come with the program: what a configuration file could say, in the same words. */

/** Bigger models think before they answer, and take their time; what they think counts. */
const ROOMY = { limits: { maxTokens: 8192, brainMs: 300_000 } };
const QWEN_TUNNEL = 'qwen3-coder:30b @ http://127.0.0.1:11435';

export interface Shipped {
  planner: string | Record<string, unknown>;
  worker: string | Record<string, unknown>;
  policy?: Record<string, unknown>;
  /** For people. */
  about: string;
}

export const SHIPPED = {
  demo: {
    planner: 'tiny',
    worker: 'tiny-early',
    about: 'the embedded pair; its workers were stopped early in training and are often wrong',
  },
  tiny: { planner: 'tiny', worker: 'tiny', about: 'the embedded model in both seats' },
  early: { planner: 'tiny-early', worker: 'tiny-early', about: 'the embedded model that was stopped early' },
  sim: { planner: 'sim', worker: 'sim', about: 'simulated: no model is at work' },
  'seeds-pair': {
    planner: 'kimi',
    worker: QWEN_TUNNEL,
    policy: ROOMY,
    about: 'Kimi plans, Qwen works on an Ollama behind a tunnel on port 11435',
  },
  qwen: { planner: QWEN_TUNNEL, worker: QWEN_TUNNEL, policy: ROOMY, about: 'Qwen alone, behind the same tunnel' },
  kimi: { planner: 'kimi', worker: 'kimi', policy: ROOMY, about: 'Kimi alone' },
  gemini: { planner: 'gemini', worker: 'gemini', policy: ROOMY, about: 'Gemini alone' },
  'llama-server': {
    planner: 'llama-server',
    worker: 'llama-server',
    policy: ROOMY,
    about: 'whatever model a llama-server on port 8080 has',
  },
} as const satisfies Record<string, Shipped>;

export type ShippedName = keyof typeof SHIPPED;
export const SHIPPED_NAMES = Object.keys(SHIPPED) as ShippedName[];
