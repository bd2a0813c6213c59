// Who may import whom under src/. One way only: a layer that is not listed for another may not be imported by it, and
// no files may import each other in a circle, type imports included.
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type ImportRef, importsOf, listFiles, parseFile, runCheck, type Violation } from './lib/sources.ts';

interface Rule {
  /** Layers whose values and types may be imported. */
  from?: string[];
  /** Layers of which only types may be imported. */
  typesFrom?: string[];
  /** Packages (and node: modules) that may be imported; absent means any. */
  packages?: string[];
  /** Packages (and node: modules) that may not; `node:` stands for all of Node's. */
  notPackages?: string[];
}

const SCREEN_LIBRARIES = ['ink', 'ink-table', 'react', 'zustand', 'zustand/vanilla'];
const IO = ['node:fs', 'node:fs/promises', 'node:net', 'node:http', 'node:https', 'node:child_process'];

/** The layers are the folders of src/. */
export const RULES: Record<string, Rule> = {
  kernel: { packages: ['zod', 'node:crypto'] },
  journal: { typesFrom: ['kernel'], notPackages: SCREEN_LIBRARIES },
  store: { from: ['kernel'], typesFrom: ['journal'], notPackages: ['ink', 'ink-table', ...IO] },
  replay: { from: ['kernel', 'journal', 'store'], notPackages: SCREEN_LIBRARIES },
  runtime: { from: ['kernel', 'journal'], notPackages: SCREEN_LIBRARIES },
  adapters: { from: ['kernel', 'runtime'], notPackages: SCREEN_LIBRARIES },
  evidence: { from: ['kernel', 'journal', 'store', 'replay'], notPackages: SCREEN_LIBRARIES },
  bench: { from: ['kernel', 'journal', 'runtime', 'evidence'], notPackages: SCREEN_LIBRARIES },
  components: { from: ['store'], notPackages: ['node:'] },
  screens: { from: ['components', 'store'], notPackages: IO },
};

/** What wires everything, and is imported by nothing else. */
const WIRING = 'cli and app.tsx';
const isWiring = (file: string): boolean => file.startsWith('src/cli/') || /^src\/[^/]+$/.test(file);

export function checkImports(root: string): Violation[] {
  const violations: Violation[] = [];
  const edges = new Map<string, string[]>();
  for (const file of listFiles(root, ['src'])) {
    const { program, lineOf } = parseFile(root, file);
    const targets: string[] = [];
    for (const ref of importsOf(program, lineOf)) {
      const target = ref.specifier.startsWith('.') ? posix.join(dirname(file), ref.specifier) : undefined;
      if (target && existsSync(join(root, target))) targets.push(target);
      const message = judge(root, file, ref, target);
      if (message) violations.push({ file, line: ref.line, message });
    }
    edges.set(file, targets);
  }
  for (const cycle of findCycles(edges)) {
    violations.push({
      file: cycle[0] as string,
      line: 1,
      message: `imports itself: ${[...cycle, cycle[0]].join(' > ')}`,
    });
  }
  return violations;
}

/** What is wrong with one import, or undefined. */
function judge(root: string, file: string, ref: ImportRef, target: string | undefined): string | undefined {
  if (ref.specifier === '') return 'imports a computed path, which nobody can check; name the module';
  const layer = file.split('/')[1] as string;
  const rule = isWiring(file) ? undefined : RULES[layer];
  if (!rule && !isWiring(file)) return `is in src/${layer}, for which scripts/check-imports.ts has no rule; add one`;
  if (!target) return rule && judgePackage(rule, layer, ref.specifier);
  if (!existsSync(join(root, target))) return `imports ${ref.specifier}, which does not exist; write the .ts or .tsx`;
  if (!target.startsWith('src/')) return `imports ${target} from outside src/`;
  if (!rule) return undefined;
  if (isWiring(target)) return `imports ${target}, but only ${WIRING} may wire things; have it handed in`;
  const other = target.split('/')[1] as string;
  if (other === layer || rule.from?.includes(other)) return undefined;
  if (!rule.typesFrom?.includes(other)) return `imports ${target}, but ${layer} may not import ${other}`;
  return ref.typeOnly ? undefined : `imports values of ${target}, but ${layer} may import only types of ${other}`;
}

function judgePackage(rule: Rule, layer: string, specifier: string): string | undefined {
  const hit = (list: string[]): boolean =>
    list.some((p) => p === specifier || (p === 'node:' && specifier.startsWith(p)));
  if (rule.packages && !hit(rule.packages))
    return `imports ${specifier}, but ${layer} may import only ${rule.packages.join(' and ')}`;
  if (rule.notPackages && hit(rule.notPackages)) return `imports ${specifier}, which ${layer} must do without`;
  return undefined;
}

/** At least one cycle of every group of files that reach each other; each starts at its first file by name. */
export function findCycles(edges: Map<string, string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      const cycle = path.slice(at);
      const first = cycle.indexOf([...cycle].sort()[0] as string);
      cycles.push([...cycle.slice(first), ...cycle.slice(0, first)]);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of edges.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of [...edges.keys()].sort()) visit(file);
  return cycles;
}

if (import.meta.main) runCheck('imports', checkImports);
