/** What keys do on the runs screen. What may change a run goes through the palette, where it is read before it is done. */
import { filterOf } from '../../components/filter.ts';
import { scrolledHelp, scrollKeys } from '../help.ts';
import { bindingFor, type Scope } from '../keys.ts';
import type { PaletteTarget } from '../palette/offers.ts';
import { cursorIndex, listWindow, visibleRuns } from './runs-lines.ts';
import { RUN_SORTS, type RunRow } from './runs-model.ts';
import type { RunsContext, RunsView } from './runs-view.ts';
import { askTag, keepTags } from './tag-runs.ts';

type Action = (context: RunsContext, key: string) => void;

export const scopeOf = ({ help, typing, tagging }: RunsView): Scope => {
  if (help !== null) return 'help';
  return tagging !== null ? 'tag' : typing ? 'filter' : 'runs';
};

export const pressRuns = (context: RunsContext, key: string): void => {
  const { view, update, readOnly } = context;
  const scope = scopeOf(view());
  const binding = bindingFor(scope, key, readOnly);
  if (binding !== undefined) ACTIONS[scope]?.[binding.id]?.(context, key);
  else if ([...key].length !== 1) return;
  else if (scope === 'filter') update({ filter: view().filter + key });
  else if (scope === 'tag') typeTag(context, (text) => text + key);
};

const typeTag = ({ view, update }: RunsContext, change: (text: string) => string): void => {
  const { tagging } = view();
  if (tagging !== null) update({ tagging: { ...tagging, text: change(tagging.text) } });
};

const under = ({ view }: RunsContext): RunRow | undefined => visibleRuns(view())[cursorIndex(view())];

const moveTo = ({ view, update }: RunsContext, to: number): void => {
  const list = visibleRuns(view());
  const next = list[Math.max(0, Math.min(list.length - 1, to))];
  update({ message: null, ...(next === undefined ? {} : { cursor: next.id }) });
};

const move =
  (by: (room: number) => number): Action =>
  (context) =>
    moveTo(context, cursorIndex(context.view()) + by(listWindow(context.view(), context.size().rows).room));

const targetOf = (context: RunsContext): PaletteTarget => ({
  ...{ scope: 'runs', readOnly: context.readOnly, run: under(context)?.id ?? null },
  press: (key) => pressRuns(context, key),
  say: (tone, text) => context.update({ message: { tone, text } }),
});

/** Puts a command about the run under the cursor into the palette; Enter does it there. */
const propose =
  (line: (run: RunRow) => string): Action =>
  (context) => {
    const run = under(context);
    if (run !== undefined) context.palette.show(targetOf(context), line(run));
  };

const mark: Action = (context) => {
  const { view, update } = context;
  const run = under(context);
  if (run === undefined) return;
  const { marked } = view();
  const without = marked.filter((id) => id !== run.id);
  update({ marked: without.length < marked.length ? without : [...marked, run.id] });
  moveTo(context, cursorIndex(view()) + 1);
};

/** Two that are marked, or one and the one under the cursor. */
const compare: Action = (context) => {
  const { view, update, palette } = context;
  const { marked } = view();
  const here = under(context)?.id;
  const pair = marked.length === 1 && here !== undefined && here !== marked[0] ? [...marked, here] : marked;
  if (pair.length === 2) return palette.run(targetOf(context), `diff ${pair.join(' ')}`);
  update({ message: { tone: 'info', text: 'Mark two runs with space; c compares them.' } });
};

const forkLine = ({ id, tick, told }: RunRow): string => {
  const proposed = told?.next.find(({ verb }) => verb.startsWith('fork '))?.verb;
  return proposed ?? `fork ${id} --at t${Math.max(1, tick)}`;
};

const RUNS: Readonly<Record<string, Action>> = {
  down: move(() => 1),
  up: move(() => -1),
  'half-down': move((room) => Math.ceil(room / 2)),
  'half-up': move((room) => -Math.ceil(room / 2)),
  'page-down': move((room) => room),
  'page-up': move((room) => -room),
  home: (context) => moveTo(context, 0),
  end: (context) => moveTo(context, Number.MAX_SAFE_INTEGER),
  open: (context) => {
    const run = under(context);
    if (run !== undefined) context.open(run.id);
  },
  mark,
  compare,
  tag: (context) => askTag(context, under(context)),
  why: (context) => {
    const run = under(context);
    if (run !== undefined) context.palette.run(targetOf(context), `why ${run.id}`);
  },
  new: (context) => context.palette.show(targetOf(context), 'run '),
  bundle: propose(({ id }) => `bundle ${id}`),
  resume: propose(({ id }) => `resume ${id}`),
  fork: propose(forkLine),
  kill: propose(({ id }) => `kill ${id}`),
  filter: ({ update }) => update({ typing: true, message: null }),
  sort: ({ view, update }) => {
    const next = RUN_SORTS[(RUN_SORTS.indexOf(view().sort) + 1) % RUN_SORTS.length];
    update({ sort: next ?? 'attention', message: null });
  },
  back: ({ view, update }) => {
    const { message, filter } = view();
    if (message !== null) update({ message: null });
    else if (filter !== '') update({ filter: '' });
    else update({ marked: [] });
  },
  palette: (context) => context.palette.show(targetOf(context)),
  help: ({ update }) => update({ help: 0 }),
  quit: ({ exit }) => exit(),
};

const scrollHelp =
  (by: (rows: number) => number): Action =>
  ({ view, update, readOnly, size }) =>
    update({ help: scrolledHelp('runs', readOnly, size(), view().help ?? 0, by(size().rows)) });

const ACTIONS: Partial<Record<Scope, Readonly<Record<string, Action>>>> = {
  runs: RUNS,
  help: { ...scrollKeys(scrollHelp), close: ({ update }) => update({ help: null }) },
  tag: {
    accept: keepTags,
    cancel: ({ update }) => update({ tagging: null }),
    clear: (context) => typeTag(context, () => ''),
    erase: (context) => typeTag(context, (text) => [...text].slice(0, -1).join('')),
  },
  filter: {
    accept: ({ view, update }) => {
      // A wrong one stays open, with what is wrong beside it.
      if (filterOf(view().filter).problem === '') update({ typing: false });
    },
    cancel: ({ update }) => update({ typing: false, filter: '' }),
    clear: ({ update }) => update({ filter: '' }),
    erase: ({ view, update }) => update({ filter: [...view().filter].slice(0, -1).join('') }),
  },
};
