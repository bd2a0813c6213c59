/** Writes a commit's files into a new directory: their bytes as git keeps them, through no filter, attribute or hook. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { forSystem, toBytes } from '../worlds/workspace/names.ts';
import { gitEnv, type RepoEntry, type RepoTree } from './repo.ts';

/** @param dir made; must not be there yet */
export const exportRepo = async (repo: RepoTree, dir: string): Promise<void> => {
  mkdirSync(dir);
  chmodSync(dir, 0o755);
  const root = toBytes(dir);
  const links: [path: string | Buffer, to: Buffer][] = [];
  const made = new Set<string>(['']);
  const makeDirs = (path: string): void => {
    if (made.has(path)) return;
    makeDirs(parentOf(path));
    made.add(path);
    mkdirSync(forSystem(`${root}/${path}`));
    chmodSync(forSystem(`${root}/${path}`), 0o755);
  };
  for await (const { entry, body } of contents(repo)) {
    makeDirs(parentOf(entry.path));
    const path = forSystem(`${root}/${entry.path}`);
    if (entry.kind === 'link') {
      links.push([path, body]);
      continue;
    }
    writeFileSync(path, body, { flag: 'wx' });
    chmodSync(path, entry.kind === 'program' ? 0o755 : 0o644);
  }
  // Last: so that a tree which names a link and something below it writes nothing through that.
  for (const [path, to] of links) symlinkSync(to, path);
};

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

async function* contents({ path, entries }: RepoTree): AsyncGenerator<{ entry: RepoEntry; body: Buffer }> {
  if (entries.length === 0) return;
  const proc = spawn('git', ['-C', path, 'cat-file', '--batch', '--buffer'], {
    env: gitEnv(path),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const closed = once(proc, 'close');
  closed.catch(() => {});
  // It may end before it has read all.
  proc.stdin.on('error', () => {});
  proc.stdin.end(entries.map(({ id }) => `${id}\n`).join(''));
  const read = reader(proc.stdout);
  try {
    for (const entry of entries) {
      const head = (await read.line()).split(' ');
      if (head[0] !== entry.id || head[1] !== 'blob') {
        throw new Error(`git does not give ${entry.path}: the repository ${path} is damaged, or only partly there`);
      }
      const body = await read.bytes(Number(head[2]));
      await read.bytes(1);
      yield { entry, body };
    }
    await closed;
  } finally {
    proc.kill();
  }
}

const reader = (stream: NodeJS.ReadableStream) => {
  const chunks = stream[Symbol.asyncIterator]();
  let held: Buffer[] = [];
  let size = 0;
  const more = async (): Promise<void> => {
    const { value, done } = await chunks.next();
    if (done === true) throw new Error('git ended in the middle of a file');
    held.push(value as Buffer);
    size += (value as Buffer).length;
  };
  /** What is held, as one piece; put together as late as can be. */
  const whole = (): Buffer => {
    if (held.length !== 1) held = [Buffer.concat(held, size)];
    return held[0] as Buffer;
  };
  const take = (count: number): Buffer => {
    const all = whole();
    held = [all.subarray(count)];
    size -= count;
    return all.subarray(0, count);
  };
  return {
    bytes: async (count: number): Promise<Buffer> => {
      while (size < count) await more();
      return take(count);
    },
    line: async (): Promise<string> => {
      let end = whole().indexOf(0x0a);
      for (; end < 0; end = whole().indexOf(0x0a)) await more();
      return take(end + 1).toString('latin1', 0, end);
    },
  };
};
