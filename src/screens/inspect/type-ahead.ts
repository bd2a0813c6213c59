/** Keys that come before the inspector has read its tick are kept until it has: nobody who types on loses one. */
import type { UiStore } from '../../store/ui-store.ts';
import { bindingFor } from '../keys.ts';

export const typeAhead = (ui: UiStore, key: string): void =>
  ui.setState(({ typedAhead }) => ({ typedAhead: [...typedAhead, key] }));

/** All that was kept, in order; nothing is kept afterwards. */
export const takeTyped = (ui: UiStore): readonly string[] => {
  const { typedAhead } = ui.getState();
  if (typedAhead.length > 0) ui.setState({ typedAhead: [] });
  return typedAhead;
};

/** Whether a key leaves at once: one behind others waits for them, but for Ctrl+c. */
export const leavesAtOnce = (ui: UiStore, key: string, readOnly: boolean): boolean => {
  if (key === 'ctrl+c') return true;
  const id = bindingFor('inspect', key, readOnly)?.id;
  return ui.getState().typedAhead.length === 0 && (id === 'quit' || id === 'back');
};
