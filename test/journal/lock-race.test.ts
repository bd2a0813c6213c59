import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { identify, takeLock } from '../../src/journal/lock.ts';
import { scratchRun } from './scratch.ts';

/** Called before and after each file operation of the lock. */
let between: (() => void) | undefined;

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof import('node:fs')>();
  const names = ['linkSync', 'readFileSync', 'renameSync', 'rmSync', 'writeFileSync'] as const;
  const wrapped = names.map((name) => [
    name,
    (...args: unknown[]) => {
      between?.();
      try {
        return (actual[name] as (...all: unknown[]) => unknown)(...args);
      } finally {
        between?.();
      }
    },
  ]);
  return { ...actual, ...Object.fromEntries(wrapped) };
});

const mine = identify(process.pid);
/** Another process that lives as long as this test. */
const other = identify(process.ppid);

function taken(path: string, holder: typeof mine): boolean {
  try {
    takeLock(path, holder);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'locked' });
    return false;
  }
}

describe('two that take the same lock', () => {
  it.each(['stale', 'free'])('%s: exactly one gets it, wherever the second one comes in between', (was) => {
    let moments = 1;
    for (let moment = 0; moment < moments; moment += 1) {
      const path = join(scratchRun(), 'lock');
      if (was === 'stale') writeFileSync(path, JSON.stringify({ ...mine, startTime: '1' }));
      let count = 0;
      let second: boolean | undefined;
      between = () => {
        if (count++ !== moment) return;
        const again = between;
        between = undefined;
        second = taken(path, other);
        between = again;
      };
      const first = taken(path, mine);
      between = undefined;
      moments = Math.max(moments, count);
      expect({ moment, winners: Number(first) + Number(second ?? false) }).toEqual({ moment, winners: 1 });
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(first ? mine : other);
      expect(existsSync(`${path}.takeover`)).toBe(false);
      expect(readdirSync(join(path, '..'))).toEqual(['lock']);
    }
    expect(moments).toBeGreaterThan(5);
  });
});
