/** A brain in one line: `tiny`, `SIM`, `kimi`, `kimi/kimi-k2.6`, `qwen3-coder:30b @ http://127.0.0.1:11435`. */
import { VENDORS, type VendorName } from '../brains/endpoints/vendors.ts';
import { didYouMean } from './nearest.ts';

export type ShortForm = { ok: true; fields: Record<string, unknown> } | { ok: false; why: string };

/** The models that vendors are asked for where none is named. They are renamed now and then: `turingos doctor` tells. */
const DEFAULT_MODELS: Partial<Record<VendorName, string>> = {
  kimi: 'kimi-k2.6',
  'kimi-cn': 'kimi-k2.6',
  gemini: 'gemini-flash-latest',
  // It serves one model, whatever it is asked for.
  'llama-server': 'default',
};
/** The embedded models that the program carries. */
export const CHECKPOINTS = ['tiny', 'tiny-early'];
export const isCheckpoint = (name: string): boolean => CHECKPOINTS.includes(name);
const WORDS = [...CHECKPOINTS, 'sim', ...Object.keys(DEFAULT_MODELS)];

const isVendor = (name: string): name is VendorName => Object.hasOwn(VENDORS, name);

export const shortForm = (text: string): ShortForm => {
  // A name may be pinned to a digest, which is no address; an address may hold an @ with a login, which is told then.
  const parts = /^(.*?)@(?!sha256)(.*)$/.exec(text) ?? [text, text];
  const [, what = '', where] = parts.map((part) => part.trim());
  if (what === '' || where === '' || /\s/.test(what)) {
    return { ok: false, why: 'is no brain: a name or MODEL @ URL is wanted' };
  }
  const at = where === undefined ? {} : { urls: where.split(/\s*,\s*/) };
  const slash = what.indexOf('/');
  const vendor = slash < 0 ? what : what.slice(0, slash);
  if (isVendor(vendor)) {
    const model = slash < 0 ? DEFAULT_MODELS[vendor] : what.slice(slash + 1);
    if (model === undefined || model === '') return { ok: false, why: `names no model: write ${vendor}/MODEL` };
    return { ok: true, fields: { provider: 'openai', vendor, model, ...at } };
  }
  if (where === undefined) {
    if (what.toLowerCase() === 'sim') return { ok: true, fields: { provider: 'simulated' } };
    if (isCheckpoint(what)) return { ok: true, fields: { provider: 'embedded', model: what } };
    // Models of Ollama have a tag; anything else is a word that should be known.
    if (!what.includes(':')) {
      const tag = `; a model of an Ollama is named with its tag, as in ${what}:latest`;
      const meant = didYouMean(what, WORDS);
      return { ok: false, why: `is no brain that is known${meant || tag}; there are ${WORDS.join(', ')}` };
    }
  }
  return { ok: true, fields: { provider: 'ollama', model: what, ...at } };
};
