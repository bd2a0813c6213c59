// A plugin of the bundle: what ink works out of a line of text (its cells, its width, what is harmless in it) is kept from one
// frame to the next, where ink itself forgets it. Most lines of a frame are those of the frame before. The changes are made to
// ink's text as it is bundled; where that text is no longer what it was, the build says so.

const KEPT = 1024;

const CHANGES = {
  'ink/build/output.js': [
    ['    caches = new OutputCaches();', '    caches = keptCaches();'],
    [
      'export default class Output {',
      `let kept = new OutputCaches();
const keptCaches = () => {
    if (kept.styledChars.size > ${KEPT} || kept.widths.size > ${KEPT}) kept = new OutputCaches();
    return kept;
};
export default class Output {`,
    ],
    // A single line needs no parting, and so no putting together again.
    [
      'for (const character of this.caches.getStyledChars(text)) {\n            if (character.value',
      "for (const character of text.includes('\\n') ? this.caches.getStyledChars(text) : []) {\n            if (character.value",
    ],
    [
      'let lines = characterLines.map(line => styledCharsToString(line));',
      "let lines = text.includes('\\n') ? characterLines.map(line => styledCharsToString(line)) : [text];",
    ],
  ],
  'widest-line/index.js': [
    [
      'export default function widestLine(string) {',
      `const known = new Map();
export default (string) => {
    let width = known.get(string);
    if (width === undefined) {
        if (known.size > ${KEPT}) known.clear();
        width = widestLine(string);
        known.set(string, width);
    }
    return width;
};
function widestLine(string) {`,
    ],
  ],
  'ink/build/sanitize-ansi.js': [
    [
      'export default sanitizeAnsi;',
      `const known = new Map();
export default (text) => {
    let clean = known.get(text);
    if (clean === undefined) {
        if (known.size > ${KEPT}) known.clear();
        clean = sanitizeAnsi(text);
        known.set(text, clean);
    }
    return clean;
};`,
    ],
  ],
};

export const inkAcrossFrames = {
  name: 'ink-across-frames',
  transform: (code, id) => {
    const file = Object.keys(CHANGES).find((name) => id.replaceAll('\\', '/').endsWith(`node_modules/${name}`));
    if (file === undefined) return null;
    return CHANGES[file].reduce((text, [from, to]) => {
      if (text.split(from).length !== 2)
        throw new Error(`${file} has no single ${JSON.stringify(from)}: look at it anew`);
      return text.replace(from, () => to);
    }, code);
  },
};
