/** What the operator has chosen to see of a tick. */
import type { FocusPane } from './inspect-layout.ts';

export type InspectDialog =
  | { kind: 'help'; scroll: number }
  | { kind: 'record'; seq: number; text: string; scroll: number }
  | { kind: 'denied'; scroll: number };

export interface InspectState {
  focus: FocusPane;
  /** The pane behind the open tab, where panes share a place. */
  tab: FocusPane;
  zoom: boolean;
  raw: boolean;
  wrap: boolean;
  /** Lines by pane, and columns where lines are not wrapped. */
  scroll: Readonly<Partial<Record<FocusPane, number>>>;
  side: number;
  search: string;
  /** Patterns that the list of ticks lets through; '' for all. */
  tickFilter: string;
  /** The search is being typed. */
  typing: boolean;
  /** Where to go, as far as it is typed; null while nobody is asked. */
  place: string | null;
  /** Index of the selected record of the decision. */
  selected: number;
  dialog: InspectDialog | null;
  message: string;
}

export const initialInspect: InspectState = {
  ...{ focus: 0, tab: 1, zoom: false, raw: false, wrap: true, scroll: {}, side: 0 },
  ...{ search: '', tickFilter: '', typing: false, place: null, selected: 0, dialog: null, message: '' },
};

export const focusOn = (focus: FocusPane): Partial<InspectState> => ({
  focus,
  ...(focus === 0 ? {} : { tab: focus }),
  side: 0,
  message: '',
});

/** Another tick is shown: what was scrolled to is another text. */
export const freshTick: Partial<InspectState> = { scroll: {}, side: 0, selected: 0, message: '' };
