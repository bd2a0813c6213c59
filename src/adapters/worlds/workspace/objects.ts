/**
 * The shadow repository: git's own format, written by us. Running git costs ten milliseconds a process and heeds configuration,
 * attributes, filters, ignore rules and hooks; none of that exists here. What comes out is a repository that git reads.
 *
 * Objects are named by SHA-256 (git's `extensions.objectFormat`), since what a world hash rests on must not be the hash that
 * has collisions.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { codeOf } from './open-at.ts';
import { unpackAll } from './packed.ts';

export type ObjectType = 'blob' | 'tree' | 'commit';

/** Above this, packing costs more time than it is worth. Bytes. */
const PACKED_UP_TO = 1024 * 1024;

const CONFIG = `[core]
	repositoryformatversion = 1
	bare = true
	autocrlf = false
	symlinks = true
	hooksPath = /dev/null
	attributesFile = /dev/null
	excludesFile = /dev/null
	logAllRefUpdates = false
[extensions]
	objectFormat = sha256
[gc]
	auto = 0
[maintenance]
	auto = false
`;

/** An object or a reference that is not as it was left; the message is one sentence. */
export class ShadowDamaged extends Error {
  override name = 'ShadowDamaged';
}

const headerOf = (type: ObjectType, body: Uint8Array): Buffer => Buffer.from(`${type} ${body.length}\0`);

/** The id that an object has, 64 hex digits, whether it is kept or not. */
export const idOf = (type: ObjectType, body: Uint8Array): string =>
  createHash('sha256').update(headerOf(type, body)).update(body).digest('hex');

export class ObjectStore {
  readonly dir: string;
  /** For files that are not yet what they will be: same file system, outside the workspace. */
  readonly staging: string;
  #staged = 0;

  /** Opens the repository, or makes it. */
  constructor(dir: string) {
    this.dir = dir;
    this.staging = join(dir, 'staging');
    for (const sub of ['objects', 'refs/heads', 'refs/kept', 'staging']) mkdirSync(join(dir, sub), { recursive: true });
    for (const [name, text] of [
      ['config', CONFIG],
      ['HEAD', 'ref: refs/heads/world\n'],
    ] as const) {
      if (statSync(join(dir, name), { throwIfNoEntry: false }) === undefined) this.replace(join(dir, name), text);
    }
  }

  /** One that must be there. */
  static existing(dir: string): ObjectStore {
    if (statSync(join(dir, 'HEAD'), { throwIfNoEntry: false }) !== undefined) return new ObjectStore(dir);
    throw new ShadowDamaged(`there is no shadow repository at ${dir}`);
  }

  /** A path in the staging place that nothing has. */
  stage(): string {
    this.#staged += 1;
    return join(this.staging, `${process.pid}-${this.#staged}`);
  }

  /** Takes away what an earlier process left in staging. */
  clean(): void {
    rmSync(this.staging, { recursive: true, force: true });
    mkdirSync(this.staging);
  }

  /** Puts a file in place whole or not at all. */
  replace(path: string, bytes: string | Uint8Array): void {
    const staged = this.stage();
    writeFileSync(staged, bytes);
    try {
      renameSync(staged, path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      mkdirSync(dirname(path), { recursive: true });
      renameSync(staged, path);
    }
  }

  /** @returns the object's id, 64 hex digits */
  put(type: ObjectType, body: Uint8Array): string {
    const id = idOf(type, body);
    const path = this.#path(id);
    // One that a power cut left empty counts as none.
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) return id;
    const whole = Buffer.concat([headerOf(type, body), body]);
    this.replace(path, deflateSync(whole, { level: body.length > PACKED_UP_TO ? 0 : 1 }));
    return id;
  }

  /** @throws ShadowDamaged where it is lost or spoilt */
  get(type: ObjectType, id: string): Buffer {
    const whole = this.#read(id);
    if (createHash('sha256').update(whole).digest('hex') !== id)
      throw new ShadowDamaged(`object ${id} of ${this.dir} is spoilt`);
    const end = whole.indexOf(0);
    if (whole.toString('latin1', 0, end) !== `${type} ${whole.length - end - 1}`) {
      throw new ShadowDamaged(`object ${id} of ${this.dir} is no ${type}`);
    }
    return whole.subarray(end + 1);
  }

  /** The commit that a reference names; undefined where there is none. */
  ref(name: string): string | undefined {
    const text = readOrNothing(join(this.dir, name))?.trim();
    const id = text ?? packedRef(readOrNothing(join(this.dir, 'packed-refs')) ?? '', name);
    if (id !== undefined && !/^[0-9a-f]{64}$/.test(id))
      throw new ShadowDamaged(`${name} of ${this.dir} names no commit`);
    return id;
  }

  /** The references below a prefix, each with the commit that it names, in no order. */
  named(prefix: string): [name: string, id: string][] {
    const packed = (readOrNothing(join(this.dir, 'packed-refs')) ?? '')
      .split('\n')
      .filter((line) => line.includes(` ${prefix}/`))
      .map((line) => line.split(' ')[1] as string);
    const names = new Set([...packed, ...readdirSync(join(this.dir, prefix)).map((name) => `${prefix}/${name}`)]);
    return [...names].flatMap((name) => {
      const id = this.ref(name);
      return id === undefined ? [] : [[name, id] as [string, string]];
    });
  }

  setRef(name: string, id: string): void {
    const path = join(this.dir, name);
    const line = `${id}\n`;
    if (statSync(path, { throwIfNoEntry: false })?.size !== line.length) {
      this.replace(path, line);
      return;
    }
    // In place: a line of one length in one block is never half written, and replacing a file makes ext4 flush it: 3 ms.
    const fd = openSync(path, 'r+');
    writeSync(fd, line, 0);
    closeSync(fd);
  }

  #path(id: string): string {
    return join(this.dir, 'objects', id.slice(0, 2), id.slice(2));
  }

  #read(id: string): Buffer {
    for (const last of [false, true]) {
      try {
        return inflateSync(readFileSync(this.#path(id)));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw new ShadowDamaged(`object ${id} of ${this.dir} cannot be read: ${error}`);
        // Somebody may have run git's own housekeeping.
        if (!last) unpackAll(this.dir, join(this.staging, 'unpacking'));
      }
    }
    throw new ShadowDamaged(`object ${id} of ${this.dir} is lost`);
  }
}

const readOrNothing = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const packedRef = (packed: string, name: string): string | undefined =>
  packed
    .split('\n')
    .find((line) => line.endsWith(` ${name}`))
    ?.split(' ')[0];
