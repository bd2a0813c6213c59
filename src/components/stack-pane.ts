/** The planner's call stack, top first, and where it looks. */
import { placeText } from '../store/kernel-view.ts';
import { type LiveState, shownProcs } from '../store/live-state.ts';
import { targetText } from '../store/op-text.ts';
import { filterOf } from './filter.ts';
import { type ListProps, type ListRow, listPane } from './list-pane.ts';
import type { Look } from './look.ts';

export const stackPane = (
  look: Look,
  width: number,
  height: number,
  props: ListProps & { live: LiveState },
): string[] => {
  const proc = shownProcs(props.live).find((candidate) => candidate.role === 'planner');
  const stack = proc?.stack ?? [];
  const place =
    proc === undefined ? '' : 'cap' in proc.d ? targetText(proc.caps, proc.d.cap, proc.d.path) : placeText(proc.d);
  const rows: ListRow[] =
    proc === undefined
      ? []
      : [
          ...stack.map((entry, i) => ({
            left: [[i === 0 ? 'accent' : 'dim', `${i === 0 ? '>' : '~'}${entry}`] as const],
          })),
          ...(stack.length === 0 ? [{ left: [['dim', 'empty'] as const] }] : []),
          { left: [['bold', 'q  '] as const, proc.q] },
          { left: [['bold', 'd  '] as const, place] },
          { left: [['bold', 'last  '] as const, proc.last] },
        ];
  const shown = rows.filter(({ left }) =>
    filterOf(props.filter).test(left.map((span) => (typeof span === 'string' ? span : span[1])).join('')),
  );
  return listPane(look, width, height, props, {
    name: `8 CALL STACK ${stack.length}`,
    rest: [['dim', '3 proc']],
    rows: shown,
    empty: 'no planner yet',
  });
};
