/** How long work on files may keep the event loop, on which two brains stream. Milliseconds. */
const SLICE_MS = 8;

/** @returns a function to be awaited between small steps: lets the event loop turn when this work has had it for long enough */
export const breather = (): (() => Promise<void> | undefined) => {
  let since = performance.now();
  return () => {
    if (performance.now() - since < SLICE_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
};
