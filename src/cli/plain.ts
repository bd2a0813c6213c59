/** A run as lines: what screen readers, pipes and CI can follow. Sentences for people, or the notable records as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalRecord } from '../journal/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { IDLE_MS } from '../store/player.ts';
import { MAX_SPEED } from '../store/speed.ts';
import type { TimeSource } from '../store/time-source.ts';
import { PlainTeller } from './plain-teller.ts';
import { json, line } from './print.ts';
import { isNotable, shown } from './watch.ts';

const CHUNK = 1024;

/** @param options `speed`: at that multiple of the recorded pace, long gaps shortened; without it all at once */
export const replayPlain = async (
  source: TimeSource,
  options: { speed: number | undefined; json: boolean },
): Promise<number> => {
  const { speed = MAX_SPEED } = options;
  const { first } = await source.extent();
  const teller = new PlainTeller();
  let lastMs = first.ms;
  for (let from = first.seq; ; ) {
    const records = await source.records(from, from + CHUNK - 1);
    if (records.length === 0) break;
    for (const rec of records) {
      const ms = Date.parse(rec.ts);
      if (speed !== MAX_SPEED && ms > lastMs) await sleep(Math.min(ms - lastMs, IDLE_MS) / speed);
      lastMs = ms;
      const sentence = teller.see(rec);
      if (options.json) {
        const record = rec as unknown as JournalRecord;
        if (isNotable(record)) await json(shown(record));
      } else if (sentence !== undefined) await line(sentence);
    }
    from = (records.at(-1)?.seq ?? from) + 1;
  }
  if (!options.json && teller.live.info.outcome === null) {
    await line(teller.timed('the journal ends here; the run has not ended'));
  }
  return EXIT.ok;
};
