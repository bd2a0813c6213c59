/** A brain in one line: `tiny`, `SIM`, `kimi`, `kimi/kimi-k2.6`, `qwen3-coder:30b @ http://127.0.0.1:11435`. */
import { VENDORS, type VendorName } from '../brains/endpoints/vendors.ts';
import { didYouMean } from './nearest.ts';

export type ShortForm = { ok: true; fields: Record<string, unknown> } | { ok: false; why: string };

/** The embedded models that the program carries. */
export const CHECKPOINTS = ['tiny', 'tiny-early'];
export const isCheckpoint = (name: string): boolean => CHECKPOINTS.includes(name);
const WORDS = [
  ...CHECKPOINTS,
  'sim',
  ...Object.entries(VENDORS).flatMap(([name, { defaultModel }]) => (defaultModel === null ? [] : [name])),
];

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
    const model = slash < 0 ? VENDORS[vendor].defaultModel : what.slice(slash + 1);
    if (model === null || model === '') return { ok: false, why: `names no model: write ${vendor}/MODEL` };
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
