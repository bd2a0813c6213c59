import { type Sandbox, SandboxUnavailable } from './contract.ts';

export const openBubblewrap = (): Promise<Sandbox> =>
  Promise.reject(new SandboxUnavailable('Commands cannot be fenced yet; use --sandbox none.'));
