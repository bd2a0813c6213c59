/** What is typed after `g`, or behind the `@` of `turingos open RUN@…`: a share, a tick, a seq or a time. */
import { endOfTick, type Motion, type Spot } from './motions.ts';
import type { TimeSource } from './time-source.ts';

/** For prompts and error messages. */
export const GOTO_FORMS = '50%, t84, #18231, 03:14 from the start, or a time like 09:12:33Z';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** @returns the motion, or a sentence that says what cannot be understood */
export const parseGoto = (typed: string): Motion | string => {
  const text = typed.trim();
  const share = /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(text);
  if (share !== null) {
    const value = Number(share[1]);
    return value > 100
      ? `${text} is more than the whole run: give 0% to 100%.`
      : { find: (source) => atShare(source, value) };
  }
  const tick = /^t\s*(\d{1,15})$/i.exec(text);
  if (tick !== null) return toTick(Number(tick[1]));
  const seq = /^#\s*(\d{1,15})$/.exec(text);
  if (seq !== null) return { find: (source) => atSeq(source, Number(seq[1])) };
  const clock = /^(?:(\d{1,3}):)?(\d{1,2}):(\d{2}(?:\.\d{1,3})?)(z?)$/i.exec(text);
  if (clock !== null && Number(clock[2]) < 60 && Number(clock[3]) < 60) {
    const ms = Number(clock[1] ?? 0) * HOUR + Number(clock[2]) * 60_000 + Math.round(Number(clock[3]) * 1000);
    // Without hours and with a Z it is a time of day: hours and minutes.
    if (clock[4] !== '')
      return clock[1] === undefined ? unknown(text) : { find: (source) => atTimeOfDay(source, ms, text) };
    return { find: (source) => atOffset(source, ms, text, clock[1] !== undefined) };
  }
  const iso = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(iso)) return { find: (source) => atTime(source, iso) };
  return unknown(text);
};

/** The end of a tick. */
export const toTick = (tick: number): Motion => ({ find: (source) => atTick(source, tick) });

const unknown = (text: string): string => `"${text}" is no place in a run: give ${GOTO_FORMS}.`;

const atShare = async (source: TimeSource, percent: number): Promise<Spot> => {
  const { first, last } = await source.extent();
  return { seq: first.seq + Math.round(((last.seq - first.seq) * percent) / 100), tick: null };
};

const atTick = async (source: TimeSource, tick: number): Promise<Spot | string> => {
  const { first, last } = await source.extent();
  if (tick === 0) return { seq: first.seq, tick: null };
  if ((await source.seqOfTick(tick)) !== undefined) return await endOfTick(source, tick);
  // As in a fork, whose ticks go on from its origin's.
  if (tick <= last.tick) return `There is no tick ${tick}: the run begins after it.`;
  return `There is no tick ${tick}: the run has ${last.tick}${source.growing ? ' so far' : ''}.`;
};

const atSeq = async (source: TimeSource, seq: number): Promise<Spot | string> => {
  const { first, last } = await source.extent();
  if (seq >= first.seq && seq <= last.seq) return { seq, tick: null };
  return `There is no record ${seq}: the run has ${first.seq} to ${last.seq}${source.growing ? ' so far' : ''}.`;
};

/** A time after the start; one with hours that is longer than the run is a time of day. */
const atOffset = async (source: TimeSource, ms: number, text: string, hours: boolean): Promise<Spot | string> => {
  const { first, last } = await source.extent();
  if (first.ms + ms <= last.ms) return { seq: await source.seqOfTime(first.ms + ms), tick: null };
  return hours
    ? await atTimeOfDay(source, ms, text)
    : `The run is shorter than ${text}: it took ${lengthText(last.ms - first.ms)}.`;
};

const atTimeOfDay = async (source: TimeSource, ms: number, text: string): Promise<Spot | string> => {
  const { first } = await source.extent();
  const midnight = Math.floor(first.ms / DAY) * DAY;
  return await atTime(source, midnight + ms < first.ms - 1000 ? midnight + DAY + ms : midnight + ms, text);
};

const atTime = async (source: TimeSource, ms: number, text = ''): Promise<Spot | string> => {
  const { first, last } = await source.extent();
  // A time given in whole seconds means any moment of that second.
  if (ms < first.ms - 1000 || ms > last.ms) {
    return `${text || new Date(ms).toISOString()} is outside the run: it goes from ${new Date(first.ms).toISOString()} to ${new Date(last.ms).toISOString()}.`;
  }
  return { seq: await source.seqOfTime(ms), tick: null };
};

/** `12:04`, `3:07:12`. */
const lengthText = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${two(minutes)}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
};
