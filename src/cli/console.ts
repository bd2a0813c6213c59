/** The way from verbs to the console; React is loaded here and nowhere else. */
export interface ConsoleOptions {
  home: string;
  runId?: string;
  screen?: string;
}

/** @returns the exit code */
export const openConsole = async (options: ConsoleOptions): Promise<number> => {
  // A computed address: the compiler must not make the console a part of every verb.
  const console: { openConsole(options: ConsoleOptions): Promise<number> } = await import(
    new URL('../app.js', import.meta.url).href
  );
  return await console.openConsole(options);
};
