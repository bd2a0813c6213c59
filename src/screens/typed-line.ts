/** A line that is being typed, with what it is for and how to leave it. */
import type { Filter } from '../components/filter.ts';
import type { Look, Style } from '../components/look.ts';
import { cutStart, type Span, widthOf } from '../components/text.ts';

export const typedLine = (
  look: Look,
  width: number,
  label: string,
  text: string,
  help: string,
  tone: Style = 'dim',
): Span[] => [
  ['bold', label],
  // What is wrong is to be read; else what is typed has the room.
  cutStart(look, text, Math.max(8, width - widthOf(label) - 1 - (tone === 'error' ? widthOf(help) + 2 : 0))),
  ['select', ' '],
  [tone, `  ${help}`],
];

/** The line in which patterns are typed; what is wrong with them is said as soon as it is. */
export const patternLine = (
  look: Look,
  width: number,
  label: string,
  { text, problem }: Filter,
  help: string,
): Span[] => {
  return problem === ''
    ? typedLine(look, width, label, text, help)
    : typedLine(look, width, label, text, `! ${problem}`, 'error');
};
