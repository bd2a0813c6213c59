/**
 * Makes a bundle: a directory that a run can be replayed and verified from anywhere. It is laid out as the run's own directory,
 * so that whatever reads runs reads bundles. What judged the run (`grader.json`) stays behind: a bundle is training data, and
 * verifying needs no grader. So do the lock, the socket and the index.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BUNDLE_FILE, type Bundle } from './bundle-file.ts';
import { isChanging } from './changing.ts';
import { digestOf, entriesOf } from './entries.ts';

export interface BundleParts extends Omit<Bundle, 'v' | 'files'> {
  /** The run's directory. */
  dir: string;
  /** Files of a world that lives in memory: path → text; undefined where the run's directory holds its workspace. */
  world: ReadonlyMap<string, string> | undefined;
}

const TREES = ['journal', 'blobs', 'workspace', 'shadow.git'] as const;
const TAGS = 'tags.ndjson';
/** Of the process that wrote the journal, not of the run. */
const LOCK = 'journal/lock';

/**
 * @param out the bundle's directory; it must not be there. Nothing is there after a failure either.
 * @throws what the system says
 */
export const makeBundle = (out: string, { dir, world, ...facts }: BundleParts): Bundle => {
  // Aside, and renamed: there is never half a bundle under its name.
  mkdirSync(dirname(out), { recursive: true });
  const aside = mkdtempSync(join(dirname(out), `.${basename(out)}.`));
  try {
    copyManifest(dir, aside);
    if (existsSync(join(dir, TAGS))) copyFileSync(join(dir, TAGS), join(aside, TAGS));
    for (const name of TREES) if (existsSync(join(dir, name))) copyTree(dir, aside, name);
    if (world !== undefined) writeFiles(join(aside, 'workspace'), world);
    const files: Record<string, string> = {};
    for (const entry of entriesOf(aside)) {
      if (entry.type !== 'dir' && !isChanging(entry.path)) files[entry.path] = digestOf(aside, entry);
    }
    const bundle: Bundle = { v: 1, ...facts, files };
    writeFileSync(join(aside, BUNDLE_FILE), `${JSON.stringify(bundle, null, 2)}\n`);
    renameSync(aside, out);
    return bundle;
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
};

/** But for the place of its socket, which was on one machine. */
const copyManifest = (from: string, to: string): void => {
  const manifest: unknown = JSON.parse(readFileSync(join(from, 'run.json'), 'utf8'));
  const text = JSON.stringify({ ...(manifest as object), socket: 'control.sock' }, null, 2);
  writeFileSync(join(to, 'run.json'), `${text}\n`);
};

const copyTree = (from: string, to: string, name: string): void => {
  mkdirSync(join(to, name));
  for (const { path, type } of entriesOf(from, name)) {
    if (type === 'dir') mkdirSync(join(to, path));
    else if (type === 'link') symlinkSync(readlinkSync(join(from, path)), join(to, path));
    else if (path !== LOCK) copyFileSync(join(from, path), join(to, path));
  }
};

const writeFiles = (dir: string, files: ReadonlyMap<string, string>): void => {
  mkdirSync(dir);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
};
