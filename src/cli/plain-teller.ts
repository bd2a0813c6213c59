/** Folds records, and says of each what there is to say: what every line mode has in common. */

import { brainName } from '../components/header.ts';
import type { JournalRecord } from '../journal/index.ts';
import { emptyLive, foldLive, type LiveState } from '../store/live-state.ts';
import type { Rec } from '../store/record.ts';
import { runWord } from '../store/run-status.ts';
import { sentenceOf } from '../store/sentences.ts';

const NAME_MAX = 40;

export class PlainTeller {
  #live: LiveState;

  constructor(live: LiveState = emptyLive) {
    this.#live = live;
  }

  get live(): LiveState {
    return this.#live;
  }

  /** Folds a record. @returns its sentence behind the time since the run's start; undefined where it says nothing by itself */
  see(record: JournalRecord | Rec): string | undefined {
    const rec = record as Rec;
    const before = this.#live;
    this.#live = foldLive(before, rec);
    const sentence = sentenceOf(rec, before, this.#live);
    return sentence === undefined ? undefined : this.timed(sentence, Date.parse(rec.ts));
  }

  /** @param ms since the epoch; without it, of the newest record */
  timed(sentence: string, ms: number = this.#live.info.lastMs): string {
    return `${offset(ms - this.#live.info.startedMs)} ${sentence}`;
  }

  /** How things stand, for who comes in the middle. */
  standing(gone: boolean): string {
    const { info, kernel, panic, thrash, traps } = this.#live;
    const parts = [
      `run ${info.id} of ${info.task} is ${runWord(this.#live, gone)} at t${kernel.tick}${info.reason === '' ? '' : `: ${info.reason}`}`,
      `planner ${brainName(info.planner, NAME_MAX)}, worker ${brainName(info.worker, NAME_MAX)}${beforeText(info.was)}`,
      `${panic.left} of ${panic.total} panic resets left`,
      `${traps.total} ${traps.total === 1 ? 'trap' : 'traps'}`,
      thrash.open.length > 0 ? `${thrash.open.map(({ who }) => who).join(' and ')} thrashing` : 'nothing thrashes',
      thrash.lastProgress === null ? 'no progress yet' : `last progress t${thrash.lastProgress.tick}`,
    ];
    return parts.join('; ');
  }
}

const beforeText = (was: readonly string[] = []): string => (was.length === 0 ? '' : `, ${was.join(' and ')} before`);

/** `00:03.120` after the start; with hours where there are any. */
const offset = (ms: number): string => {
  const whole = Math.max(0, ms);
  const text = new Date(whole % DAY_MS).toISOString().slice(11, 23);
  if (whole >= DAY_MS) return `${Math.floor(whole / DAY_MS)}d ${text}`;
  return text.startsWith('00:') ? text.slice(3) : text;
};
const DAY_MS = 86_400_000;
