/** Takes over this process's terminal: what it can show is found out, and what is typed comes through `TerminalInput`. */
import { type Look, lookFromEnvironment } from '../components/look.ts';
import type { Depth, ThemeName } from '../components/theme.ts';
import { setRaw } from './terminal.ts';
import { TerminalInput } from './terminal-input.ts';
import { probeTerminal, type TerminalFacts } from './terminal-probe.ts';
import type { MouseListener } from './use-keys.ts';

/** What the operator has chosen. */
export interface Appearance {
  theme: ThemeName | 'auto';
  /** Whether the mouse scrolls and focuses; the terminal's own selecting is then had with Shift. */
  mouse: boolean;
  /** Whether the console rings when the run comes into trouble, or ends. */
  bell?: boolean;
}

export interface OpenTerminal {
  look: Look;
  input: TerminalInput;
  /** Null where the mouse is off. */
  mouse: ((listener: MouseListener) => () => void) | null;
}

/** The terminal is in raw mode afterwards: from here on a Ctrl-C is a key. */
export const openTerminal = async (
  { theme, mouse }: Appearance = { theme: 'auto', mouse: false },
): Promise<OpenTerminal> => {
  setRaw(true);
  const { env, stdin, stdout } = process;
  const plain = lookFromEnvironment(env);
  // Without colours no theme is needed, without more than ASCII no width.
  const asked = plain.unicode || theme === 'auto';
  const facts = asked ? await probeTerminal(stdin, stdout, theme === 'auto') : NOTHING;
  const look = lookFromEnvironment(env, {
    depth: depthOf(stdout.getColorDepth(env)),
    theme: theme === 'auto' ? (facts.theme ?? toldBy(env.COLORFGBG) ?? 'dark') : theme,
    wide: plain.unicode && facts.ambiguous !== 1,
  });
  const listeners = new Set<MouseListener>();
  const tell: MouseListener = (event) => {
    for (const listener of listeners) listener(event);
  };
  const input = new TerminalInput(stdin, tell, facts.typed);
  const listen = (listener: MouseListener): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { look, input, mouse: mouse ? listen : null };
};

const NOTHING: TerminalFacts = { theme: null, ambiguous: null, typed: '' };

/** Where Node knows of no colours, the 16 are there all the same: what switches them off is looked at elsewhere. */
const depthOf = (bits: number): Depth => (bits === 24 || bits === 8 ? bits : 4);

/** `15;0`: the terminal's foreground and background among the 16 colours, as some tell it. */
const toldBy = (colours: string | undefined): ThemeName | undefined => {
  const background = /;(\d+)$/.exec(colours ?? '')?.[1];
  if (background === undefined) return undefined;
  return Number(background) === 7 || Number(background) === 15 ? 'light' : 'dark';
};
