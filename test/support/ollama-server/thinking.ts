/** Thoughts and answer, told apart in a text that comes in pieces. */

const OPEN = '<think>';
const CLOSE = '</think>';

export interface Piece {
  thinking: string;
  content: string;
}

/** The tags may be cut anywhere: what could be the beginning of the next one is held back until it is known. */
export const splitThoughts = () => {
  let held = '';
  let state: 'before' | 'in' | 'after' = 'before';
  return (text: string): Piece => {
    const piece: Piece = { thinking: '', content: '' };
    held += text;
    if (state === 'before') {
      if (held.length < OPEN.length && OPEN.startsWith(held)) return piece;
      state = held.startsWith(OPEN) ? 'in' : 'after';
      if (state === 'in') held = held.slice(OPEN.length);
    }
    if (state === 'in') {
      const end = held.indexOf(CLOSE);
      if (end < 0) {
        const kept = tailOf(held, CLOSE);
        piece.thinking = held.slice(0, held.length - kept);
        held = held.slice(held.length - kept);
        return piece;
      }
      piece.thinking = held.slice(0, end);
      held = held.slice(end + CLOSE.length);
      state = 'after';
    }
    piece.content = held;
    held = '';
    return piece;
  };
};

/** How much of a text's end may be the beginning of the tag. */
const tailOf = (text: string, tag: string): number => {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1) {
    if (tag.startsWith(text.slice(-length))) return length;
  }
  return 0;
};
