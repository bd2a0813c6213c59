/** Reads a `task.yaml`. Whatever is wrong with it is one sentence: file, line, field, reason, and how it is written right. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { Policy } from '../../kernel/policy.ts';
import type { RootCap, TaskSpec } from '../../kernel/task.ts';
import { capTargetProblem } from '../worlds/cap-target.ts';
import { MemoryCore } from '../worlds/memory-core.ts';
import { targetProblem } from '../worlds/workspace/write.ts';
import { readDir, readText } from './read-dir.ts';
import { type RepoTree, repoTree } from './repo.ts';
import { type LoadedTask, TaskError } from './task.ts';
import { EXAMPLES, type Judge, memoryProblem, type TaskFile, taskSchema } from './task-schema.ts';

const MAX_TASK_FILE = 1024 * 1024;

type Path = readonly PropertyKey[];

interface Source {
  path: string;
  document: Document;
  lines: LineCounter;
}

/**
 * Reads a task file and checks all of it, its directory of files and its repository included.
 * @param repo `PATH@COMMIT` in place of the file's own, or of its `dir` where it has none; the path is relative to here
 * @throws TaskError `missing` or `invalid`
 */
export const checkTask = (path: string, repo?: string): LoadedTask => {
  const source = parse(path);
  const contents = contentsOf(source);
  const parsed = taskSchema(contents).safeParse(contents);
  if (!parsed.success) {
    // A misspelt field is also a missing one; the spelling is what helps.
    const { issues } = parsed.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    if (issue === undefined) throw new TaskError('invalid', `${path}: not a task.`);
    const field = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    throw invalid(source, field, issue.code === 'unrecognized_keys' ? 'there is no such field' : reason(issue.message));
  }
  const task = parsed.data;
  // It stands in place of what the workspace begins with, and that is the directory where the file names no repository.
  const replaced = repo !== undefined && task.repo === undefined;
  return build(source, replaced ? { ...task, dir: undefined } : task, repo);
};

const build = (source: Source, task: TaskFile, repo: string | undefined): LoadedTask => {
  if (task.world === 'memory') refuseInMemory(source, task, repo);
  const files = allFiles(source, task);
  const caps: RootCap[] = [
    ...task.capabilities,
    ...task.commands.map(({ name, argv, more }) => ({ rights: 'x' as const, target: name, argv, more })),
  ];
  task.capabilities.forEach(({ target }, i) => {
    const problem = capTargetProblem(task.world, target);
    if (problem !== undefined) throw invalid(source, ['capabilities', i, 'target'], problem);
  });
  task.evidence.forEach((target, i) => {
    if (task.capabilities.some((cap) => cap.rights !== 'r' && covers(cap.target, target))) return;
    throw invalid(source, ['evidence', i], `no capability lets the run write ${target}, so it could never halt`);
  });
  const name = task.name ?? (basename(source.path).replace(/\.ya?ml$/, '') || 'task');
  const spec: TaskSpec = { name, goal: task.goal, caps, evidence: task.evidence, variants: task.variants };
  const { world, limits } = task;
  return {
    spec,
    files,
    world,
    repo: repoOf(source, task, repo),
    judge: judgeOf(source, task),
    limits: limitsOf(limits),
  };
};

/** What a task asks for that only a workspace has. */
const refuseInMemory = (source: Source, { repo, commands, grader }: TaskFile, override: string | undefined): void => {
  const needs = 'it needs files: say "world: workspace"';
  if (override !== undefined) {
    throw new TaskError('invalid', `${source.path}: a task in memory takes no --repo: say "world: workspace" in it.`);
  }
  if (repo !== undefined) throw invalid(source, ['repo'], needs);
  if (!Array.isArray(grader)) throw invalid(source, ['grader', 'command'], needs);
  commands.forEach(({ argv }, i) => {
    const problem = memoryProblem(argv);
    if (problem !== undefined) throw invalid(source, ['commands', i, 'argv'], problem);
  });
};

const clause = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Calls `work`; what it throws is wrong with a field. */
const about = <T>(source: Source, field: Path, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (error instanceof TaskError) throw error;
    throw invalid(source, field, clause(error));
  }
};

const repoOf = (source: Source, task: TaskFile, override: string | undefined): RepoTree | null => {
  const named = override ?? task.repo;
  if (named === undefined) return null;
  const base = override === undefined ? dirname(source.path) : '.';
  try {
    const tree = repoTree(base, named);
    refuseTelling(source, task, tree);
    return tree;
  } catch (error) {
    if (override === undefined) throw invalid(source, ['repo'], clause(error));
    throw new TaskError('invalid', `--repo ${override}: ${clause(error)}.`);
  }
};

/** A brain could read in the workspace what the grader knows. */
const refuseTelling = (source: Source, { grader }: TaskFile, { path, entries }: RepoTree): void => {
  const within = (file: string): string => relative(path, realpathSync(file)).split(sep).join('/');
  const task = within(source.path);
  const dir =
    Array.isArray(grader) || grader.dir === undefined ? undefined : within(join(dirname(source.path), grader.dir));
  const told = entries.find((entry) => entry.path === task || (dir !== undefined && entry.path.startsWith(`${dir}/`)));
  if (told !== undefined) throw new Error(`this commit holds ${told.path}, and with it what the grader knows`);
};

