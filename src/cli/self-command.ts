/** How this program starts itself, from `dist` or from the sources: executable and arguments. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const selfCommand = (): [string, ...string[]] => {
  const built = fileURLToPath(new URL('./main.js', import.meta.url));
  return [process.execPath, existsSync(built) ? built : fileURLToPath(new URL('./main.ts', import.meta.url))];
};
