/** Keys that move the view through the run. The first of them holds it; `l` lets it follow again. */
import { filterOf } from '../../components/filter.ts';
import { byMark, byTick, type Motion, newestMark, parseKinds, toEnd, toStart } from '../../store/motions.ts';
import type { Rec } from '../../store/record.ts';
import type { Action, LiveContext } from './context.ts';
import { say } from './say.ts';

const isHeld = ({ console }: LiveContext): boolean => console.store.getState().held;

/** Holds the view, and takes it somewhere. */
export const moveTo = (context: LiveContext, motion: Motion, arrived?: () => void): void => {
  const { console, ui, player } = context;
  player.hold(console.latest());
  const { trap, message } = ui.getState();
  // Who has nothing to change does not ask for a frame of its own.
  if (trap !== null || message !== null) ui.setState({ trap: null, message: null });
  player.move(motion, arrived);
};

/** Nothing comes after the newest: there the view goes on following. */
const onward = (context: LiveContext, direction: 1 | -1): boolean => {
  if (direction === -1 || isHeld(context)) return true;
  say(context.ui, 'info', 'This is the newest: , and [ go back from here.');
  return false;
};

const tick =
  (direction: 1 | -1): Action =>
  (context) => {
    if (onward(context, direction)) moveTo(context, byTick(direction));
  };

const mark =
  (direction: 1 | -1): Action =>
  (context) => {
    const kinds = parseKinds(context.ui.getState().filter[7] ?? '');
    if (typeof kinds === 'string') return say(context.ui, 'error', kinds);
    if (onward(context, direction)) moveTo(context, byMark(direction, kinds));
  };

/** The trap log's filter holds here too. */
const fits = (filter: string): ((rec: Rec) => boolean) | undefined =>
  filter === ''
    ? undefined
    : (rec) =>
        rec.kind === 'trap.raised' && filterOf(filter).test(`t${rec.tick} ${rec.pid} ${rec.code} ${rec.evidence}`);

/** To the next or previous trap, which is then the selected one; from the newest, both lead to the newest trap. */
const trap =
  (direction: 1 | -1): Action =>
  (context) => {
    const { ui, player } = context;
    const wanted = fits(ui.getState().filter[6] ?? '');
    const motion = isHeld(context) ? byMark(direction, ['trap'], wanted) : newestMark(['trap'], wanted);
    player.hold(context.console.latest());
    ui.setState({ message: null });
    player.move(motion, () => ui.setState({ trap: player.view.traps.rows.at(-1)?.seq ?? null }));
  };

const endText = (over: boolean): string =>
  over ? 'The run is over: this is its end.' : 'Here the journal ends; the run had not ended.';

/** Lets the view follow the run; where nothing comes any more, its end is shown. */
export const follow: Action = (context) => {
  const { console, ui, player } = context;
  if (!context.follows)
    return moveTo(context, toEnd, () => say(ui, 'info', endText(player.view.info.outcome !== null)));
  player.release();
  console.follow();
  ui.setState({ scroll: {}, trap: null, workerPage: 0, message: null });
};

const play: Action = (context) => {
  const { console, player, ui } = context;
  ui.setState({ message: null });
  if (!isHeld(context)) player.hold(console.latest());
  else player.toggle();
};

/** Only a held view has a speed. */
const held =
  (act: Action): Action =>
  (context, key) =>
    isHeld(context) ? act(context, key) : say(context.ui, 'info', 'The view follows the run: space holds it first.');

/** Home and End mean the run where it is travelled in, else the focused pane. */
export const ofTheRun = (context: LiveContext): boolean => isHeld(context) || context.ui.getState().focus === 7;

export const runStart: Action = (context) => moveTo(context, toStart);

export const runEnd: Action = (context) => {
  if (isHeld(context)) moveTo(context, toEnd);
};

export const TRAVEL: Readonly<Record<string, Action>> = {
  play,
  'previous-tick': tick(-1),
  'next-tick': tick(1),
  'previous-mark': mark(-1),
  'next-mark': mark(1),
  'next-trap': trap(1),
  'previous-trap': trap(-1),
  slower: held(({ player }) => player.changeSpeed(-1)),
  faster: held(({ player }) => player.changeSpeed(1)),
  idle: held(({ player }) => player.toggleIdle()),
  follow,
};
