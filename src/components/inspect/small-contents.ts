/** Panes 3 to 6: the decision's records, the state before and after, the world's diff, what followed. */
import type { DecisionLine, FollowLine, TickView, WorldChange } from '../../store/tick-view.ts';
import type { Style } from '../look.ts';
import { cleanLines, field, type PaneContent, type PaneLine } from './lines-pane.ts';

const count = (n: number): string => n.toLocaleString('en-US');

/** `seq 18,231-18,236` */
export const seqRange = (lines: readonly DecisionLine[]): string => {
  const from = lines[0]?.seq;
  const to = lines.at(-1)?.seq;
  if (from === undefined || to === undefined) return '';
  return from === to ? `seq ${count(from)}` : `seq ${count(from)}-${count(to)}`;
};

const BAD = ['trap.raised', 'reply.rejected', 'capability.denied', 'panic.spent', 'op.failed', 'brain.failed'];
const GOOD = ['vote.cast', 'step.settled', 'map.joined'];

const KIND = 18;

export const decisionContent = (view: TickView, width: number): PaneContent => ({
  name: '3 DECISION',
  rest: [['dim', seqRange(view.decision)], view.open ? ['warn', '  open'] : ''],
  body: view.decision.flatMap((line) =>
    cleanLines(line.text.replaceAll('\n', ' '), Math.max(8, width - KIND - 4)).map(
      (text, i): PaneLine => ({
        seq: line.seq,
        spans:
          i > 0
            ? [' '.repeat(KIND + 4), text]
            : [['dim', line.class === 'input' ? 'in ' : 'ev '], [kindStyle(line), line.kind.padEnd(KIND)], ` ${text}`],
      }),
    ),
  ),
});

const kindStyle = ({ kind, class: of }: DecisionLine): Style =>
  BAD.includes(kind) ? 'error' : GOOD.includes(kind) ? 'good' : of === 'input' ? 'bold' : 'accent';

const NAME = 19;

export const stateContent = (view: TickView, width: number): PaneContent => {
  const { changed, same, open, who } = view;
  const left = same.map((name) => name.replace(`${who}.`, ''));
  const rows = changed.flatMap(({ name, before, after }) => field(['bold', name], `${before} > ${after}`, width, NAME));
  const none: PaneLine[] =
    changed.length > 0 ? [] : [{ spans: [['dim', open ? 'nothing decided yet' : 'nothing changed']] }];
  return {
    name: '4 STATE',
    rest: [['dim', 'before > after']],
    body: [...none, ...rows, ...field(['dim', 'unchanged'], left.join(', '), width, NAME, 'dim')],
  };
};

const DIFF_STYLE: Record<WorldChange['lines'][number]['sign'], Style> = {
  '+': 'good',
  '-': 'error',
  '@': 'accent',
  ' ': 'plain',
};

export const diffContent = ({ world }: TickView, width: number, wrap: boolean): PaneContent => {
  const { before, after, what, lines, note } = world;
  const tree =
    before === after
      ? `tree ${shortHash(before)} = ${shortHash(after)}`
      : `tree ${shortHash(before)} > ${shortHash(after)}`;
  return {
    name: '5 WORLD DIFF',
    rest: [[before === after ? 'dim' : 'bold', what]],
    body: [
      { spans: [['dim', tree]] },
      ...(note === '' ? [] : cleanLines(note, width).map((line): PaneLine => ({ spans: [['warn', line]] }))),
      ...lines.flatMap(({ sign, text }) =>
        cleanLines(text, wrap ? Math.max(8, width - 1) : 0).map(
          (line, i): PaneLine => ({ spans: [[DIFF_STYLE[sign], (i === 0 ? sign : ' ') + line]] }),
        ),
      ),
    ],
  };
};

const shortHash = (hash: string): string => (hash.length <= 10 ? hash : `${hash.slice(0, 4)}..${hash.slice(-2)}`);

const FOLLOW: Record<FollowLine['tone'], readonly [Style, string]> = {
  plain: ['plain', ' '],
  good: ['good', '+'],
  bad: ['error', '!'],
};

export const thenContent = (view: TickView, width: number): PaneContent => {
  const { followed, open } = view;
  const lines = followed.flatMap(({ tone, text }) => field([FOLLOW[tone][0], FOLLOW[tone][1]], text, width, 2));
  const none = open ? 'the tick is open: nothing has followed' : 'nothing has followed so far';
  return {
    name: '6 WHAT FOLLOWED',
    body: lines.length > 0 ? lines : [{ spans: [['dim', none]] }],
  };
};
