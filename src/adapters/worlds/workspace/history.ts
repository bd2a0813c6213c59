/**
 * Which states were committed, in which order, and what led to each: the commits of the shadow repository. A commit's tree is
 * the state as git holds it; its message is a line for people and a line of JSON with all the rest.
 */
import { z } from 'zod';
import { breather } from './breathe.ts';
import { type ObjectStore, ShadowDamaged } from './objects.ts';
import { type Beyond, beyondGit, type DirNode, gitTree } from './tree.ts';

const HEAD = 'refs/heads/world';
const KEPT = 'refs/kept';
const BY = 'turingos <turingos@localhost>';

/** Names in `modes` and `empty` are byte strings. */
const Told = z.object({
  hash: z.string(),
  n: z.int(),
  writes: z.int(),
  op: z.string(),
  paths: z.array(z.string()),
  modes: z.record(z.string(), z.int()),
  empty: z.array(z.string()),
});

export interface Commit {
  readonly id: string;
  /** '' for the first. */
  readonly parent: string;
  readonly tree: string;
  /** Of the world. */
  readonly hash: string;
  /** How many came before. */
  readonly n: number;
  /** How many of it and those before it are a SYS_WRITE. */
  readonly writes: number;
  /** As the log shows it. */
  readonly op: string;
  /** What it changed, as text; `''` stands for too many to tell. */
  readonly paths: readonly string[];
}

export class History {
  readonly #store: ObjectStore;
  readonly #byId = new Map<string, Commit>();
  /** From the first to the current one. */
  #line: Commit[] = [];

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  get head(): Commit | undefined {
    return this.#line.at(-1);
  }

  /** Oldest first, without the first, which is no op. */
  get line(): readonly Commit[] {
    return this.#line;
  }

  /** Reads all that an earlier process has committed. */
  async load(): Promise<void> {
    const head = this.#store.ref(HEAD);
    if (head === undefined) return;
    await this.#read(head);
    for (const [, kept] of this.#store.named(KEPT)) await this.#read(kept);
    this.#line = this.#lineTo(head);
  }

  commit(
    root: DirNode,
    hash: string,
    { op, paths, isWrite }: { op: string; paths: string[]; isWrite: boolean },
  ): Commit {
    const parent = this.head;
    const tree = gitTree(root, this.#store) || this.#store.put('tree', new Uint8Array());
    const told = {
      hash,
      n: (parent?.n ?? -1) + 1,
      writes: (parent?.writes ?? 0) + (isWrite ? 1 : 0),
      op,
      paths,
    };
    const when = `${Math.floor(Date.now() / 1000)} +0000`;
    const lines = [
      `tree ${tree}`,
      ...(parent === undefined ? [] : [`parent ${parent.id}`]),
      `author ${BY} ${when}`,
      `committer ${BY} ${when}`,
      '',
      op,
      '',
      asciiJson({ ...told, ...beyondGit(root, this.#store) }),
      '',
    ];
    const id = this.#store.put('commit', Buffer.from(lines.join('\n')));
    const commit = { id, parent: parent?.id ?? '', tree, ...told };
    this.#byId.set(id, commit);
    this.#store.setRef(HEAD, id);
    this.#line.push(commit);
    return commit;
  }

  /** Goes (back) to a commit. What is left behind stays known, and git keeps it. */
  moveTo(id: string): void {
    const from = this.head;
    if (from === undefined || from.id === id) return;
    const line = this.#lineTo(id);
    if (!line.includes(from)) this.#store.setRef(`${KEPT}/${from.id}`, from.id);
    this.#store.setRef(HEAD, id);
    this.#line = line;
  }

  /**
   * The last commit of a world hash, those that led to the head first.
   * @param writes how many writes led to it; where none of the commits has as many, the count does not matter
   */
  find(hash: string, writes?: number): Commit | undefined {
    const led = new Set(this.#line);
    const found = [...this.#byId.values()].filter((commit) => commit.hash === hash);
    const ordered = [
      ...found.filter((commit) => !led.has(commit)),
      ...this.#line.filter((commit) => commit.hash === hash),
    ];
    return ordered.findLast((commit) => commit.writes === writes) ?? ordered.at(-1);
  }

  beyond(commit: Commit): Beyond {
    return this.#told(commit.id).told;
  }

  async #read(from: string): Promise<void> {
    const breathe = breather();
    for (let id = from; id !== '' && !this.#byId.has(id); ) {
      const { told, tree, parent } = this.#told(id);
      const { hash, n, writes, op, paths } = told;
      this.#byId.set(id, { id, parent, tree, hash, n, writes, op, paths });
      id = parent;
      await breathe();
    }
  }

  #told(id: string): { told: z.infer<typeof Told>; tree: string; parent: string } {
    const text = this.#store.get('commit', id).toString('utf8');
    const field = (name: string): string => new RegExp(`^${name} ([0-9a-f]{64})$`, 'm').exec(text)?.[1] ?? '';
    try {
      const told = Told.parse(JSON.parse(text.trimEnd().split('\n').at(-1) ?? ''));
      return { told, tree: field('tree'), parent: field('parent') };
    } catch {
      throw new ShadowDamaged(`commit ${id} of ${this.#store.dir} is none of a world`);
    }
  }

  #lineTo(id: string): Commit[] {
    const line: Commit[] = [];
    for (let commit = this.#byId.get(id); commit !== undefined; commit = this.#byId.get(commit.parent))
      line.push(commit);
    return line.reverse();
  }
}

/** JSON in ASCII: byte strings would look like text of another kind. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
