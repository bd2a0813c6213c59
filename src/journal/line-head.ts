import type { RecordClass } from './record.ts';

/** What stands at the beginning of a record's line. */
export interface LineHead {
  seq: number;
  ts: string;
  class: RecordClass;
  kind: string;
}

const HEAD =
  /^\{"v":1,"seq":(\d+),"ts":"([^"]*)","run":"(?:[^"\\]|\\.)*","class":"(input|event|note)","kind":"([^"\\]*)"/;

/** Reads the head without parsing the rest: for passes that need a few fields of a million records. Undefined where there is none. */
export function lineHead(text: string): LineHead | undefined {
  const found = HEAD.exec(text);
  if (found === null) return undefined;
  const [, seq = '', ts = '', cls, kind = ''] = found;
  return { seq: Number(seq), ts, class: cls as RecordClass, kind };
}
