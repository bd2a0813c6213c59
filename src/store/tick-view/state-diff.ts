/** The text of a difference between two states of a workspace, as lines to be drawn. */

export interface DiffLine {
  sign: ' ' | '+' | '-' | '@';
  text: string;
}

export interface StateDiff {
  lines: readonly DiffLine[];
  plus: number;
  minus: number;
  /** Paths that differ. */
  paths: number;
  /** The first of them was not there before. */
  isNew: boolean;
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** @param text as `diffStates` of the workspace world writes it: a head a path, then hunks as git has them */
export const readStateDiff = (text: string, most: number): StateDiff => {
  const found = { plus: 0, minus: 0, paths: 0, isNew: false };
  const lines: DiffLine[] = [];
  // Lines of the hunk that are still to come: a line of a file may look like the head of another.
  let [old, next] = [0, 0];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const hunk = old + next > 0 ? null : HUNK.exec(line);
    if (line.startsWith('\\')) lines.push({ sign: ' ', text: '(no newline at its end)' });
    else if (old + next > 0) {
      const sign = line[0] === '+' || line[0] === '-' ? line[0] : ' ';
      if (sign !== '+') old -= 1;
      if (sign !== '-') next -= 1;
      if (sign === '+') found.plus += 1;
      if (sign === '-') found.minus += 1;
      lines.push({ sign, text: line.slice(1) });
    } else if (hunk !== null) {
      [old, next] = [Number(hunk[1] ?? 1), Number(hunk[3] ?? 1)];
      if (hunk[2] !== '0' && hunk[2] !== '1') lines.push({ sign: '@', text: `line ${hunk[2]}` });
    } else if (line.startsWith('diff a/')) {
      found.paths += 1;
      // Both names are one.
      lines.push({ sign: '@', text: line.slice('diff a/'.length, (line.length + 'diff'.length) / 2) });
    } else if (!/^(---|\+\+\+) /.test(line) && line !== '') {
      if (line.startsWith('new ') && found.paths === 1 && lines.length === 1) found.isNew = true;
      lines.push({ sign: '@', text: line });
    }
  }
  return { ...found, lines: lines.slice(0, most) };
};
