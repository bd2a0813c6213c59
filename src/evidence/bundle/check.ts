/** Whether a bundle is what it was when it was made: every file by its digest, and the journal's last record. */
import type { Head } from '../../journal/index.ts';
import { BUNDLE_FILE, type Bundle } from './bundle-file.ts';
import { isChanging } from './changing.ts';
import { digestOf, entriesOf } from './entries.ts';

export interface BundleFault {
  /** `tip` for the journal's end, else the path of a file. */
  what: string;
  fault: 'missing' | 'changed' | 'added';
}

export interface BundleReport {
  ok: boolean;
  /** Files that were looked at. */
  files: number;
  tip: Head;
  faults: BundleFault[];
}

/** @param head the last record that the journal has, where that was looked at */
export const checkBundle = (dir: string, bundle: Bundle, head: Head | undefined): BundleReport => {
  const faults: BundleFault[] = [];
  const missing = new Set(Object.keys(bundle.files));
  let files = 0;
  for (const entry of entriesOf(dir)) {
    const { path, type } = entry;
    if (type === 'dir' || path === BUNDLE_FILE || isChanging(path)) continue;
    files += 1;
    const known = Object.hasOwn(bundle.files, path) ? bundle.files[path] : undefined;
    missing.delete(path);
    if (known === undefined) faults.push({ what: path, fault: 'added' });
    else if (known !== digestOf(dir, entry)) faults.push({ what: path, fault: 'changed' });
  }
  for (const what of missing) faults.push({ what, fault: 'missing' });
  const { tip } = bundle;
  if (head !== undefined && (head.seq !== tip.seq || head.hash !== tip.hash)) {
    faults.push({ what: 'tip', fault: head.seq < tip.seq ? 'missing' : 'changed' });
  }
  return { ok: faults.length === 0, files, tip, faults };
};
