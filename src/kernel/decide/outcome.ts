/** What the world and the grader answer. */

import { findCap } from '../caps.ts';
import { sectionRoom } from '../frame.ts';
import { hashSetHas } from '../hash-set.ts';
import { execKey } from '../keys.ts';
import type { InputOf, PageRef } from '../records/index.ts';
import type { Proc } from '../state.ts';
import { findPage, pageRefs } from '../views.ts';
import { lastText, noticeText, trapText } from '../words.ts';
import { act, commit, refuseRef } from './act.ts';
import { composeAndAsk } from './compose.ts';
import { confirmFault } from './faults.ts';
import { refsOf } from './reply.ts';
import { missing } from './schedule.ts';
import { raise } from './trap.ts';
import { endProc, endRun, type Turn } from './turn.ts';

/** The page that a process looks at; a target is shown from its first page on. */
export const onObserved = (turn: Turn, proc: Proc, input: InputOf<'world.observed'>): void => {
  const { found } = input;
  if (found === null) return missing(turn, proc, input.why ?? 'nothing there');
  const { sha256, pages: of, text, chars } = found;
  const ref = 'view' in proc.d ? findPage(proc, proc.d.view) : undefined;
  const known = ref !== undefined && 'sha256' in ref.of ? ref.of.under : undefined;
  const under = 'cap' in proc.d ? findCap(proc, proc.d.cap)?.handle : known;
  composeAndAsk(turn, proc.pid, { sha256, under, n: ref?.n ?? 1, of, text, chars });
};

/** The text of a page that the reply refers to. */
export const onFetched = (turn: Turn, proc: Proc, input: InputOf<'world.observed'>): void => {
  const supplied = proc.dispatch?.refs ?? {};
  const ref = refsOf(proc.dispatch?.reply?.world ?? null).find((other) => !Object.hasOwn(supplied, other));
  if (ref === undefined) return;
  if (input.found === null) return refuseRef(turn, proc.pid, ref);
  turn.emit({ kind: 'ref.resolved', pid: proc.pid, tick: proc.dispatch?.tick ?? 0, ref, text: input.found.text });
  act(turn, proc.pid);
};

export const onOpDone = (turn: Turn, proc: Proc, input: InputOf<'op.done'>): void => {
  confirmFault(turn, proc, input.applied);
  const world = proc.dispatch?.reply?.world;
  if (world?.op === 'SYS_WRITE') {
    const progress = hashSetHas(turn.state.worlds, input.worldHash) ? null : 'write';
    return commit(turn, proc.pid, {
      last: lastText.wrote(world.cap, world.path, world.mode),
      progress,
      worldHash: input.worldHash,
    });
  }
  const { output } = input;
  const flood = floods(turn, output) ? (output?.sha256 ?? null) : null;
  // What will not fit beside the outcome's line can be read from its first page on.
  const room = sectionRoom('last', turn.state.policy.frame.limit) - LINE_MAX;
  const long = output !== null && (output.pages > 1 || output.text.length > room || flood !== null);
  const pages = long ? pageRefs(proc, { sha256: output.sha256 }, [1]) : [];
  const isNew = world?.op === 'SYS_EXEC' && !hashSetHas(turn.state.execs, execKey(proc, world, turn.state.worldHash));
  const printed = lastText.printed(output?.text ?? '', output?.chars ?? 0, pages[0]?.token);
  const last = world?.op === 'SYS_EXEC' ? lastText.exec(world.cap, input.exit, printed) : lastText.gitLog(printed);
  const pid = proc.pid;
  const tick = proc.dispatch?.tick ?? 0;
  commit(turn, pid, { last, progress: isNew ? 'exec' : null, worldHash: input.worldHash, pages, flood });
  if (flood !== null && output !== null) warnOfFlood(turn, pid, tick, output.chars, pages);
};

/** Units that the line before an output takes at most: `SYS_EXEC`, a handle, the exit code. */
const LINE_MAX = 150;

const floods = (turn: Turn, output: InputOf<'op.done'>['output']): boolean => {
  const limit = turn.state.policy.traps.LOG_FLOOD?.bytes;
  return limit !== undefined && output !== null && output.bytes > limit;
};

const warnOfFlood = (turn: Turn, pid: number, tick: number, chars: number, pages: PageRef[]): void => {
  const text = noticeText.logFlood(chars, pages[0]?.token ?? '');
  turn.emit({ kind: 'notice.given', pid, tick, code: 'LOG_FLOOD', text });
};

export const onOpFailed = (turn: Turn, proc: Proc, input: InputOf<'op.failed'>): void => {
  confirmFault(turn, proc, input.applied);
  const world = proc.dispatch?.reply?.world;
  const op = world?.op ?? 'op';
  const target = world != null && 'cap' in world ? (findCap(proc, world.cap)?.target ?? '') : '';
  if (input.timedOut) {
    const ms = turn.state.policy.limits.opMs;
    return raise(turn, proc.pid, {
      code: 'DEADLINE',
      phase: 'op',
      evidence: `${op} ${target}: more than ${ms} ms`,
      recovery: trapText.deadline(op, ms),
      fault: input.applied,
    });
  }
  const evidence = `${op} ${target}: ${input.errno}${input.detail === '' ? '' : `: ${input.detail}`}`;
  raise(turn, proc.pid, {
    code: 'IO_FAULT',
    phase: 'op',
    evidence,
    recovery: trapText.ioFault(op, input.errno, input.detail),
    fault: input.applied,
  });
};

export const onJudged = (turn: Turn, proc: Proc, input: InputOf<'grader.judged'>): void => {
  if (input.verdict === 'error') return endRun(turn, 'interrupted', `the grader failed: ${input.words}`);
  if (input.verdict === 'fail') {
    const recovery = trapText.illegalHalt(input.words);
    return raise(turn, proc.pid, { code: 'ILLEGAL_HALT', phase: 'reply', evidence: input.words, recovery, flag: true });
  }
  endProc(turn, proc, 'done', 'its halt was accepted');
  endRun(turn, 'passed', input.words);
};
