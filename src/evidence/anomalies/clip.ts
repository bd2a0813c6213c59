/** One line of bounded length from a text of any. */
const MAX = 240;

export const clipText = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= MAX ? line : `${line.slice(0, MAX - 1)}…`;
};
