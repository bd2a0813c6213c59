/** What the first line says of a run that is looked at. */
import type { HeaderProps } from '../../components/header.ts';
import { type ConsoleView, heldTicks } from '../../store/console-store.ts';
import { isOver, runWord } from '../../store/run-status.ts';

export const headerOf = (state: ConsoleView): HeaderProps => {
  const { travel } = state;
  return {
    live: state.view,
    word: state.stalled !== null && !state.held ? 'WAITING' : runWord(state.view, isGoneHere(state)),
    held: heldTicks(state),
    over: isOver(state.live, state.gone),
    kernelPid: state.kernelPid,
    stopped: state.stopped,
    now: state.held || state.gone ? undefined : state.now,
    replay: state.replay,
    place: travel === null ? null : { travel, newest: state.live },
  };
};

/** Before its last word a kernel that is gone was still there. */
const isGoneHere = ({ gone, live, view }: ConsoleView): boolean => gone && view.info.lastSeq === live.info.lastSeq;
