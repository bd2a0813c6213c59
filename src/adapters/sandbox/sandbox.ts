/** The fence around the commands of the workspace world. */
import { openBubblewrap } from './bubblewrap.ts';
import type { Sandbox } from './contract.ts';
import { openUnfenced } from './unfenced.ts';

export {
  type Sandbox,
  type SandboxLimits,
  type SandboxRequest,
  type SandboxResult,
  SandboxUnavailable,
} from './contract.ts';

/**
 * `auto`: bubblewrap, tried once with a command that does nothing; throws SandboxUnavailable where that fails, and never
 * falls back. `none`: no fence, by the operator's explicit choice only.
 */
export const openSandbox = (choice: 'auto' | 'none'): Promise<Sandbox> =>
  choice === 'none' ? openUnfenced() : openBubblewrap();
