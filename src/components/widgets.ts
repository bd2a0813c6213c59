/** Gauges, sparklines, numbers: small texts that panes are made of. */
import type { Look, Style } from './look.ts';
import type { Span } from './text.ts';
import { row } from './text.ts';

/** `[██░]`: `value` of `max`, in `cells` columns, full only when it is. */
export const gauge = (look: Look, value: number, max: number, cells: number): string => {
  const ratio = max <= 0 ? 0 : Math.min(1, Math.max(0, value / max));
  const filled = ratio >= 1 ? cells : Math.min(cells - 1, Math.ceil(ratio * cells));
  const full = ratio <= 0 ? 0 : filled;
  return `[${look.glyphs.full.repeat(full)}${look.glyphs.empty.repeat(cells - full)}]`;
};

/** The last `width` levels (`0`…`7`, `_` not yet counted), at the right end. */
export const sparkline = (look: Look, levels: string, width: number): string => {
  const { ramp } = look.glyphs;
  let text = '';
  for (const level of levels.slice(-width)) {
    text += level === '_' || level === ' ' ? level : (ramp[Math.round((Number(level) * (ramp.length - 1)) / 7)] ?? ' ');
  }
  return text.padStart(width);
};

/** `41k`, `1.2M`, `999`. */
export const shortCount = (n: number): string => {
  if (n < 1000) return String(n);
  if (n < 10_000) return `${(n / 1000).toFixed(1)}k`;
  if (n < 1_000_000) return `${Math.round(n / 1000)}k`;
  return `${(n / 1_000_000).toFixed(1)}M`;
};

/** `4s`, `12m04s`, `3h07m`. */
export const shortTime = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
  if (seconds >= 864_000) return `${Math.floor(seconds / 86_400)}d`;
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor((seconds % 86_400) / 3600))}h`;
};

/** `0.7` for 700 thousandths. */
export const temperatureText = (thousandths: number): string => `T=${String(thousandths / 1000)}`;

export interface TitleParts {
  /** With the digit that focuses the pane: `1 PLANNER P1`. */
  name: string;
  focused: boolean;
  rest?: readonly Span[];
  right?: readonly Span[];
  /** A pane that has a neighbour at its left begins with the joint. */
  joint?: string;
}

/** A pane's rule with its name in it; heavy, not only coloured, where the pane has the focus. */
export const title = (look: Look, width: number, parts: TitleParts): string => {
  const line = parts.focused ? look.glyphs.heavy : look.glyphs.rule;
  const style: Style = parts.focused ? 'focus' : 'rule';
  const name: Style = parts.focused ? 'focus' : 'bold';
  const left: Span[] = [
    ['rule', parts.joint ?? ''],
    [style, line],
    [name, parts.name],
    ...(parts.rest === undefined || parts.rest.length === 0 ? [] : [' ', ...parts.rest]),
    ' ',
  ];
  const right: Span[] = parts.right === undefined || parts.right.length === 0 ? [] : [...parts.right, [style, line]];
  return row(look, width, left, right, line);
};

/** Which `height` of `count` items to show so that `at` is among them. */
export const windowAt = (count: number, height: number, at: number): number =>
  Math.max(0, Math.min(at - Math.floor(height / 2), count - height));
