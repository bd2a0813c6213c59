import { type Sandbox, SandboxUnavailable } from './contract.ts';

export const openUnfenced = (): Promise<Sandbox> => Promise.reject(new SandboxUnavailable('Commands cannot be run yet.'));
