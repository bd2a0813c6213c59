// What a terminal is spared: bytes and clears of a frame, texts that it measures otherwise, and a terminal that is stopped.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { widthOf } from '../../src/components/text.ts';
import { oneLine } from '../../src/store/sanitise.ts';
import { firstRecord } from '../cli/harness.ts';
import { requires } from '../helpers/requires.ts';
import { type Desk, newDesk } from './harness/desk.ts';
import { newTmux } from './harness/tmux.ts';

const BIN = fileURLToPath(new URL('../../bin/turingos.js', import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const LONG = { timeout: 120_000 };
const lacking = requires('tmux');

let desk: Desk;
let id: string;
beforeAll(async () => {
  desk = newDesk();
  id = await desk.begin('ledger-12', '--profile', 'sim', '--pace', '60');
});
afterAll(() => desk.close());

test('a frame writes what has changed and clears nothing', LONG, async () => {
  const paused = await desk.begin('ledger-12', '--profile', 'sim', '--pace', '60');
  await desk.call('pause', paused);
  const pty = desk.open(['attach', paused], { cols: 120, rows: 40 });
  await pty.waitFor('PAUSED', 60_000);
  await pty.quiet(500, 10_000);
  const whole = pty.counts().bytes;
  let before = pty.output().length;
  for (const [key, shown] of [
    ['6', /━6 TRAPS/],
    ['4', /━4 CAPABILITIES/],
    ['3', /━3 PROCESSES/],
    ['1', /━1 PLANNER/],
  ] as const) {
    pty.keys(key);
    await pty.waitFor(shown);
    await pty.quiet(200, 5000);
    const frame = pty.output().slice(before);
    before = pty.output().length;
    // Two titles and the hints are new: some hundred bytes each, where the whole screen has several thousand.
    expect(Buffer.byteLength(frame)).toBeLessThan(whole / 3);
    expect(frame).not.toMatch(/\u001b\[[0123]?J|\u001bc/);
  }
  expect(pty.counts()).toMatchObject({ clearScreen: 0, clearScrollback: 0, reset: 0 });
});

test('a terminal that is stopped stops neither the run nor, when it goes on, the console', LONG, async () => {
  const command = [fixture('stalled-reader.ts'), BIN, 'attach', id, '--home', desk.home];
  const reader = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let text = '';
    let seen = (): void => {};
    reader.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      seen();
    });
    const shown = (tick: number): Promise<void> =>
      new Promise((resolve) => {
        seen = () => {
          if (Number(/tick (\d+)\n$/.exec(text)?.[1] ?? 0) >= tick) resolve();
        };
        seen();
      });
    await shown(1);
    const console = Number(/pid (\d+)/.exec(text)?.[1]);
    const rss = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${console}/status`, 'utf8'))?.[1]) / 1024;
    const before = { tick: Number(/tick (\d+)\n$/.exec(text)?.[1]), rss: rss() };
    reader.kill('SIGSTOP');
    const later = before.tick + 12;
    await firstRecord(desk.dir(id), ({ kind, tick }) => kind === 'tick.committed' && Number(tick) >= later);
    expect(rss() - before.rss).toBeLessThan(64);
    reader.kill('SIGCONT');
    await shown(later);
  } finally {
    reader.kill('SIGCONT');
    reader.kill('SIGTERM');
    await new Promise((resolve) => reader.once('close', resolve));
  }
});

test('a terminal that is stopped does not keep a console from ending', LONG, async () => {
  const mine = await desk.begin('ledger-12', '--profile', 'sim', '--pace', '60');
  const command = [fixture('stalled-reader.ts'), BIN, 'attach', mine, '--home', desk.home];
  const reader = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let text = '';
    await new Promise<void>((resolve) => {
      reader.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('tick ')) resolve();
      });
    });
    const console = Number(/pid (\d+)/.exec(text)?.[1]);
    const state = (): string => {
      const stat = readFileSync(`/proc/${console}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    };
    reader.kill('SIGSTOP');
    const later = Number(/tick (\d+)\n/.exec(text)?.[1]) + 12;
    await firstRecord(desk.dir(mine), ({ kind, tick }) => kind === 'tick.committed' && Number(tick) >= later);
    process.kill(console, 'SIGTERM');
    // Its parent is stopped and cannot take its end: it stays as a zombie.
    await expect.poll(state, { timeout: 20_000 }).toBe('Z');
  } finally {
    reader.kill('SIGCONT');
    reader.kill('SIGTERM');
    await new Promise((resolve) => reader.once('close', resolve));
  }
});

test.skipIf(lacking !== undefined)(
  'CJK, emoji, flags and combining text are as wide in tmux as we count them',
  LONG,
  async () => {
    const texts = [
      ...['plain', '日本語', 'ＡＢ', 'ｱｶﾞ', '한국어', 'déjà vu', 'e\u0301\u0302', 'Việt', 'กำลัง', 'नि', 'مرحبا', 'שלום'],
      ...['🎉 done', '👍🏽', '👨‍👩‍👧', '🇩🇪', '🇩', '❤️', '1️⃣', '✅', '─█…▁▇', 'a\u200bb', '\u001b[31mred', 'tab\tbed'],
    ].map(oneLine);
    const dir = mkdtempSync(join(tmpdir(), 'turingos-widths-'));
    const path = join(dir, 'texts.json');
    writeFileSync(path, JSON.stringify(texts));
    const tmux = await newTmux({
      command: [process.execPath, fixture('measure-widths.ts'), path],
      columns: 80,
      rows: 24,
    });
    try {
      await tmux.waitFor(() => existsSync(`${path}.answers`));
      expect(JSON.parse(readFileSync(`${path}.answers`, 'utf8'))).toEqual(texts.map(widthOf));
    } finally {
      await tmux.close();
      rmSync(dir, { recursive: true, force: true });
    }
  },
);
