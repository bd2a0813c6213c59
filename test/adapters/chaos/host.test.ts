import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FULL_MS, faultyHost } from '../../../src/adapters/chaos/faulty-host.ts';
import { openJournal, readRecords, verifyChain } from '../../../src/journal/index.ts';

const note = (text: string) => ({ kind: 'runtime.said', text }) as const;

const journalOn = async (host: ReturnType<typeof faultyHost>, onStall = (_: string | null): void => {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'turingos-host-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const journal = await openJournal(dir, { run: '00c0ffee', write: host.write, now: host.now, onStall });
  return { dir, journal };
};

it('a full disk: the journal waits, says so, loses nothing and goes on when there is room', async () => {
  let now = 1000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const host = faultyHost();
  const stalls: (string | null)[] = [];
  const { dir, journal } = await journalOn(host, (why) => stalls.push(why));
  journal.appendNote(note('before'));
  await journal.written();
  host.fillDisk();
  journal.appendNote(note('while'));
  let settled = false;
  const written = journal.written().then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect({ settled, stalls }).toMatchObject({ settled: false, stalls: [expect.stringContaining('ENOSPC')] });
  expect(readFileSync(join(dir, 'journal', '000001.ndjson'), 'utf8')).not.toContain('"while"');
  now += FULL_MS;
  await written;
  await journal.close();
  expect(stalls.at(-1)).toBeNull();
  const texts: unknown[] = [];
  for await (const record of readRecords(dir)) texts.push(record.text);
  expect(texts).toEqual(['before', 'while', expect.stringContaining('had no room')]);
  expect((await verifyChain(dir)).ok).toBe(true);
});

it('a clock that jumps: time stamps go forward with it and never back', async () => {
  const host = faultyHost();
  const { dir, journal } = await journalOn(host);
  journal.appendNote(note('a'));
  host.jumpClock(3_600_000);
  journal.appendNote(note('b'));
  host.jumpClock(-7_200_000);
  journal.appendNote(note('c'));
  await journal.close();
  const stamps: Record<string, number> = {};
  for await (const record of readRecords(dir)) stamps[String(record.text).slice(0, 20)] = Date.parse(record.ts);
  const { a = 0, b = 0, c = 0 } = stamps;
  expect(b - a).toBeGreaterThanOrEqual(3_600_000);
  expect(c).toBe(b);
  expect(Object.keys(stamps)).toContain('The clock went back ');
});
