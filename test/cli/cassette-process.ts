/** `turingos cassette record|serve` as a process. */
import { onTestFinished } from 'vitest';
import { begin, type Ended } from './harness.ts';

/** A verb that serves until it is told to end, and the address that its first line says. */
export const beginServing = async (
  ...args: string[]
): Promise<{ url: string; end(signal: NodeJS.Signals): Promise<Ended> }> => {
  const { proc, ended } = begin('cassette', ...args);
  onTestFinished(() => void proc.kill('SIGKILL'));
  const first = await new Promise<string>((resolve, reject) => {
    proc.stdout?.once('data', (text) => resolve(String(text)));
    void ended.then(({ stderr }) => reject(new Error(stderr)));
  });
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(first)?.[0] ?? '';
  return {
    url,
    end: (signal) => {
      proc.kill(signal);
      return ended;
    },
  };
};
