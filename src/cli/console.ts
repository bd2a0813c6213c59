/** The way from verbs to the console; React is loaded only on the way to a terminal, never by headless verbs. */
export interface ConsoleOptions {
  home: string;
  runId?: string;
  screen?: string;
  /** Without the keys that may change a run. */
  readOnly?: boolean;
}

/** @returns the exit code */
export const openConsole = async (options: ConsoleOptions): Promise<number> => {
  const { openConsole: open } = await import('../app.tsx');
  return await open(options);
};
