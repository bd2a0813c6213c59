/** Why, told in lines: for the verb, and for the preview beside the list of runs. */
import { noProgressText } from '../../store/no-progress.ts';
import type { Point } from './fold.ts';
import type { NextVerb } from './next.ts';
import type { WhyReport } from './reader.ts';

/** What is known of the host besides the journal. */
export interface HostFacts {
  /** The living kernel's pid; null where there is none. */
  kernel: number | null;
  /** The last words of a kernel that is gone; '' for none. */
  kernelWords: string;
  /** Why the journal takes nothing at the moment, as `ps` says it too. */
  stalled?: string | null;
  /** Who ended its kernel by force, when and why; then the journal has no end. */
  killed?: string;
  /** `stalled` tells that the kernel's process is stopped. */
  stopped?: boolean;
}

export interface WhyLine {
  name: string;
  text: string;
}

const at = ({ tick, who, what }: Point): string => `t${tick} ${who} ${what}`;

/** One field a line, in the order of the preview. @param clip of last words, in characters */
export const whyFields = (why: WhyReport, host: HostFacts, clip = 200): WhyLine[] => {
  const { firstTrouble, lastWords, panic, outages } = why;
  const fields: WhyLine[] = [
    ...(why.paused === null || why.ended !== null ? [] : [{ name: 'paused', text: why.paused }]),
    { name: 'first trouble', text: firstTrouble === null ? 'none' : at(firstTrouble) },
    { name: 'first thrash', text: thrashText(why) },
    { name: 'last progress', text: progressText(why) },
    { name: 'panic spent', text: panicText(panic) },
  ];
  if (why.thrashing !== null) fields.push({ name: 'thrashing', text: at(why.thrashing) });
  if (why.waiting !== null) fields.push({ name: 'waiting', text: at(why.waiting) });
  if (lastWords !== null) {
    const { tick, who, what, cut } = lastWords;
    const text = what.replaceAll(/\s+/g, ' ');
    const shown = text.length > clip ? `…${text.slice(-clip)}` : text;
    fields.push({ name: 'last words', text: `${who} t${tick}${cut ? ', cut off' : ''}: ${shown}` });
  }
  const open = outages.filter((outage) => outage.open).length;
  fields.push({ name: 'host', text: hostText(why, host, outages.length, open) });
  if (why.swaps.length > 0) fields.push({ name: 'swapped', text: why.swaps.map(at).join('   ') });
  if (why.origin !== null) fields.push({ name: 'origin', text: `forked from ${why.origin.run} at #${why.origin.seq}` });
  return fields;
};

const progressText = ({ lastProgress, nowhere }: WhyReport): string =>
  `${lastProgress === null ? 'none' : at(lastProgress)}${nowhere === null ? '' : `; ${noProgressText(nowhere)}`}`;

const thrashText = ({ firstThrash, firstTrouble, thrash }: WhyReport): string => {
  if (firstThrash === null) return 'none';
  const text = firstThrash.seq === firstTrouble?.seq ? `t${firstThrash.tick}, the same` : at(firstThrash);
  return `${text}; ${thrash} in all`;
};

const panicText = ({ left, total, spent }: WhyReport['panic']): string => {
  if (spent.length === 0) return `none of ${total}`;
  const rows = spent.map(({ tick, who, what }) => `t${tick} ${who} ${what.replace(/, (\d+) traps in a row/, ' x$1')}`);
  return `${rows.join('   ')}; ${left} of ${total} left`;
};

const times = (n: number, one: string, many: string): string => (n === 1 ? `1 ${one}` : `${n} ${many}`);

/** Outages, disk, clock, kernels, chain. */
const hostText = (why: WhyReport, facts: HostFacts, outages: number, open: number): string => {
  const { host, ended, broken } = why;
  const longest = why.outages.toSorted((a, b) => b.waitMs - a.waitMs)[0];
  const parts = [
    longest === undefined
      ? 'no outage'
      : `${times(outages, 'outage', 'outages')} (${longest.error}, ${duration(longest.waitMs)}${open > 0 ? ', still' : ''})`,
    typeof facts.stalled === 'string' && facts.stopped !== true
      ? facts.stalled.replace(/\.$/, '')
      : host.diskWaits === 0
        ? 'disk ok'
        : `disk full ${times(host.diskWaits, 'time', 'times')}`,
  ];
  if (host.clockSteps > 0) parts.push(`clock back ${times(host.clockSteps, 'time', 'times')}`);
  if (host.resumed > 0) parts.push(`resumed ${times(host.resumed, 'time', 'times')}`);
  if (host.tornBytes > 0) parts.push(`${host.tornBytes} torn bytes cut`);
  if (facts.stopped === true) parts.push(facts.stalled ?? '');
  else if (facts.kernel !== null) parts.push(`kernel ${facts.kernel} at work`);
  else if (ended !== null) parts.push('its kernel ended it');
  else if (facts.killed !== undefined) parts.push(`its kernel was killed ${facts.killed}`);
  else if (why.killedBy !== null) parts.push(`its kernel was killed by ${why.killedBy}`);
  else parts.push(`its kernel ended without a word${facts.kernelWords === '' ? '' : `, but: ${facts.kernelWords}`}`);
  parts.push(broken === null ? 'chain ok' : 'chain broken');
  return parts.join(', ');
};

const duration = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

/** All lines of the verb's answer. */
export const whyText = (
  name: string,
  standing: string,
  why: WhyReport,
  host: HostFacts,
  next: readonly NextVerb[],
): string[] => {
  const reason = why.ended?.reason ?? host.killed;
  const end = reason === undefined ? '' : `: ${reason}`;
  const traps = Object.entries(why.traps).map(([code, count]) => `${count} ${code}`);
  const cost = why.cost === null ? '' : `, $${(why.cost / 1e9).toFixed(2)}`;
  const lines = [
    `${name} ${why.task} ${standing}${end}`,
    `${why.records} records, t${why.tick}, ${why.tokens} tokens${cost}; ${traps.length === 0 ? 'no trap' : `traps: ${traps.join(', ')}`}`,
    ...whyFields(why, host, 1000).map(({ name: field, text }) => `${field.padEnd(15)}${text}`),
  ];
  for (const remark of why.host.remarks) lines.push(`${'remark'.padEnd(15)}${remark}`);
  if (why.broken !== null) lines.push(`${'broken'.padEnd(15)}${why.broken}`);
  for (const [i, { verb, why: what }] of next.entries())
    lines.push(`${(i === 0 ? 'next' : '').padEnd(15)}turingos ${verb}   (${what})`);
  return lines;
};
