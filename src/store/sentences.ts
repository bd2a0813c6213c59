/** What happens in a run, told a sentence a record: the words of the panes, for who reads lines. */

import type { LiveState } from './live-state.ts';
import { opText, pidText, roleLetter } from './op-text.ts';
import { changesText, orderWords, refusalText } from './order-text/say.ts';
import { faultsText } from './projections/faults.ts';
import type { Rec } from './record.ts';
import { endWord } from './run-status.ts';
import { countText } from './size-text.ts';

/**
 * One line without a time; undefined for a record that says nothing by itself: how a tick came about, streams, votes' counts.
 * @param before @param after the state around the record
 */
export const sentenceOf = (rec: Rec, before: LiveState, after: LiveState): string | undefined => {
  const text = words(rec, before, after);
  return text?.replaceAll(/\s+/g, ' ').trim();
};

const words = (rec: Rec, before: LiveState, after: LiveState): string | undefined => {
  const who = (pid: number): string => pidText(pid in after.kernel.procs ? after.kernel : before.kernel, pid);
  switch (rec.kind) {
    case 'run.started':
    case 'run.forked': {
      const origin = rec.kind === 'run.forked' ? `, forked from ${rec.origin.run} at record ${rec.origin.seq}` : '';
      const name = (brain: { name: string; simulated: boolean }): string => (brain.simulated ? 'SIM' : brain.name);
      return `run ${rec.run} of ${rec.task.name}: planner ${name(rec.planner)}, worker ${name(rec.worker)}, seed ${rec.seed}${origin}`;
    }
    case 'reply.accepted':
      return `t${rec.tick} ${who(rec.pid)} ${opText(rec.world, before.kernel.procs[rec.pid]?.caps)}`;
    case 'tick.committed':
      return rec.progress === null
        ? `t${rec.tick} ${who(rec.pid)} no progress`
        : `t${rec.tick} ${who(rec.pid)} progress: ${rec.progress}`;
    case 'trap.raised':
      return `t${rec.tick} ${who(rec.pid)} TRAP ${rec.code}: ${rec.evidence}${rec.fault === undefined ? '' : ` (fault ${rec.fault})`}`;
    case 'capability.denied':
      return `t${rec.tick} ${who(rec.pid)} was denied ${rec.asked}: ${rec.reason}${rec.nearest === null ? '' : `, nearest ${rec.nearest}`}`;
    case 'capability.revoked':
      return `revoked by ${rec.by === 'fault' ? 'a fault' : 'the operator'}: ${rec.handles.map(({ pid, handle }) => `${handle} of ${who(pid)}`).join(', ')}`;
    case 'capability.swapped':
      return `swapped by a fault: ${rec.handles.join(' and ')} of ${who(rec.pid)} stand for each other's targets`;
    case 'panic.spent':
      return `t${rec.tick} ${who(rec.pid)} PANIC RESET: ${rec.left} left, ${rec.why}`;
    case 'panic.granted':
      return `panic budget raised by ${rec.units} to ${rec.left}`;
    case 'process.spawned':
      return `${roleLetter(rec.role)}${rec.pid} begins: ${rec.task}`;
    case 'process.ended':
      return `${who(rec.pid)} ${rec.as}: ${rec.why}`;
    case 'process.blocked':
      return `${who(rec.pid)} waits: ${rec.error}, try ${rec.attempt}`;
    case 'map.started':
      return `t${rec.tick} ${who(rec.pid)} starts map ${rec.map} of ${rec.steps.length} ${rec.steps.length === 1 ? 'step' : 'steps'}`;
    case 'vote.cast':
      return `${who(rec.pid)} votes ${rec.value} in ${rec.map} step ${rec.step}`;
    case 'step.settled':
      return `${rec.map} step ${rec.step}: ${rec.value === null ? 'no consensus' : `consensus ${rec.value}`}`;
    case 'map.joined':
      return `map ${rec.map} joined: ${rec.results.map((result) => result ?? 'none').join(', ')}`;
    case 'fault.armed':
      return `fault ${rec.id} ${rec.spec.fault} armed by ${rec.by}${rec.spec.rate === undefined ? '' : `, rate ${rec.spec.rate / 1000}`}`;
    case 'fault.disarmed':
      return `fault ${rec.id} is disarmed`;
    case 'fault.staged':
      return `t${rec.tick} fault ${rec.id} ${rec.fault} strikes the machine now`;
    case 'fault.triggered':
      return `t${rec.tick} fault ${rec.id} ${rec.fault} struck ${who(rec.pid)}`;
    case 'fault.recovered':
      return `t${rec.tick} ${who(rec.pid)} recovered from fault ${rec.id} after ${rec.ticks} of its own ticks`;
    case 'operator.commanded':
      return `order of ${rec.by}: ${orderWords(rec.order, before.kernel)}${rec.reason === '' ? '' : ` (${rec.reason})`}`;
    case 'input.ignored':
      return rec.input === 'operator.commanded'
        ? `that order did nothing: ${refusalText(rec.why, before.kernel)}`
        : undefined;
    case 'run.paused':
      return rec.why === undefined ? 'paused' : `paused by itself: ${rec.why}`;
    case 'run.unpaused':
      return 'goes on';
    case 'run.ended': {
      const faults = faultsText(before.faults);
      return `ended ${endWord(rec.outcome)} after ${countText(rec.ticks, 'tick')}: ${rec.reason}${faults === '' ? '' : `. ${faults}`}`;
    }
    case 'operator.told':
      return `${who(rec.pid)} is told: ${rec.text}`;
    case 'capability.issued':
      return `${who(rec.pid)} is granted ${rec.cap.handle} ${rec.cap.rights} ${rec.cap.target}`;
    case 'policy.changed':
      return `policy: ${changesText(rec.changes)}`;
    case 'thrash.pardoned':
      return `${who(rec.pid)} is pardoned: thrash counters and trap streak are cleared`;
    case 'brain.swapped':
      return `the ${rec.role} is ${rec.brain.simulated ? 'SIM' : rec.brain.name} of profile ${rec.profile} from the next request on`;
    case 'order.repeated':
      return `order ${rec.id} came again: nothing is done`;
    case 'runtime.said':
      return `note: ${rec.text}`;
    default:
      return undefined;
  }
};
