// What the check scripts share: which files are ours, what they say, and how a check ends.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseSync } from 'rolldown/utils';

/** A broken rule: where, and what to do about it, in one sentence. */
export interface Violation {
  file: string;
  line: number;
  message: string;
}

/** A module that a source file names in an import, an export … from, an import() or an import type. */
export interface ImportRef {
  specifier: string;
  typeOnly: boolean;
  line: number;
  /** Imported names; undefined where they are not listed, as in `import * as x` and `import()`. */
  names: string[] | undefined;
}

/** An ESTree node; only the fields that every node has are typed. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

const SKIPPED = new Set(['node_modules', 'dist', 'fixtures', 'build']);

/** Paths relative to `root`, with forward slashes, of all files under `dirs` whose name matches; sorted. */
export function listFiles(root: string, dirs: string[], name = /\.tsx?$/): string[] {
  const found: string[] = [];
  const walk = (dir: string): void => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) walk(path);
      } else if (name.test(entry.name)) found.push(relative(root, path).split(sep).join('/'));
    }
  };
  for (const dir of dirs) if (existsSync(join(root, dir))) walk(join(root, dir));
  return found.sort();
}

/** A parsed source file. Throws an Error that names file and line when it does not parse. */
export function parseFile(root: string, file: string): { program: Node; lineOf: (offset: number) => number } {
  const text = readFileSync(join(root, file), 'utf8');
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  const { program, errors } = parseSync(file, text, { sourceType: 'module' });
  const [error] = errors;
  if (error) throw new Error(`${file}:${lineOf(error.labels[0]?.start ?? 0)} does not parse: ${error.message}`);
  return { program: program as unknown as Node, lineOf };
}

/** The nodes directly below a node, in source order. */
export function children(node: Node): Node[] {
  const isNode = (value: unknown): value is Node =>
    value !== null && typeof value === 'object' && typeof (value as Node).type === 'string';
  return Object.values(node).flat().filter(isNode);
}

/** Calls `visit` for a node and every node below it, parents first. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of children(node)) walk(child, visit);
}

/** Every import of a file, type imports included. A specifier that is computed cannot be checked and is reported as ''. */
export function importsOf(program: Node, lineOf: (offset: number) => number): ImportRef[] {
  const refs: ImportRef[] = [];
  walk(program, (node) => {
    const source = node.source as { value?: unknown } | null | undefined;
    const specifier = typeof source?.value === 'string' ? source.value : '';
    const line = lineOf(node.start);
    if (node.type === 'ImportDeclaration' || node.type === 'ExportNamedDeclaration') {
      if (!source) return;
      const specifiers = node.specifiers as Node[];
      const kindOf = (n: Node): unknown => n.importKind ?? n.exportKind;
      const typeOnly =
        kindOf(node) === 'type' || (specifiers.length > 0 && specifiers.every((s) => kindOf(s) === 'type'));
      const named = specifiers.every((s) => s.type === 'ImportSpecifier' || s.type === 'ExportSpecifier');
      const nameOf = (s: Node): string => {
        const id = (s.imported ?? s.local) as { name?: string; value?: string };
        return id.name ?? id.value ?? '';
      };
      refs.push({ specifier, typeOnly, line, names: named ? specifiers.map(nameOf) : undefined });
    } else if (node.type === 'ExportAllDeclaration') {
      refs.push({ specifier, typeOnly: node.exportKind === 'type', line, names: undefined });
    } else if (node.type === 'ImportExpression') {
      refs.push({ specifier, typeOnly: false, line, names: undefined });
    } else if (node.type === 'TSImportType') {
      refs.push({ specifier, typeOnly: true, line, names: undefined });
    }
  });
  return refs;
}

/** Prints what was found and sets the exit code; `root` is the first command line argument, else the current directory. */
export function runCheck(name: string, check: (root: string) => Violation[]): void {
  try {
    const violations = check(process.argv[2] ?? process.cwd());
    for (const { file, line, message } of violations) console.error(`${file}:${line} ${message}`);
    console.log(`${name}: ${violations.length === 0 ? 'ok' : `${violations.length} broken`}`);
    if (violations.length > 0) process.exitCode = 1;
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
