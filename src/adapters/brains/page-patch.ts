/** A patch for lines that stand on a page: whoever sees the page can write it, without having seen the rest of the file. */

/** Lines around the change, so that it fits in one place only. */
const CONTEXT = 3;

/**
 * A unified diff that replaces what `find` matches on the page by `put`. The hunk's numbers begin at 1: a page does not tell
 * where in the file it stands, and a patch is looked for by its lines.
 */
export const patchOf = (page: string, find: RegExp, put: string): string => {
  const text = page.replace(/\n$/, '');
  const match = find.exec(text);
  if (match === null) return '';
  const from = match.index === 0 ? 0 : text.lastIndexOf('\n', match.index - 1) + 1;
  const newline = text.indexOf('\n', match.index + match[0].length);
  const to = newline === -1 ? text.length : newline;
  const was = text.slice(from, to);
  const before =
    from === 0
      ? []
      : text
          .slice(0, from - 1)
          .split('\n')
          .slice(-CONTEXT);
  const after =
    to === text.length
      ? []
      : text
          .slice(to + 1)
          .split('\n')
          .slice(0, CONTEXT);
  const [old, changed] = [was.split('\n'), was.replace(find, put).split('\n')];
  const around = before.length + after.length;
  return [
    `@@ -1,${around + old.length} +1,${around + changed.length} @@`,
    ...before.map((line) => ` ${line}`),
    ...old.map((line) => `-${line}`),
    ...changed.map((line) => `+${line}`),
    ...after.map((line) => ` ${line}`),
    '',
  ].join('\n');
};
