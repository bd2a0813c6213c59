import { applyPatch, parsePatch, type StructuredPatch } from 'diff';

export type Patched = { ok: true; text: string } | { ok: false; why: string };

const fail = (why: string): Patched => ({ ok: false, why });

/** Applies a unified diff of one file; every context and deleted line must match, as it stands. */
export const patchText = (source: string, patch: string): Patched => {
  let files: StructuredPatch[];
  try {
    files = parsePatch(patch);
  } catch (error) {
    return fail(`not a unified diff: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [file, second] = files;
  if (second !== undefined) return fail('a patch must change one file');
  if (file === undefined || file.hunks.length === 0) return fail('not a unified diff: it has no hunk');
  const text = applyPatch(source, file, { fuzzFactor: 0, autoConvertLineEndings: false });
  return text === false ? fail('the patch does not apply') : { ok: true, text };
};
