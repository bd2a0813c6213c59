/** What a tick did to the world: its hash, a line diff of what was written, what a command printed. */
import { structuredPatch } from 'diff';
import type { LiveState } from '../live-state.ts';
import { textOf } from '../record.ts';
import type { TimeSource } from '../time-source.ts';
import { contentAfter, earlierContent } from './earlier-content.ts';
import { lastOf, type Of, type TickRecords } from './gather.ts';
import { type DiffLine, readStateDiff, type StateDiff } from './state-diff.ts';

export type { DiffLine };

export interface WorldChange {
  /** Hashes of the world; equal where nothing changed. */
  before: string;
  after: string;
  /** In a few words: `none: rejected before any effect`, `ANSWER.txt replaced, +1 -1`. */
  what: string;
  lines: readonly DiffLine[];
  /** What cannot be shown, and why; '' for nothing. */
  note: string;
}

/** UTF-16 units of a file, and edited lines, beyond which only the op's own content is shown. */
const MAX_DIFF = 262_144;
const MAX_EDITS = 2000;
const MAX_LINES = 2000;

export const worldChange = async (
  source: TimeSource,
  found: TickRecords,
  states: { before: LiveState; after: LiveState },
): Promise<WorldChange> => {
  const op = lastOf(found, 'op.requested');
  const before = op?.worldHash ?? states.before.kernel.worldHash;
  if (op === undefined) return { before, after: before, what: noOp(found), lines: [], note: '' };
  const failed = lastOf(found, 'op.failed');
  if (failed !== undefined) {
    const what = `none: ${failed.errno}, the world is as it was before`;
    return { before, after: failed.worldHash, what, lines: plain(failed.detail), note: '' };
  }
  const done = lastOf(found, 'op.done');
  if (done === undefined) {
    const what = found.closing === null ? 'not done yet' : 'none: stopped before it was done';
    return { before, after: before, what, lines: [], note: '' };
  }
  const after = done.worldHash;
  const kept = before === after ? undefined : await keptDiff(source, before, after);
  if (op.request.op !== 'SYS_WRITE') return printed(op, done, before, kept);
  if (kept === undefined || 'why' in kept) return { before, after, ...(await written(source, op)) };
  return { before, after, ...keptWrite(op.request, kept) };
};

