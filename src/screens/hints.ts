/** The last line: keys that make sense now, those of the focused pane first, capitals at the right end. */
import type { Look } from '../components/look.ts';
import { row, type Span, widthOf } from '../components/text.ts';
import { type Binding, bindingsOf, keysText, type Scope } from './keys.ts';

const hintOf = (binding: Binding): string => `${binding.label ?? shortKeys(binding)} ${binding.hint}`;

/** Columns from which every key with a hint gets it. */
const WIDE = 100;

/** One or two keys at most; arrows and their letters mean the same. */
const shortKeys = ({ keys }: Binding): string => keysText(keys[0] === '1' ? keys : keys.slice(0, 1));

/**
 * @param over the run takes no commands any more: keys that change it are not offered
 * @param travels the view is held: keys that move it come first
 */
export const hintLine = (
  look: Look,
  width: number,
  scope: Scope,
  focus: number,
  readOnly: boolean,
  over = false,
  travels = false,
): string => {
  const all = bindingsOf(scope, readOnly || over).filter(
    ({ hint, wide }) => hint !== undefined && (wide !== true || width >= WIDE),
  );
  const here = all.filter((binding) => binding.writes !== true && binding.panes?.includes(focus) === true);
  const others = all.filter(
    (binding) => binding.writes !== true && binding.panes === undefined && !['quit', 'help'].includes(binding.id),
  );
  const common = travels ? others.toSorted((a, b) => Number(b.travels ?? false) - Number(a.travels ?? false)) : others;
  const right: Span[] = [];
  for (const binding of all.filter((candidate) => candidate.writes === true))
    right.push(['warn', hintOf(binding)], ' ');
  const quit = all.find((binding) => binding.id === 'quit');
  if (quit !== undefined) right.push(hintOf(quit));
  // Whoever knows no other key can find this one, however narrow the screen.
  if (all.some((binding) => binding.id === 'help')) right.unshift('? ');
  if (readOnly && right.length > 0) right.unshift(['dim', 'read-only '], '');
  const room = width - right.reduce((sum, span) => sum + widthOf(typeof span === 'string' ? span : span[1]), 0) - 4;
  const left: Span[] = [];
  let used = 0;
  for (const binding of [...here, ...common]) {
    const text = hintOf(binding);
    if (used + text.length > room) continue;
    left.push(used === 0 ? '' : '  ', [here.includes(binding) ? 'bold' : 'dim', text]);
    used += text.length + 2;
  }
  return row(look, width, left, right.length === 0 ? [] : [['rule', `${look.glyphs.bar} `], ...right]);
};
