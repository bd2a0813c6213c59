/** Anomalies as lines for people: grouped by kind, the worst of each first, every one with the place to open. */
import { clipText } from './clip.ts';
import type { Anomalies, AnomalyReport } from './find.ts';
import type { Found, Place } from './seen.ts';

/** Lines of one kind; the rest is counted. */
const SHOWN = 10;

/** The report's lines, the header's first. */
export const anomalyLines = (report: AnomalyReport): string[] => {
  const { id, task, records, tick, ended, anomalies } = report;
  const how = ended === null ? 'no run.ended' : `${ended.outcome}: ${ended.reason}`;
  const lines = [`${id} ${task}: ${records} records, t${tick}, ${how}`];
  for (const section of SECTIONS) lines.push(...section(anomalies));
  if (lines.length === 1) return [...lines, 'no anomalies'];
  return [...lines, `See one: turingos open ${id}@t<tick>, or @#<record>`];
};

/** How many there are, of all kinds. */
export const anomalyCount = (anomalies: Anomalies): number =>
  Object.values(anomalies).reduce((sum: number, { count }: Found<unknown>) => sum + count, 0);

type Section = (anomalies: Anomalies) => string[];

const section =
  <Row extends Place>(title: string, pick: (anomalies: Anomalies) => Found<Row>, tell: (row: Row) => string): Section =>
  (anomalies) => {
    const { count, rows } = pick(anomalies);
    if (count === 0) return [];
    const lines = rows.slice(0, SHOWN).map((row) => `  ${where(row)} ${clipText(tell(row))}`);
    const more = rows.length < SHOWN ? 0 : count - SHOWN;
    return [`${title}: ${count}`, ...lines, ...(more > 0 ? [`  and ${more} more`] : [])];
  };

const where = ({ tick, seq }: Place): string => `t${tick} #${seq}`.padEnd(12);

const SECTIONS: readonly Section[] = [
  section(
    'panic budget spent',
    (all) => all.panics,
    ({ who, left, why }) => `${who}, ${left} left: ${why}`,
  ),
  section(
    'thrash episodes',
    (all) => all.thrash,
    ({ who, code, traps, from, to, what, times, evidence, ended, recovered }) => {
      const repeats = times > 1 ? `${what} x${times}` : evidence;
      return `${who} ${code}${many(traps)} ${span(from, to)}: ${repeats}; ${endOf(ended, recovered)}`;
    },
  ),
  section(
    'stalls',
    (all) => all.stalls,
    ({ ticks, from, to, ms, ended }) =>
      `${ticks} ticks in a row without progress, ${span(from, to)}, ${time(ms)}; ${ended === 'open' ? 'still so at the end' : `until ${ended === 'progress' ? 'progress' : 'the run ended'}`}`,
  ),
  section(
    'denied handles',
    (all) => all.denied,
    ({ shape, need, reason, times, who, nearest, shown, lastTick }) =>
      `${shape} for ${need}, ${times} ${times === 1 ? 'ask' : 'asks'} by ${who.join(' ')}, last t${lastTick} (${reason}); nearest held: ${nearest === '' ? 'none' : nearest}${nearest !== '' && shown ? ', shown' : ''}`,
  ),
  section(
    'outages',
    (all) => all.outages,
    ({ who, error, attempts, waitMs, message, ended }) =>
      `${who} ${error}, ${attempts} attempts, waited ${time(waitMs)}: ${message}; ${ended === 'open' ? 'still so at the end' : ended}`,
  ),
  section(
    'gaps',
    (all) => all.gaps,
    ({ ms, quiet, inFlight, endedBy }) =>
      quiet === 'clock'
        ? `the clock went back by ${time(-ms)}`
        : `${time(ms)} without a record while ${inFlight.join(', ')} was in flight; the ${quiet} was quiet, until ${endedBy}`,
  ),
  section(
    'slow brains',
    (all) => all.slow,
    ({ who, of, ms, medianMs, role, req }) =>
      `${who} request ${req}: ${of === 'open' ? 'open for' : `${of} after`} ${time(ms)}, ${Math.round(ms / Math.max(1, medianMs))} x the ${role}'s median ${time(medianMs)}`,
  ),
  section(
    'requests without outcome',
    (all) => all.open,
    ({ kind, req, who, since, ms }) => `${kind} ${req} of ${who} since ${since} (${time(ms)} to the last record)`,
  ),
  section(
    'faults armed that never struck',
    (all) => all.faults,
    ({ id, fault, target, by }) => `fault ${id} ${fault}, target ${target}, by ${by}`,
  ),
];

const many = (times: number): string => (times > 1 ? ` x${times}` : '');
const span = (from: number, to: number): string => (from === to ? `t${from}` : `t${from}-${to}`);

const time = (ms: number): string => {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
};

const endOf = (ended: Anomalies['thrash']['rows'][number]['ended'], recovered: number | null): string => {
  if (recovered !== null) return `recovered after ${recovered} ${recovered === 1 ? 'tick' : 'ticks'}`;
  if (ended === 'open') return 'still so at the end';
  if (ended === 'panic') return 'ended in a panic reset';
  return ended === 'run ended' ? 'until the run ended' : `its process was ${ended}`;
};
