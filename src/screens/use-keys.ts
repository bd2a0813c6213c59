/** What the operator does, for every screen alike: keys; pasted text, which is never keys; the mouse, where it is switched on. */
import { useInput, usePaste } from 'ink';
import { createContext, useContext, useEffect, useRef } from 'react';
import { oneLine } from '../store/sanitise.ts';
import { keyNames } from './key-names.ts';
import { bindingsOf, type Scope } from './keys.ts';
import { usePalette } from './palette/palette-view.tsx';
import type { MouseEvent } from './terminal-input.ts';

export type MouseListener = (event: MouseEvent) => void;

/** Where the mouse is heard; null where it is off. @returns what stops the listening */
export const MouseContext = createContext<((listener: MouseListener) => () => void) | null>(null);

export interface KeyTarget {
  scope(): Scope;
  press(key: string): void;
  /** The key that focuses what is at a place of the screen; undefined where there is nothing to focus. */
  paneAt?(x: number, y: number): string | undefined;
  /** Lines that a notch of the wheel moves. */
  notch?: number;
  /** Text was pasted where nothing is typed. */
  refuse(): void;
}

export const NOTHING_TYPED = 'Pasted text goes where something is typed: open a filter or a prompt first.';

/** More than any prompt is for. */
const PASTE_MAX = 1000;
const NOTCH = 3;

/** Where a key takes the last character back, characters are text. */
const isTyping = (scope: Scope): boolean => bindingsOf(scope, false).some(({ id }) => id === 'erase');

export const useKeys = (target: KeyTarget): void => {
  const palette = usePalette();
  const press = (key: string): void => {
    if (!palette.press(key)) target.press(key);
  };
  useInput((input, key) => {
    for (const name of keyNames(input, key)) press(name);
  });
  usePaste((text) => {
    const { target: under, page } = palette.store.getState();
    if (under === null ? !isTyping(target.scope()) : page !== null) return target.refuse();
    for (const char of oneLine(text.slice(0, PASTE_MAX).replaceAll(/\r\n?/g, '\n')).trim()) press(char);
  });
  const listen = useContext(MouseContext);
  const newest = useRef(target);
  newest.current = target;
  useEffect(
    () =>
      listen?.((event) => {
        // What is offered while a line is typed is not under the pointer.
        if (palette.store.getState().target === null) pointed(newest.current, event);
      }),
    [listen, palette],
  );
};

const pointed = ({ scope, press, paneAt, notch = NOTCH }: KeyTarget, { kind, x, y }: MouseEvent): void => {
  if (isTyping(scope())) return;
  const pane = paneAt?.(x, y);
  if (pane !== undefined) press(pane);
  if (kind === 'press') return;
  for (let i = 0; i < notch; i += 1) press(kind === 'wheel-up' ? 'up' : 'down');
};
