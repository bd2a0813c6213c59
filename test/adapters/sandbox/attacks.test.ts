/**
 * Attacks on the sandbox, each of which must fail. What leaves no trace is shown to fail by what it prints; where a trace
 * can be looked for outside, it is. Root makes those on an ordinary user's sandbox too, in the slow suite.
 */
import { describe } from 'vitest';
import { requires } from '../../helpers/requires.ts';
import { attacksOnResources } from './attacks-on-resources.ts';
import { attacksOnRights } from './attacks-on-rights.ts';
import { attacksOnSecrets } from './attacks-on-secrets.ts';
import { commandLines } from './command-lines.ts';
import { Scene } from './scene.ts';

const missing = requires('bubblewrap');

describe.skipIf(missing !== undefined)(`attacks on the sandbox${missing ? ` (${missing})` : ''}`, () => {
  const scene = new Scene(process.getuid?.() ?? -1);
  attacksOnResources(scene);
  attacksOnSecrets(scene);
  attacksOnRights(scene);
  commandLines(scene);
});
