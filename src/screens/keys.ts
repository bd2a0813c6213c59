/**
 * Every key, declared once: dispatch, hints, the `?` overlay and docs/keys.md come from this table.
 *
 * A lower-case key never changes a run; a capital may. The keys of a question (`kill`, `quit`, `inject`) are only there
 * after such a capital, or ask for one themselves.
 */

export type Scope =
  | 'live'
  | 'runs'
  | 'filter'
  | 'goto'
  | 'tag'
  | 'order'
  | 'help'
  | 'kill'
  | 'about'
  | 'quit'
  | 'inject'
  | 'inspect'
  | 'palette'
  | 'page'
  | 'watch';

export interface Binding {
  id: string;
  /** As `keyNames` gives them. */
  keys: readonly string[];
  scope: Scope;
  /** Two or three words, for the hint line; without it the key has no hint. */
  hint?: string;
  help: string;
  /** It has a hint on wide screens only. */
  wide?: true;
  /** It may change a run: left out with `--read-only`. */
  writes?: true;
  /** Panes whose focus brings the hint forward. */
  panes?: readonly number[];
  /** The keys in the hint, where it stands for two bindings. */
  label?: string;
  /** It moves the view through the run: its hint comes first while the view is held. */
  travels?: true;
}

export const KEYS = [
  {
    id: 'pane',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8'],
    scope: 'live',
    hint: 'pane',
    help: 'Focus a pane; at 80 columns 3, 4, 5 and 8 share a slot',
  },
  { id: 'zoom', keys: ['z'], scope: 'live', hint: 'zoom', help: 'Zoom the focused pane, and back' },
  { id: 'next-worker', keys: ['tab'], scope: 'live', hint: 'next worker', help: 'Next worker', panes: [2] },
  { id: 'tiles', keys: ['v'], scope: 'live', hint: 'tabs/tiles', help: 'Workers behind tabs, or as tiles', panes: [2] },
  {
    id: 'older-workers',
    keys: ['{'],
    scope: 'live',
    hint: 'older four',
    help: 'The four workers before these',
    panes: [2],
  },
  { id: 'newer-workers', keys: ['}'], scope: 'live', help: 'The four workers after these' },
  {
    id: 'play',
    keys: [' '],
    scope: 'live',
    hint: 'play',
    help: 'Hold the view; play it on from there, and hold it again',
    travels: true,
  },
  {
    id: 'previous-tick',
    keys: [','],
    scope: 'live',
    hint: 'tick',
    label: ', .',
    help: 'Previous tick; holds the view',
    travels: true,
  },
  { id: 'next-tick', keys: ['.'], scope: 'live', help: 'Next tick' },
  {
    id: 'previous-mark',
    keys: ['['],
    scope: 'live',
    hint: 'mark',
    label: '[ ]',
    help: 'Previous mark; / on the time line (7) says which kinds',
    travels: true,
  },
  { id: 'next-mark', keys: [']'], scope: 'live', help: 'Next mark' },
  {
    id: 'next-trap',
    keys: ['e'],
    scope: 'live',
    hint: 'trap',
    label: 'e/E',
    help: 'Next trap; while live the newest one; holds the view',
    travels: true,
  },
  { id: 'previous-trap', keys: ['E'], scope: 'live', help: 'Previous trap; holds the view' },
  {
    id: 'goto',
    keys: ['g'],
    scope: 'live',
    hint: 'go to',
    help: 'Go to 50%, t84, #18231, 03:14 from the start, or a time of day',
    travels: true,
  },
  {
    id: 'slower',
    keys: ['<'],
    scope: 'live',
    hint: 'speed',
    label: '< >',
    help: 'Play half as fast, down to a quarter',
    travels: true,
  },
  { id: 'faster', keys: ['>'], scope: 'live', help: 'Play twice as fast, up to 64 times, then as fast as it goes' },
  { id: 'idle', keys: ['i'], scope: 'live', help: 'Shorten gaps over 2 s to that while playing, or sit them out' },
  {
    id: 'tag',
    keys: ['m'],
    scope: 'live',
    hint: 'tag',
    help: 'Tag the tick, with #labels; on a tagged one change or empty it',
    travels: true,
  },
  {
    id: 'open',
    keys: ['enter'],
    scope: 'live',
    hint: 'go in',
    help: 'From a trap to its tick, a handle to its grants and denials, a process to what it waits for or its stream, a worker to its vote, a step to its worker; else inspect the held tick, or zoom',
    panes: [2, 3, 4, 5, 6],
  },
  {
    id: 'follow',
    keys: ['l'],
    scope: 'live',
    hint: 'live',
    help: 'Back to live, in a replay to the end; forgets selection',
    travels: true,
  },
  { id: 'down', keys: ['j', 'down'], scope: 'live', help: 'Scroll the focused pane, or move its selection, down' },
  { id: 'up', keys: ['k', 'up'], scope: 'live', help: 'The same, up' },
  { id: 'half-down', keys: ['ctrl+d'], scope: 'live', help: 'Half a pane down' },
  { id: 'half-up', keys: ['ctrl+u'], scope: 'live', help: 'Half a pane up' },
  { id: 'page-down', keys: ['pagedown'], scope: 'live', help: 'A pane down' },
  { id: 'page-up', keys: ['pageup'], scope: 'live', help: 'A pane up' },
  {
    id: 'home',
    keys: ['home'],
    scope: 'live',
    help: 'To the start of the focused pane; of the run where the view is held',
  },
  { id: 'end', keys: ['end', 'G'], scope: 'live', help: 'To the end of the focused pane, or of the run' },
  {
    id: 'filter',
    keys: ['/'],
    scope: 'live',
    hint: 'filter',
    help: 'Filter the focused list: patterns, `!pattern` leaves out; on 7 kinds of marks; search the streams in 1 and 2',
    panes: [3, 4, 5, 6, 7, 8],
  },
  {
    id: 'next-match',
    keys: ['n'],
    scope: 'live',
    help: 'Next row that fits the filter or the search, round and round; on 7 the next mark',
  },
  { id: 'previous-match', keys: ['N'], scope: 'live', help: 'The one before' },
  { id: 'jump-back', keys: ['backspace'], scope: 'live', help: 'Back to what was shown before Enter led away' },
  { id: 'copy', keys: ['c'], scope: 'live', hint: 'copy', help: 'Copy the selected or newest trap', panes: [6] },
  { id: 'sort', keys: ['s'], scope: 'live', hint: 'sort', help: 'Sort capabilities by id, last use, uses', panes: [4] },
  { id: 'palette', keys: [':'], scope: 'live', hint: 'cmd', help: 'Everything by its name: keys, panes, verbs' },
  { id: 'back', keys: ['escape'], scope: 'live', help: 'Undo the last of: filter, zoom, hold' },
  { id: 'help', keys: ['?'], scope: 'live', hint: 'help', help: 'This list of keys' },
  { id: 'pause', keys: ['P'], scope: 'live', hint: 'pause', help: 'Pause the run, or let it go on', writes: true },
  { id: 'step', keys: ['S'], scope: 'live', hint: 'step', help: 'One dispatch of a paused run', writes: true },
  {
    id: 'inject',
    keys: ['X'],
    scope: 'live',
    hint: 'fault',
    help: 'Inject a fault: choose which, and into whom',
    writes: true,
  },
  { id: 'tell', keys: ['T'], scope: 'live', hint: 'tell', wide: true, help: 'Tell a process something', writes: true },
  {
    id: 'caps',
    keys: ['V'],
    scope: 'live',
    hint: 'cap',
    wide: true,
    help: 'Grant or revoke a capability; the line takes any order',
    writes: true,
  },
  { id: 'kill', keys: ['K'], scope: 'live', hint: 'kill', help: 'Kill the run; asks first', writes: true },
  { id: 'quit', keys: ['q', 'ctrl+c'], scope: 'live', hint: 'quit', help: 'Quit; asks whether a live run goes on' },

  { id: 'down', keys: ['j', 'down'], scope: 'runs', help: 'Next run' },
  { id: 'up', keys: ['k', 'up'], scope: 'runs', help: 'Previous run' },
  { id: 'half-down', keys: ['ctrl+d'], scope: 'runs', help: 'Half a page down' },
  { id: 'half-up', keys: ['ctrl+u'], scope: 'runs', help: 'Half a page up' },
  { id: 'page-down', keys: ['pagedown'], scope: 'runs', help: 'A page down' },
  { id: 'page-up', keys: ['pageup'], scope: 'runs', help: 'A page up' },
  { id: 'home', keys: ['home', 'g'], scope: 'runs', help: 'First run' },
  { id: 'end', keys: ['end', 'G'], scope: 'runs', help: 'Last run' },
  { id: 'open', keys: ['enter'], scope: 'runs', hint: 'open', help: 'Open the run under the cursor' },
  { id: 'mark', keys: [' '], scope: 'runs', hint: 'mark', help: 'Mark the run, or take its mark back' },
  { id: 'compare', keys: ['c'], scope: 'runs', help: 'Compare two marked runs, or the marked one with this' },
  {
    id: 'tag',
    keys: ['m'],
    scope: 'runs',
    hint: 'tag',
    wide: true,
    help: 'Tag the marked runs, or this one, at their last ticks, with #labels',
  },
  {
    id: 'filter',
    keys: ['/'],
    scope: 'runs',
    hint: 'filter',
    help: 'Filter the list: patterns; `!done` leaves out what matches',
  },
  {
    id: 'sort',
    keys: ['s'],
    scope: 'runs',
    hint: 'sort',
    help: 'Sort by attention, age, last word, ticks, thrash, cost, disk, task',
  },
  { id: 'why', keys: ['w'], scope: 'runs', hint: 'why', help: 'Why it stands as it does: troubles, panic, last words' },
  { id: 'new', keys: ['n'], scope: 'runs', hint: 'new', help: 'A new run: the palette asks of which task' },
  { id: 'palette', keys: [':'], scope: 'runs', hint: 'cmd', help: 'Everything by its name: keys and verbs' },
  { id: 'back', keys: ['escape'], scope: 'runs', help: 'Clear the filter' },
  { id: 'help', keys: ['?'], scope: 'runs', hint: 'help', help: 'This list of keys' },
  { id: 'bundle', keys: ['B'], scope: 'runs', help: 'Bundle the run; the palette shows the command first' },
  {
    id: 'resume',
    keys: ['R'],
    scope: 'runs',
    hint: 'resume',
    help: 'Resume the run; the palette shows the command first',
    writes: true,
  },
  {
    id: 'fork',
    keys: ['F'],
    scope: 'runs',
    help: 'Fork the run before its last panic, or at its end; the palette shows the command first',
    writes: true,
  },
  {
    id: 'kill',
    keys: ['K'],
    scope: 'runs',
    hint: 'kill',
    help: 'Kill the run; the palette shows the command first',
    writes: true,
  },
  { id: 'quit', keys: ['q', 'ctrl+c'], scope: 'runs', hint: 'quit', help: 'Quit' },

  { id: 'accept', keys: ['enter'], scope: 'filter', hint: 'keep', help: 'Keep the filter' },
  { id: 'cancel', keys: ['escape', 'ctrl+c'], scope: 'filter', hint: 'clear', help: 'Clear the filter' },
  { id: 'erase', keys: ['backspace', 'delete'], scope: 'filter', help: 'Take the last character back' },
  { id: 'clear', keys: ['ctrl+u'], scope: 'filter', help: 'Take all of it back' },

  { id: 'accept', keys: ['enter'], scope: 'goto', hint: 'go', help: 'Go there' },
  { id: 'cancel', keys: ['escape', 'ctrl+c'], scope: 'goto', hint: 'stay', help: 'Stay' },
  { id: 'erase', keys: ['backspace', 'delete'], scope: 'goto', help: 'Take the last character back' },
  { id: 'clear', keys: ['ctrl+u'], scope: 'goto', help: 'Take all of it back' },

  { id: 'accept', keys: ['enter'], scope: 'tag', hint: 'keep', help: 'Keep the tag; an empty one is taken away' },
  { id: 'cancel', keys: ['escape', 'ctrl+c'], scope: 'tag', hint: 'cancel', help: 'Leave it as it was' },
  { id: 'erase', keys: ['backspace', 'delete'], scope: 'tag', help: 'Take the last character back' },
  { id: 'clear', keys: ['ctrl+u'], scope: 'tag', help: 'Take all of it back' },

  { id: 'accept', keys: ['enter'], scope: 'order', hint: 'give', help: 'Give the order', writes: true },
  { id: 'complete', keys: ['tab'], scope: 'order', hint: 'complete', help: 'Complete the word' },
  { id: 'cancel', keys: ['escape', 'ctrl+c'], scope: 'order', hint: 'cancel', help: 'Give no order' },
  { id: 'erase', keys: ['backspace', 'delete'], scope: 'order', help: 'Take the last character back' },
  { id: 'clear', keys: ['ctrl+u'], scope: 'order', help: 'Take all of it back' },

  { id: 'down', keys: ['j', 'down'], scope: 'help', hint: 'down', help: 'Scroll down' },
  { id: 'up', keys: ['k', 'up'], scope: 'help', hint: 'up', help: 'Scroll up' },
  { id: 'page-down', keys: ['pagedown', 'ctrl+d', ' '], scope: 'help', hint: 'page', help: 'A page down' },
  { id: 'page-up', keys: ['pageup', 'ctrl+u'], scope: 'help', help: 'A page up' },
  { id: 'home', keys: ['home', 'g'], scope: 'help', help: 'To the first line' },
  { id: 'end', keys: ['end', 'G'], scope: 'help', help: 'To the last line' },
  { id: 'close', keys: ['escape', '?', 'q', 'enter', 'ctrl+c'], scope: 'help', hint: 'close', help: 'Close' },

  { id: 'down', keys: ['j', 'down'], scope: 'about', hint: 'down', help: 'Next line' },
  { id: 'up', keys: ['k', 'up'], scope: 'about', hint: 'up', help: 'Previous line' },
  { id: 'open', keys: ['enter'], scope: 'about', hint: 'its tick', help: 'Inspect the tick of the line' },
  { id: 'close', keys: ['escape', 'q', 'backspace', 'ctrl+c'], scope: 'about', hint: 'close', help: 'Close' },

  { id: 'yes', keys: ['y', 'Y'], scope: 'kill', hint: 'kill', help: 'Kill the run', writes: true },
  { id: 'close', keys: ['n', 'N', 'escape', 'q', 'ctrl+c'], scope: 'kill', hint: 'no', help: 'Leave it alone' },

  {
    id: 'detach',
    keys: ['d', 'q', 'enter'],
    scope: 'quit',
    hint: 'detach',
    help: 'Close the console; the run goes on',
  },
  { id: 'yes', keys: ['K'], scope: 'quit', hint: 'kill', help: 'Kill the run and quit', writes: true },
  { id: 'close', keys: ['escape', 'n', 'ctrl+c'], scope: 'quit', hint: 'stay', help: 'Stay' },

  { id: 'down', keys: ['j', 'down'], scope: 'inject', hint: 'next', help: 'Next line' },
  { id: 'up', keys: ['k', 'up'], scope: 'inject', help: 'Previous line' },
  { id: 'row', keys: ['tab'], scope: 'inject', hint: 'row', help: 'Next row: fault, target, how often, handle' },
  { id: 'right', keys: ['l', 'right'], scope: 'inject', hint: 'change', help: 'Next choice' },
  { id: 'left', keys: ['h', 'left'], scope: 'inject', help: 'Previous choice' },
  {
    id: 'pick',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    scope: 'inject',
    help: 'Choose the fault of that number',
  },
  { id: 'yes', keys: ['enter'], scope: 'inject', hint: 'inject', help: 'Inject it', writes: true },
  { id: 'close', keys: ['escape', 'q', 'ctrl+c'], scope: 'inject', hint: 'cancel', help: 'Inject nothing' },

  {
    id: 'pane',
    keys: ['0', '1', '2', '3', '4', '5', '6'],
    scope: 'inspect',
    hint: 'pane',
    label: '0-6',
    help: 'Focus a pane, or open its tab; 0 is the list of ticks',
  },
  { id: 'next-pane', keys: ['tab'], scope: 'inspect', help: 'The next pane' },
  { id: 'previous-tick', keys: [','], scope: 'inspect', hint: 'tick', label: ', .', help: 'Previous tick' },
  { id: 'next-tick', keys: ['.'], scope: 'inspect', help: 'Next tick' },
  { id: 'next-trap', keys: ['e'], scope: 'inspect', hint: 'trap', label: 'e/E', help: 'Next tick with a trap' },
  { id: 'previous-trap', keys: ['E'], scope: 'inspect', help: 'Previous tick with a trap' },
  { id: 'previous-mark', keys: ['['], scope: 'inspect', hint: 'mark', label: '[ ]', help: 'Previous tick with a mark' },
  { id: 'next-mark', keys: [']'], scope: 'inspect', help: 'Next tick with a mark' },
  {
    id: 'goto',
    keys: ['g'],
    scope: 'inspect',
    hint: 'go to',
    help: 'Go to a tick: t84, 50%, #18231, 03:14 from the start, or a time of day',
  },
  { id: 'zoom', keys: ['z'], scope: 'inspect', hint: 'zoom', help: 'Zoom the focused pane, and back' },
  {
    id: 'raw',
    keys: ['y'],
    scope: 'inspect',
    hint: 'raw',
    help: 'Frame and reply as they came: not wrapped, escapes visible; and back',
    panes: [1, 2],
  },
  {
    id: 'copy',
    keys: ['c'],
    scope: 'inspect',
    hint: 'copy',
    help: 'Copy the focused pane, frame and reply as they came: to tmux, the terminal, or a file',
    panes: [1, 2],
  },
  { id: 'wrap', keys: ['w'], scope: 'inspect', hint: 'wrap', help: 'Wrap long lines, or not', panes: [1, 2, 5] },
  {
    id: 'search',
    keys: ['/'],
    scope: 'inspect',
    hint: 'search',
    help: 'Search in the focused pane; in 0 filter the ticks: patterns, `!pattern` leaves out',
  },
  { id: 'next-match', keys: ['n'], scope: 'inspect', help: 'Next place that was searched for' },
  { id: 'previous-match', keys: ['N'], scope: 'inspect', help: 'Previous place' },
  {
    id: 'open',
    keys: ['enter'],
    scope: 'inspect',
    hint: 'record',
    help: 'The whole record under the cursor of 3; zoom another pane',
    panes: [3],
  },
  {
    id: 'describe',
    keys: ['d'],
    scope: 'inspect',
    hint: 'denied',
    help: 'All shapes of handles that were asked for in vain in this run',
    panes: [6],
  },
  { id: 'down', keys: ['j', 'down'], scope: 'inspect', help: 'Next tick in 0, next record in 3, else a line down' },
  { id: 'up', keys: ['k', 'up'], scope: 'inspect', help: 'The same, up' },
  { id: 'left', keys: ['h', 'left'], scope: 'inspect', help: 'To the left, where lines are not wrapped' },
  { id: 'right', keys: ['l', 'right'], scope: 'inspect', help: 'To the right' },
  { id: 'half-down', keys: ['ctrl+d'], scope: 'inspect', help: 'Half a pane down' },
  { id: 'half-up', keys: ['ctrl+u'], scope: 'inspect', help: 'Half a pane up' },
  { id: 'page-down', keys: ['pagedown'], scope: 'inspect', help: 'A pane down' },
  { id: 'page-up', keys: ['pageup'], scope: 'inspect', help: 'A pane up' },
  { id: 'home', keys: ['home'], scope: 'inspect', help: 'To the start of the pane; in 0 the first tick' },
  { id: 'end', keys: ['end', 'G'], scope: 'inspect', help: 'To the end of the pane; in 0 the last tick' },
  { id: 'palette', keys: [':'], scope: 'inspect', hint: 'cmd', help: 'Everything by its name: keys, panes, verbs' },
  { id: 'help', keys: ['?'], scope: 'inspect', hint: 'help', help: 'This list of keys' },
  { id: 'back', keys: ['escape'], scope: 'inspect', help: 'Undo the last of: search, raw, zoom; else leave the tick' },
  { id: 'quit', keys: ['q', 'ctrl+c'], scope: 'inspect', hint: 'back', help: 'Leave the tick' },

  { id: 'accept', keys: ['enter'], scope: 'palette', hint: 'do', help: 'Do what is chosen, or what is typed' },
  { id: 'complete', keys: ['tab'], scope: 'palette', hint: 'complete', help: 'Complete it; again for the next' },
  { id: 'next', keys: ['down', 'ctrl+n'], scope: 'palette', hint: 'choose', help: 'Choose the next' },
  {
    id: 'previous',
    keys: ['up', 'ctrl+p'],
    scope: 'palette',
    help: 'Choose the one before; above the first, what is typed',
  },
  { id: 'page-down', keys: ['pagedown'], scope: 'palette', help: 'Eight further' },
  { id: 'page-up', keys: ['pageup'], scope: 'palette', help: 'Eight back' },
  {
    id: 'erase',
    keys: ['backspace', 'delete'],
    scope: 'palette',
    help: 'Take the last character back; empty, it closes',
  },
  { id: 'erase-word', keys: ['ctrl+w'], scope: 'palette', help: 'Take the last word back' },
  { id: 'clear', keys: ['ctrl+u'], scope: 'palette', help: 'Take all of it back' },
  {
    id: 'cancel',
    keys: ['escape', 'ctrl+c'],
    scope: 'palette',
    hint: 'leave',
    help: 'Close it; do not wait for a verb',
  },

  { id: 'down', keys: ['j', 'down'], scope: 'page', hint: 'down', help: 'A line down' },
  { id: 'up', keys: ['k', 'up'], scope: 'page', hint: 'up', help: 'A line up' },
  { id: 'half-down', keys: ['ctrl+d'], scope: 'page', help: 'Half a page down' },
  { id: 'half-up', keys: ['ctrl+u'], scope: 'page', help: 'Half a page up' },
  { id: 'page-down', keys: ['pagedown', ' '], scope: 'page', hint: 'page', help: 'A page down' },
  { id: 'page-up', keys: ['pageup'], scope: 'page', help: 'A page up' },
  { id: 'home', keys: ['home', 'g'], scope: 'page', help: 'To its start' },
  { id: 'end', keys: ['end', 'G'], scope: 'page', help: 'To its end' },
  { id: 'close', keys: ['escape', 'q', 'enter', 'ctrl+c'], scope: 'page', hint: 'close', help: 'Close it' },

  { id: 'next-pane', keys: ['tab'], scope: 'watch', help: 'Focus the next pane; its digit does too' },
  { id: 'down', keys: ['j', 'down'], scope: 'watch', help: 'Scroll the focused pane down' },
  { id: 'up', keys: ['k', 'up'], scope: 'watch', help: 'The same, up' },
  { id: 'page-down', keys: ['pagedown', 'ctrl+d'], scope: 'watch', help: 'A page down' },
  { id: 'page-up', keys: ['pageup', 'ctrl+u'], scope: 'watch', help: 'A page up' },
  { id: 'home', keys: ['home'], scope: 'watch', help: 'To the start of the pane' },
  { id: 'end', keys: ['end'], scope: 'watch', help: 'To the end of the pane' },
  { id: 'quit', keys: ['q', 'ctrl+c'], scope: 'watch', help: 'Quit; the run goes on' },
] as const satisfies readonly Binding[];