/** What the world itself keeps of a change; undefined where it keeps nothing. */
const keptDiff = async (source: TimeSource, before: string, after: string): Promise<StateDiff | Why | undefined> => {
  try {
    const text = await source.worldDiff?.(before, after);
    return text === undefined ? undefined : readStateDiff(textOf(text), MAX_LINES);
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
};

interface Why {
  why: string;
}

const VERBS = { replace: 'replaced', append: 'appended to', patch: 'patched' } as const;

const keptWrite = (
  { target, mode }: Extract<Of<'op.requested'>['request'], { op: 'SYS_WRITE' }>,
  { lines, plus, minus, paths, isNew }: StateDiff,
): Pick<WorldChange, 'what' | 'lines' | 'note'> => ({
  what: `${target} ${isNew ? 'created' : VERBS[mode]}, +${plus} -${minus}`,
  // The head tells what is told already.
  lines: lines.filter(({ sign, text }, i) => sign !== '@' || i > 0 || text !== target),
  note: paths > 1 ? 'what was changed from outside before it is shown too' : '',
});

const noOp = (found: TickRecords): string => {
  const trap = lastOf(found, 'trap.raised');
  if (trap !== undefined)
    return trap.phase === 'loop' ? 'none: trapped before any effect' : 'none: rejected before any effect';
  if (found.closing === null) return 'none yet';
  if (found.closing.kind === 'process.ended' && found.closing.as !== 'done')
    return `none: the process was ${found.closing.as}`;
  return lastOf(found, 'reply.accepted')?.world == null ? 'none: no world op' : 'none: this op changes nothing';
};

/** Commands and logs: what was changed, and what was printed. */
const printed = (
  op: Of<'op.requested'>,
  done: Of<'op.done'>,
  before: string,
  kept: StateDiff | Why | undefined,
): WorldChange => {
  const { request } = op;
  const command = request.op === 'SYS_EXEC' ? `${request.argv.join(' ')}: exit ${done.exit}` : 'read only';
  const output = done.output === null ? [] : plain(textOf(done.output.text));
  const rest = done.output === null ? 0 : done.output.chars - textOf(done.output.text).length;
  const more = rest > 0 ? `${rest.toLocaleString('en-US')} more characters of output` : '';
  const here = { before, after: done.worldHash };
  if (kept === undefined) return { ...here, what: command, lines: output, note: more };
  if ('why' in kept) return { ...here, what: command, lines: output, note: `its changes are not known: ${kept.why}` };
  const { lines, plus, minus, paths } = kept;
  const what = `${command}, ${paths} ${paths === 1 ? 'path' : 'paths'} changed, +${plus} -${minus}`;
  const head: DiffLine[] = output.length === 0 ? [] : [{ sign: '@', text: 'printed' }];
  return { ...here, what, lines: [...lines, ...head, ...output], note: more };
};

const written = async (
  source: TimeSource,
  op: Of<'op.requested'>,
): Promise<Pick<WorldChange, 'what' | 'lines' | 'note'>> => {
  if (op.request.op !== 'SYS_WRITE') return { what: '', lines: [], note: '' };
  const { target, mode } = op.request;
  const content = textOf(op.request.content);
  const verb = VERBS[mode];
  const own = { what: `${target} ${verb}`, lines: plain(content) };
  const earlier = await earlierContent(source, op);
  if (!earlier.known) {
    const note = `earlier content not reconstructed (${earlier.why}); this is what the op says`;
    return mode === 'patch' ? { ...own, lines: patchLines(content), note } : { ...own, note };
  }
  const next = contentAfter(earlier.text, { mode, content });
  if (next === undefined || (earlier.text ?? '').length + next.length > MAX_DIFF) {
    return {
      ...own,
      note: next === undefined ? 'the patch does not apply' : 'too long to compare; this is what the op says',
    };
  }
  const lines = diffLines(earlier.text ?? '', next);
  if (lines === undefined) return { ...own, note: 'too different to compare; this is what the op says' };
  const plus = lines.filter(({ sign }) => sign === '+').length;
  const minus = lines.filter(({ sign }) => sign === '-').length;
  const how = earlier.text === null ? 'created' : verb;
  return {
    what: `${target} ${how}, +${plus} -${minus}`,
    lines,
    note: plus + minus === 0 ? 'the same content again' : '',
  };
};

const plain = (text: string): DiffLine[] =>
  text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .slice(0, MAX_LINES)
        .map((line) => ({ sign: ' ', text: line }));

const signOf = (line: string): DiffLine => {
  const sign = line[0] === '+' || line[0] === '-' ? line[0] : ' ';
  return { sign, text: line.startsWith('\\') ? '(no newline at its end)' : line.slice(1) };
};

const patchLines = (patch: string): DiffLine[] =>
  plain(patch).map(({ text }) =>
    /^[-+ ]/.test(text) && !/^(---|\+\+\+)/.test(text) ? signOf(text) : { sign: '@', text },
  );

const diffLines = (before: string, after: string): DiffLine[] | undefined => {
  const patch = structuredPatch('', '', before, after, '', '', { context: 3, maxEditLength: MAX_EDITS });
  return patch?.hunks
    .flatMap((hunk, i): DiffLine[] => {
      const head: DiffLine[] = i === 0 && hunk.oldStart <= 1 ? [] : [{ sign: '@', text: `line ${hunk.newStart}` }];
      return [...head, ...hunk.lines.map(signOf)];
    })
    .slice(0, MAX_LINES);
};
