import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** All files under a directory. */
export const listFiles = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