export type ActionOf<S extends Scope> = Extract<(typeof KEYS)[number], { scope: S }>['id'];

/** What is in force: the table, or what the configuration makes of it. */
let table: readonly Binding[] = KEYS;

/** To be called once, before the first frame. */
export const putInForce = (bindings: readonly Binding[]): void => {
  table = bindings;
};

export const bindingsOf = (scope: Scope, readOnly: boolean): readonly Binding[] =>
  table.filter((binding) => binding.scope === scope && !(readOnly && binding.writes === true));

/** The binding that a key has in a scope; undefined for none. */
export const bindingFor = (scope: Scope, key: string, readOnly: boolean): Binding | undefined =>
  bindingsOf(scope, readOnly).find((binding) => binding.keys.includes(key));

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  escape: 'Esc',
  enter: 'Enter',
  tab: 'Tab',
  pagedown: 'PgDn',
  pageup: 'PgUp',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  home: 'Home',
  end: 'End',
  backspace: 'Backspace',
  delete: 'Del',
};

/** `1-8`, `j Down`, `PgDn Ctrl+d`: keys as people read them. */
export const keysText = (keys: readonly string[]): string => {
  const first = keys[0] ?? '';
  if (keys.length > 2 && keys.every((key, i) => key === String(Number(first) + i))) return `${first}-${keys.at(-1)}`;
  return keys.map((key) => NAMES[key] ?? key.replace('ctrl+', 'Ctrl+')).join(' ');
};
