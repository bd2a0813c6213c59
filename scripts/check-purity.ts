// src/kernel must decide the same on every machine, at any time, in any order of arrival. This finds what would let
// the clock, chance, the machine's locale or the outside world in, by looking at every node of the syntax tree.
import { children, importsOf, listFiles, type Node, parseFile, runCheck, type Violation } from './lib/sources.ts';

const FORBIDDEN_GLOBALS = new Set(
  `Date Intl Temporal performance process globalThis global window self console require module __dirname __filename
  setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask requestAnimationFrame
  fetch WebSocket XMLHttpRequest EventSource BroadcastChannel MessageChannel Worker Promise AbortController AbortSignal
  WeakRef FinalizationRegistry SharedArrayBuffer Atomics crypto navigator localStorage eval Function`.split(/\s+/),
);
/** Methods that ask the machine's locale or time zone. */
const FORBIDDEN_METHODS = new Set([
  'localeCompare',
  'toLocaleString',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toLocaleUpperCase',
  'toLocaleLowerCase',
]);
const HASHING = new Set(['createHash', 'hash', 'Hash']);

export function checkPurity(root: string): Violation[] {
  const violations: Violation[] = [];
  for (const file of listFiles(root, ['src/kernel'])) {
    const { program, lineOf } = parseFile(root, file);
    const report = (node: Node, what: string): void => {
      violations.push({
        file,
        line: lineOf(node.start),
        message: `${what}; the kernel is pure, let the runtime feed it in`,
      });
    };
    for (const ref of importsOf(program, lineOf)) {
      if (!ref.specifier.startsWith('node:')) continue;
      const hashes = ref.specifier === 'node:crypto' && ref.names?.every((name) => HASHING.has(name));
      if (!hashes) violations.push({ file, line: ref.line, message: `imports ${ref.specifier} for more than hashing` });
    }
    // `bound` are the names that the file itself gives a meaning here: a local called `window` is no global.
    const scan = (node: Node, parent: Node | undefined, bound: Set<string>): void => {
      const here = isFunction(node) || node.type === 'Program' ? new Set([...bound, ...bindingsOf(node)]) : bound;
      const found = impurity(node, parent, here);
      if (found) report(node, found);
      for (const child of children(node)) scan(child, node, here);
    };
    scan(program, undefined, new Set());
  }
  return violations;
}

const isFunction = (node: Node): boolean =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);

/** Names bound in a function (or the file), its parameters included, those of the functions in it left out. */
function bindingsOf(scope: Node): string[] {
  const names: string[] = [];
  const pattern = (node: Node): void => {
    if (node.type === 'Identifier') names.push(node.name as string);
    else if (node.type === 'Property') pattern(node.value as Node);
    else if (node.type === 'AssignmentPattern') pattern(node.left as Node);
    else if (/^(ObjectPattern|ArrayPattern|RestElement)$/.test(node.type)) children(node).forEach(pattern);
  };
  const collect = (node: Node): void => {
    if (node.type === 'VariableDeclarator') pattern(node.id as Node);
    else if (node.type === 'CatchClause' && node.param) pattern(node.param as Node);
    else if (/^Import.*Specifier$/.test(node.type)) pattern(node.local as Node);
    else if (/^(Function|Class)Declaration$/.test(node.type) && node.id) pattern(node.id as Node);
    if (!isFunction(node)) children(node).forEach(collect);
  };
  if (isFunction(scope)) (scope.params as Node[]).forEach(pattern);
  children(scope).forEach(collect);
  return names;
}

function impurity(node: Node, parent: Node | undefined, bound: Set<string>): string | undefined {
  switch (node.type) {
    case 'AwaitExpression':
      return 'awaits';
    case 'ForOfStatement':
      return node.await ? 'awaits' : undefined;
    case 'ImportExpression':
      return 'loads code while it runs';
    case 'MetaProperty':
      return (node.meta as { name: string }).name === 'import' ? 'uses import.meta' : undefined;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.async ? 'has an async function' : undefined;
    case 'MemberExpression':
      return impureMember(node);
    case 'Identifier': {
      const name = node.name as string;
      return FORBIDDEN_GLOBALS.has(name) && !bound.has(name) && isReference(node, parent) ? `uses ${name}` : undefined;
    }
    default:
      return undefined;
  }
}

function impureMember(node: Node): string | undefined {
  const object = node.object as Node;
  const property = node.property as Node;
  const name = (node.computed ? property.value : property.name) as string | undefined;
  if (object.type === 'Identifier' && object.name === 'Math') {
    if (name === undefined) return 'uses a computed property of Math';
    if (name === 'random') return 'uses Math.random';
  }
  return name !== undefined && FORBIDDEN_METHODS.has(name) ? `uses ${name}, which depends on the locale` : undefined;
}

/** Whether an identifier stands for a value, rather than naming a property, a member or a type. */
function isReference(node: Node, parent: Node | undefined): boolean {
  if (!parent) return true;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed === true;
  if (/^Import/.test(parent.type)) return false;
  // In `{ Date }` the same name comes twice, as the key and as the value; the value is the one to report.
  if (/^(Property|PropertyDefinition|MethodDefinition|TSPropertySignature|TSMethodSignature)$/.test(parent.type)) {
    return parent.key !== node || parent.computed === true;
  }
  return !parent.type.startsWith('TS') || /^TS(As|Satisfies|NonNull|TypeAssertion|Instantiation)/.test(parent.type);
}

if (import.meta.main) runCheck('purity', checkPurity);
