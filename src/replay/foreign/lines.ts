/** A file's lines as they come, in bounded memory. */
import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { unreadable } from './problem.ts';

export interface Line {
  /** Counted from 1, blank lines too. */
  n: number;
  /** Without its line end, and without a byte order mark. */
  text: string;
  /** The last line, without a line end: it may have been cut off. */
  torn: boolean;
}

/** What a file's bytes have that its chain does not cover; it changes nothing else. */
export type Remark = 'bom' | 'crlf';

/** More than any entry has; what lies beyond in one line is dropped, so that a file of zeros does not fill the memory. */
const LINE_MAX = 32 * 1024 * 1024;

export async function* linesOf(path: string, remark: (what: Remark) => void = () => {}): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let n = 0;
  const line = (raw: string, torn: boolean): Line => {
    n += 1;
    let text = raw;
    if (n === 1 && text.startsWith('\uFEFF')) {
      remark('bom');
      text = text.slice(1);
    }
    if (text.endsWith('\r')) {
      remark('crlf');
      text = text.slice(0, -1);
    }
    return { n, text, torn };
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      const parts = decoder.write(chunk as Buffer).split('\n');
      const last = parts.pop() ?? '';
      for (const [i, part] of parts.entries()) yield line(i === 0 ? rest + part : part, false);
      rest = parts.length > 0 ? last : rest.length < LINE_MAX ? rest + last : rest;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  rest += decoder.end();
  if (rest !== '') yield line(rest, true);
}
