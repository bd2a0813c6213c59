/** `turingos journal tip RUN`: the head of the chain, to be noted elsewhere, and to be compared with what was noted. */
import { type JournalRecord, parseLine, readLineBatches } from '../journal/index.ts';
import { EXIT } from '../runtime/exit-codes.ts';
import { lastRecords } from '../runtime/journal-tail.ts';
import { UserError } from '../runtime/user-error.ts';
import type { CommonOptions } from './options.ts';
import { json, line } from './print.ts';
import { theRun } from './run-or-file.ts';

interface Tip {
  seq: number;
  hash: string;
}

export const tipVerb = async (name: string, options: CommonOptions & { check?: Tip }): Promise<number> => {
  const { id, dir } = await theRun(name, options.home, 'a tip is of a whole run');
  const last = (await lastRecords(dir)).at(-1);
  if (last === undefined) throw new UserError(`run ${id} has no record yet, so it has no tip`, EXIT.notFound);
  const { seq, hash, ts } = (await recordAt(dir, last.seq)) ?? last;
  const noted = options.check;
  const there =
    noted === undefined ? undefined : noted.seq > seq ? null : ((await recordAt(dir, noted.seq))?.hash ?? null);
  const fault = noted === undefined || there === noted.hash ? undefined : faultOf(id, noted, there ?? null, seq);
  if (options.json === true) {
    const check = noted === undefined ? {} : { check: { ...noted, ok: fault === undefined, found: there } };
    await json({ id, seq, hash, ts, ...check });
    return fault === undefined ? EXIT.ok : EXIT.diverged;
  }
  if (fault !== undefined) throw new UserError(fault, EXIT.diverged);
  await line(`${seq}:${hash}  ${ts}`);
  if (noted !== undefined) await line(`record ${noted.seq} is there, with the hash that was noted`);
  return EXIT.ok;
};

/** A record, its own hash checked; undefined where the journal has none of that seq. Throws `JournalError` `broken`. */
const recordAt = async (dir: string, seq: number): Promise<JournalRecord | undefined> => {
  for await (const [first] of readLineBatches(dir, { fromSeq: seq, check: true })) {
    const parsed = first?.seq === seq ? parseLine(first.text) : undefined;
    return parsed?.ok === true ? parsed.record : undefined;
  }
  return undefined;
};

const faultOf = (id: string, noted: Tip, found: string | null, tip: number): string =>
  found === null
    ? `run ${id} has no record ${noted.seq} any more, its tip is ${tip}: the journal was cut short after that tip was noted`
    : `record ${noted.seq} of run ${id} has the hash ${found} and not the one that was noted: ` +
      'the journal was written anew, there or before';
