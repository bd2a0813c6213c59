/** Reads a `task.yaml`. Whatever is wrong with it is one sentence: file, line, field, reason, and how it is written right. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { Policy } from '../../kernel/policy.ts';
import type { RootCap, TaskSpec } from '../../kernel/task.ts';
import { MemoryCore } from '../worlds/memory-core.ts';
import { judgedBy } from './graders.ts';
import { readDir, readText } from './read-dir.ts';
import { type LoadedTask, TaskError } from './task.ts';
import { EXAMPLES, TaskFile } from './task-schema.ts';

const MAX_TASK_FILE = 1024 * 1024;

type Path = readonly PropertyKey[];

interface Source {
  path: string;
  document: Document;
  lines: LineCounter;
}

/**
 * Reads a task file and checks all of it, its directory of files included.
 * @throws TaskError `missing` or `invalid`
 */
export const checkTask = (path: string): LoadedTask => {
  const source = parse(path);
  const parsed = TaskFile.safeParse(contentsOf(source));
  if (!parsed.success) {
    // A misspelt field is also a missing one; the spelling is what helps.
    const { issues } = parsed.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    if (issue === undefined) throw new TaskError('invalid', `${path}: not a task.`);
    const field = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    throw invalid(source, field, issue.code === 'unrecognized_keys' ? 'there is no such field' : reason(issue.message));
  }
  return build(source, parsed.data);
};

const build = (source: Source, task: TaskFile): LoadedTask => {
  const files = allFiles(source, task);
  const caps: RootCap[] = [
    ...task.capabilities,
    ...task.commands.map(({ name, argv, more }) => ({ rights: 'x' as const, target: name, argv, more })),
  ];
  task.evidence.forEach((target, i) => {
    if (task.capabilities.some((cap) => cap.rights !== 'r' && covers(cap.target, target))) return;
    throw invalid(source, ['evidence', i], `no capability lets the run write ${target}, so it could never halt`);
  });
  const name = task.name ?? (basename(source.path).replace(/\.ya?ml$/, '') || 'task');
  const spec: TaskSpec = { name, goal: task.goal, caps, evidence: task.evidence, variants: task.variants };
  return { spec, files, ...judgedBy(task.grader), limits: limitsOf(task.limits) };
};

const covers = (cap: string, target: string): boolean =>
  cap === './' || cap === target || (cap.endsWith('/') && target.startsWith(cap));

const allFiles = (source: Source, task: TaskFile): Record<string, string> => {
  const clause = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  let read: Record<string, string> = {};
  try {
    if (task.dir !== undefined) read = readDir(source.path, task.dir);
  } catch (error) {
    throw invalid(source, ['dir'], clause(error));
  }
  for (const path of Object.keys(task.files)) {
    if (Object.hasOwn(read, path)) throw invalid(source, ['files', path], `${task.dir} holds a file of this name too`);
  }
  const files = { ...read, ...task.files };
  try {
    new MemoryCore(files);
  } catch (error) {
    throw invalid(source, ['files'], clause(error));
  }
  return files;
};

const limitsOf = ({ ticks, tokens, replyTokens, brainMs, opMs }: TaskFile['limits']): Partial<Policy['limits']> => ({
  ...(ticks === undefined ? {} : { maxTicks: ticks }),
  ...(tokens === undefined ? {} : { tokens }),
  ...(replyTokens === undefined ? {} : { maxTokens: replyTokens }),
  ...(brainMs === undefined ? {} : { brainMs }),
  ...(opMs === undefined ? {} : { opMs }),
});

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