const judgeOf = (source: Source, { grader, dir }: TaskFile): Judge => {
  if (Array.isArray(grader)) return { checks: grader };
  const { command, timeoutMs, words } = grader;
  const own = dirname(source.path);
  const read = about(source, ['grader', 'dir'], () => {
    if (grader.dir === undefined) return {};
    const found = readDir(source.path, grader.dir);
    if (dir !== undefined && overlaps(resolve(own, grader.dir), resolve(own, dir))) {
      throw new Error('the world is made of it too, so a brain could read it');
    }
    return found;
  });
  const files = { ...read, ...grader.files };
  about(source, ['grader', 'files'], () => new MemoryCore(files));
  return { command: { command, files, timeoutMs, words } };
};

const overlaps = (one: string, other: string): boolean => {
  const [a, b] = [realpathSync(one), realpathSync(other)].map((path) => `${path}${sep}`) as [string, string];
  return a.startsWith(b) || b.startsWith(a);
};

const covers = (cap: string, target: string): boolean =>
  cap === './' || cap === target || (cap.endsWith('/') && target.startsWith(cap));

const allFiles = (source: Source, task: TaskFile): Record<string, string> => {
  const { dir } = task;
  const read = about(source, ['dir'], () => (dir === undefined ? {} : readDir(source.path, dir)));
  for (const path of Object.keys(task.files)) {
    if (Object.hasOwn(read, path)) throw invalid(source, ['files', path], `${dir} holds a file of this name too`);
  }
  const files = { ...read, ...task.files };
  about(source, ['files'], () => {
    new MemoryCore(files);
    const bad =
      task.world === 'workspace' ? Object.keys(files).find((path) => targetProblem(path) !== undefined) : undefined;
    if (bad !== undefined) throw new Error(`file "${bad}": ${targetProblem(bad)?.detail}`);
  });
  return files;
};

const limitsOf = (limits: TaskFile['limits']): Partial<Policy['limits']> => {
  const { ticks, tokens, wallMinutes, cost, replyTokens, brainMs, opMs } = limits;
  return {
    ...(ticks === undefined ? {} : { maxTicks: ticks }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(wallMinutes === undefined ? {} : { wallMs: Math.max(1, Math.round(wallMinutes * 60_000)) }),
    ...(cost === undefined ? {} : { cost: Math.round(cost * 1_000_000) }),
    ...(replyTokens === undefined ? {} : { maxTokens: replyTokens }),
    ...(brainMs === undefined ? {} : { brainMs }),
    ...(opMs === undefined ? {} : { opMs }),
  };
};

const parse = (path: string): Source => {
  let text: string;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new TaskError('invalid', `${path}: not a file; name a task.yaml.`);
    if (stat.size > MAX_TASK_FILE) {
      throw new TaskError('invalid', `${path}: larger than ${MAX_TASK_FILE} bytes; bring big files along with "dir:".`);
    }
    text = readText(path);
  } catch (error) {
    if (error instanceof TaskError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new TaskError('missing', `There is no task file ${path}.`);
    throw new TaskError(
      'invalid',
      `${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const bad = document.errors[0];
  if (bad !== undefined) {
    const { line } = lines.linePos(bad.pos[0]);
    throw new TaskError(
      'invalid',
      `${path}:${line}: not YAML: ${bad.message.split('\n')[0]}. Begin with: ${EXAMPLES.goal}`,
    );
  }
  if (!isMap(document.contents)) throw new TaskError('invalid', `${path}:1: not a task. Begin with: ${EXAMPLES.goal}`);
  return { path, document, lines };
};

/** What the YAML stands for; an alias can point nowhere, or stand for more than there is memory. */
const contentsOf = ({ path, document }: Source): unknown => {
  try {
    return document.toJS();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TaskError('invalid', `${path}: not YAML: ${why}. Begin with: ${EXAMPLES.goal}`);
  }
};

const invalid = ({ path, document, lines }: Source, field: Path, why: string): TaskError => {
  const shown = field
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
  const example = EXAMPLES[field[0] as keyof TaskFile] ?? `the fields are ${Object.keys(EXAMPLES).join(', ')}`;
  return new TaskError(
    'invalid',
    `${path}:${lineOf(document, lines, field)}: ${shown}: ${why}. For example: ${example}`,
  );
};

/** Line of the field, or of the nearest thing above it that is there. */
const lineOf = (document: Document, lines: LineCounter, field: Path): number => {
  let offset = 0;
  let node: unknown = document.contents;
  for (const key of field) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === String(key));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
      continue;
    }
    const item: unknown =
      isNode(node) && 'get' in node ? (node as { get(at: unknown, keep: true): unknown }).get(key, true) : undefined;
    if (!isNode(item)) break;
    offset = item.range?.[0] ?? offset;
    node = item;
  }
  return lines.linePos(offset).line;
};

const reason = (message: string): string => {
  if (message.endsWith('received undefined')) return 'is missing';
  const bare = message.replace(/^Invalid (input|option): /, '').replace(/\.$/, '');
  return bare.charAt(0).toLowerCase() + bare.slice(1);
};
