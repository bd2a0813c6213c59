/** A strict reader of asciicast v3 files, and what a terminal shows at a time of one. */
import { Terminal } from '@xterm/headless';
import { z } from 'zod';
import { readLines } from '../e2e/harness/cells.ts';

const Header = z.strictObject({
  version: z.literal(3),
  term: z.strictObject({ cols: z.int().min(1), rows: z.int().min(1), type: z.string().optional() }),
  timestamp: z.int().min(0).optional(),
  idle_time_limit: z.number().positive().optional(),
  title: z.string().optional(),
});
const Event = z.tuple([z.number().min(0), z.enum(['o', 'i', 'm', 'r', 'x']), z.string()]);

export interface CastEvent {
  /** Seconds from the start. */
  at: number;
  code: string;
  data: string;
}

export interface Cast {
  header: z.infer<typeof Header>;
  events: CastEvent[];
}

/** @throws where a line is not of the format */
export const readCast = (text: string): Cast => {
  if (!text.endsWith('\n')) throw new Error('the last line is incomplete');
  const [first = '', ...lines] = text.slice(0, -1).split('\n');
  let at = 0;
  const events = lines.map((line) => {
    const [interval, code, data] = Event.parse(JSON.parse(line));
    at += interval;
    return { at, code, data };
  });
  return { header: Header.parse(JSON.parse(first)), events };
};

/** The screen when everything up to an event has been shown. @param last its index; default the last one */
export const screenAt = async ({ header, events }: Cast, last = events.length - 1): Promise<string[]> => {
  const { cols, rows } = header.term;
  const terminal = new Terminal({ cols, rows, allowProposedApi: true });
  const output = events.slice(0, last + 1).filter(({ code }) => code === 'o');
  await new Promise<void>((resolve) => terminal.write(output.map(({ data }) => data).join(''), resolve));
  const lines = readLines(terminal);
  terminal.dispose();
  return lines;
};
