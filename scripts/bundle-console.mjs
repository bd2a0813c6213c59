// The last step of the build: puts the console's screens and the libraries that only they use into one file, dist/app.js. Ink alone
// is some five hundred modules, and to find and load each takes longer than all that is done in them before the first frame.
// What verbs share (kernel, journal, store, runtime, replay) stays as it is, so that there is one of each.
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { inkAcrossFrames } from './lib/ink-across-frames.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
/** Of ours, what only the console loads. */
const OWN = /^(app\.js$|palette-host\.js$|session\.js$|session-view\.js$|screens\/|components\/)/;
/** Libraries that verbs load as well. */
const SHARED = ['chokidar', 'commander', 'diff', 'vscode-jsonrpc', 'yaml', 'zod'];
/** Ink asks for it in development only, and nobody has it. */
const DEVTOOLS = 'react-devtools-core';

/** Plain JavaScript: an install builds with whatever Node there is. */
const isShared = (id, importer) => {
  if (id.startsWith('node:')) return true;
  if (importer !== undefined && id.startsWith('.')) {
    const path = relative(dist, resolve(dirname(importer), id));
    return !path.startsWith('..') && !OWN.test(path);
  }
  return SHARED.some((name) => id === name || id.startsWith(`${name}/`));
};

const bundle = await rolldown({
  input: join(dist, 'app.js'),
  platform: 'node',
  external: isShared,
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  plugins: [
    inkAcrossFrames,
    {
      name: 'no-devtools',
      resolveId: (id) => (id === DEVTOOLS ? `\0${DEVTOOLS}` : null),
      load: (id) => (id === `\0${DEVTOOLS}` ? 'export default undefined;' : null),
    },
  ],
});
await bundle.write({ file: join(dist, 'app.js'), format: 'esm', codeSplitting: false });
await bundle.close();
