/** The same attacks on an ordinary user's sandbox. Who is no root has made them already, in the fast suite. */
import { describe } from 'vitest';
import { attacksOnResources } from '../adapters/sandbox/attacks-on-resources.ts';
import { attacksOnRights } from '../adapters/sandbox/attacks-on-rights.ts';
import { attacksOnSecrets } from '../adapters/sandbox/attacks-on-secrets.ts';
import { commandLines } from '../adapters/sandbox/command-lines.ts';
import { Scene } from '../adapters/sandbox/scene.ts';
import { requires } from '../helpers/requires.ts';

const missing = process.getuid?.() === 0 ? requires('bubblewrap') : 'needs root, who alone can become another user';

describe.skipIf(missing !== undefined)(`attacks on an ordinary user's sandbox${missing ? ` (${missing})` : ''}`, () => {
  const scene = new Scene(12_345);
  attacksOnResources(scene);
  attacksOnSecrets(scene);
  attacksOnRights(scene);
  commandLines(scene);
});
