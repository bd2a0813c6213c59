/** Which run `demo` makes; apart from the verb, so that help needs nothing else. */
export const DEMO_TASK = 'ledger-12';
/** With this seed the early workers' mistakes lead to traps, a rejection and thrashing, and the pair often gets there after all. */
export const DEMO_SEED = 7;
