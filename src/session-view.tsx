/** One run as it is looked at: all of it, or one of its ticks. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { InspectScreen } from './screens/inspect/inspect-screen.tsx';
import { OpeningScreen } from './screens/inspect/opening-screen.tsx';
import { LiveScreen } from './screens/live/live-screen.tsx';
import { say } from './screens/live/say.ts';
import { errorText } from './screens/terminal.ts';
import type { Watched } from './screens/watch/watch-layout.ts';
import { WatchScreen } from './screens/watch/watch-screen.tsx';
import type { Session } from './session.ts';
import { toTick } from './store/goto.ts';
import type { TimeSource } from './store/time-source.ts';

export interface SessionViewProps {
  session: Session;
  watched?: readonly Watched[] | undefined;
  readOnly: boolean;
  exit(): void;
}

export const SessionView = ({ session, readOnly, exit, watched }: SessionViewProps) => {
  const { console, ui, player } = session;
  const tick = useStore(ui, ({ inspect }) => inspect);
  const [source, setSource] = useState<TimeSource | null>(null);
  const inspecting = tick !== null;
  useEffect(() => {
    if (!inspecting) return;
    player.source().then(setSource, (error: unknown) => {
      ui.setState({ inspect: null, typedAhead: [] });
      say(ui, 'error', `The run cannot be read: ${errorText(error)}`);
    });
  }, [inspecting, player, ui]);
  if (watched !== undefined) return <WatchScreen console={console} ui={ui} watched={watched} exit={exit} />;
  if (tick === null) return <LiveScreen {...session} readOnly={readOnly} exit={exit} />;
  const back = (): void => {
    // The view comes along to the tick that was looked at last.
    if (console.store.getState().held) player.move(toTick(tick));
    ui.setState({ inspect: null, typedAhead: [], trap: null });
  };
  const mayNot = readOnly || console.store.getState().replay;
  if (source === null) return <OpeningScreen ui={ui} tick={tick} readOnly={mayNot} exit={back} />;
  return (
    <InspectScreen
      source={source}
      ui={ui}
      tick={tick}
      readOnly={mayNot}
      exit={back}
      onTick={(next) => ui.setState({ inspect: next })}
    />
  );
};
