/** Copies a text where an operator can get at it, and says truthfully where that is. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ClipboardParts {
  env: Readonly<Record<string, string | undefined>>;
  /** Writes to the terminal. */
  write(sequence: string): void;
}

/** Terminals drop longer OSC 52 sequences, in base64 and all; most take no more. */
const OSC_52_MAX = 74_994;
const TMUX_MS = 2000;

/** @returns a sentence for the operator; it never fails, since the last way is to say that there was none */
export const copyText = async (text: string, { env, write }: ClipboardParts): Promise<string> => {
  const size = `${text.length} ${text.length === 1 ? 'character' : 'characters'}`;
  if ((env.TMUX ?? '') !== '' && (await tmux(['load-buffer', '-w', '-'], text)) !== undefined) {
    const policy = (await tmux(['show-options', '-sv', 'set-clipboard'], ''))?.trim() ?? 'off';
    const on = policy === 'off' ? '' : '; tmux offered it to the terminal too, which does not say whether it took it';
    return `${size} are in tmux's newest buffer (prefix ] pastes it)${on}.`;
  }
  const encoded = Buffer.from(text).toString('base64');
  if (encoded.length <= OSC_52_MAX) {
    write(`\u001b]52;c;${encoded}\u0007`);
    return `${size} were sent to the terminal's clipboard (OSC 52); a terminal does not say whether it took them.`;
  }
  return toFile(text, `${size} are more than a terminal's clipboard takes`, env);
};

const toFile = (text: string, why: string, { XDG_RUNTIME_DIR }: ClipboardParts['env']): string => {
  try {
    const base = XDG_RUNTIME_DIR === undefined || XDG_RUNTIME_DIR === '' ? tmpdir() : XDG_RUNTIME_DIR;
    const path = join(mkdtempSync(join(base, 'turingos-copy-')), 'copied.txt');
    writeFileSync(path, text, { mode: 0o600 });
    return `${why}: they are in ${path}.`;
  } catch (error) {
    return `${why}, and no file could be written (${(error as NodeJS.ErrnoException).code}): nothing was copied.`;
  }
};

/** What tmux answered; undefined where it did not do it. */
const tmux = (args: readonly string[], input: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const proc = spawn('tmux', args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: TMUX_MS });
    let answer = '';
    proc.stdout.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    proc.on('error', () => resolve(undefined));
    proc.on('close', (code) => resolve(code === 0 ? answer : undefined));
    proc.stdin.on('error', () => {});
    proc.stdin.end(input);
  });
