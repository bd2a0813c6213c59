/** When a console rings: the run that it shows has come into trouble, or to its end. */
import type { ConsoleStore } from './console-store.ts';
import { type RunWord, runWord } from './run-status.ts';

const QUIET: readonly RunWord[] = ['STARTING', 'RUNNING'];

/** @param ring called once for each state that is worth a look; a pause only where the run took it by itself */
export const ringOnTrouble = (console: ConsoleStore, ring: () => void): (() => void) => {
  const word = (): RunWord => runWord(console.latest(), console.store.getState().gone);
  let last: RunWord | undefined;
  return console.store.subscribe(() => {
    const now = word();
    // What a console finds when it is opened is no news.
    const news = last !== undefined && now !== last && console.latest().info.id !== '';
    last = console.latest().info.id === '' ? undefined : now;
    const own = now === 'PAUSED' && console.latest().kernel.pausedWhy === undefined;
    if (news && !QUIET.includes(now) && !own) ring();
  });
};
