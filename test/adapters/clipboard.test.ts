import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { copyText } from '../../src/adapters/clipboard.ts';

const runtime = mkdtempSync(join(tmpdir(), 'turingos-clip-'));
afterAll(() => rmSync(runtime, { recursive: true, force: true }));

const copy = async (text: string, env: Record<string, string> = {}) => {
  const written: string[] = [];
  const sentence = await copyText(text, {
    env: { XDG_RUNTIME_DIR: runtime, ...env },
    write: (sequence) => void written.push(sequence),
  });
  return { sentence, written };
};

describe('outside tmux', () => {
  test('a text goes to the terminal, of which nobody says that it took it', async () => {
    const { sentence, written } = await copy('déjà\n"vu"');
    expect(written).toEqual([`\u001b]52;c;${Buffer.from('déjà\n"vu"').toString('base64')}\u0007`]);
    expect(sentence).toBe(
      "9 characters were sent to the terminal's clipboard (OSC 52); a terminal does not say whether it took them.",
    );
  });
  test('more than a terminal takes is in a file, for its owner only', async () => {
    const { sentence, written } = await copy('x'.repeat(60_000));
    expect(written).toEqual([]);
    const path = /they are in (\/.+)\.$/.exec(sentence)?.[1] ?? '';
    expect(readFileSync(path, 'utf8')).toBe('x'.repeat(60_000));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
  test('where that cannot be either it says so', async () => {
    const { sentence } = await copy('x'.repeat(60_000), { XDG_RUNTIME_DIR: join(runtime, 'nowhere') });
    expect(sentence).toMatch(/no file could be written \(ENOENT\): nothing was copied\.$/);
    expect(existsSync(join(runtime, 'nowhere'))).toBe(false);
  });
});

test('where TMUX is set but no server answers, the terminal gets it', async () => {
  const { written } = await copy('x', { TMUX: join(runtime, 'no-socket,1,0') });
  expect(written).toHaveLength(1);
});
