// No source file over 500 lines: one that needs more holds more than one idea.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, runCheck, type Violation } from './lib/sources.ts';

export const MAX_LINES = 500;
const DIRS = ['bin', 'src', 'test', 'bench', 'scripts', 'models'];

export function checkSize(root: string): Violation[] {
  return listFiles(root, DIRS, /\.(tsx?|[cm]?js|c|h|py|sh)$/).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines <= MAX_LINES) return [];
    return [{ file, line: MAX_LINES + 1, message: `has ${lines} lines, ${MAX_LINES} are allowed; split it by idea` }];
  });
}

if (import.meta.main) runCheck('size', checkSize);
