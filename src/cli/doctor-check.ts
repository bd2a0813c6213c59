/** One thing that was looked at. */
export interface Check {
  name: string;
  /** `warn`: not as it should be, but the chosen profile does not need it. */
  state: 'ok' | 'warn' | 'fail';
  found: string;
  /** The way out. */
  todo?: string;
  /** How long it took, where that says something. */
  ms?: number;
}

export const ok = (name: string, found: string, ms?: number): Check => ({
  name,
  state: 'ok',
  found,
  ...(ms === undefined ? {} : { ms: Math.round(ms) }),
});
export const warn = (name: string, found: string, todo: string): Check => ({ name, state: 'warn', found, todo });
export const fail = (name: string, found: string, todo: string): Check => ({ name, state: 'fail', found, todo });
