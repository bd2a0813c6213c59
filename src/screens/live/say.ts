import type { Message, Moment, UiStore } from '../../store/ui-store.ts';

/** A message gives way to what the run has to say after so many milliseconds. */
const MESSAGE_MS = 8000;

/** Says something above the hints, for a while. */
export const say = (ui: UiStore, tone: Message['tone'], text: string, since?: Moment): void => {
  const message: Message = { tone, text, ...(since === undefined ? {} : { since }) };
  ui.setState({ message });
  setTimeout(() => {
    if (ui.getState().message === message) ui.setState({ message: null });
  }, MESSAGE_MS).unref();
};
