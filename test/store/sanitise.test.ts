import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freshSanitise, oneLine, sanitise, sanitiseChunk } from '../../src/store/sanitise.ts';

const ESC = '\u001b';
/** What must never reach a terminal from foreign text. */
const UNSAFE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])/;

describe('hostile replies are shown, not obeyed', () => {
  const attacks: [string, string, string][] = [
    ['cursor moves', `a${ESC}[10;20Hb${ESC}[2Jc`, 'abc'],
    ['colours', `${ESC}[31mred${ESC}[0m`, 'red'],
    ['a window title, ended by BEL', `x${ESC}]0;owned\u0007y`, 'xy'],
    ['a window title, ended by ST', `x${ESC}]2;owned${ESC}\\y`, 'xy'],
    ['the clipboard (OSC 52)', `x${ESC}]52;c;ZXZpbA==\u0007y`, 'xy'],
    ['a hyperlink', `${ESC}]8;;file:///etc/passwd${ESC}\\text${ESC}]8;;${ESC}\\`, 'text'],
    ['a device control string', `x${ESC}P1$r0m${ESC}\\y`, 'xy'],
    ['an application command', `x${ESC}_Gf=100;AAAA${ESC}\\y`, 'xy'],
    ['a private message', `x${ESC}^secret${ESC}\\y`, 'xy'],
    ['8-bit CSI', 'a\u009b2Jb', 'ab'],
    ['8-bit OSC', 'a\u009d0;owned\u009cb', 'ab'],
    ['8-bit DCS', 'a\u0090q#0\u009cb', 'ab'],
    ['a reset', `a${ESC}cb`, 'ab'],
    ['a charset switch', `a${ESC}(0lqkb`, 'alqkb'],
    ['bells, backspaces and carriage returns', 'a\u0007\b\rb', 'ab'],
    ['an escape inside a control string', `x${ESC}]0;a${ESC}[2Jy`, 'xy'],
    ['writing direction', 'a\u202ecod.exe\u2066b', 'acod.exeb'],
    ['invisible characters', 'a\u200b\u2060\ufeffb', 'ab'],
    ['a lone half of a pair', 'a\ud83db', 'a\ufffdb'],
  ];
  test.each(attacks)('%s', (_, hostile, shown) => {
    expect(sanitise(hostile)).toBe(shown);
  });

  test('a sequence that is split over chunks is still one', () => {
    const hostile = `safe ${ESC}]52;c;ZXZpbA==${ESC}\\ and ${ESC}[1;1H on \ud83d\ude00 end`;
    for (let at = 0; at <= hostile.length; at += 1) {
      const first = sanitiseChunk(freshSanitise, hostile.slice(0, at));
      const second = sanitiseChunk(first.state, hostile.slice(at));
      expect(first.text + second.text).toBe('safe  and  on \u{1f600} end');
    }
  });

  test('a control string that nobody ends does not hide what comes after', () => {
    expect(sanitise(`${ESC}]0;never ended\nsecond line`)).toBe('\nsecond line');
    expect(sanitise(`${ESC}P${'x'.repeat(5000)}`).length).toBeGreaterThan(3000);
  });

  test('piles of combining marks are cut', () => {
    expect(sanitise(`a${'\u0301'.repeat(100)}b`)).toBe(`a${'\u0301'.repeat(3)}b`);
  });
});

test('newlines stay, tabs become spaces; one line has neither', () => {
  expect(sanitise('a\tb\r\nc')).toBe('a  b\nc');
  expect(oneLine('a\nb')).toBe('a b');
});

test('whatever comes, in whatever chunks, nothing unsafe is left and chunking changes nothing', () => {
  const nasty = fc.array(
    fc.oneof(
      fc.constantFrom(
        ESC,
        '[',
        ']',
        'P',
        '\\',
        '\u0007',
        '\u009b',
        '\u009d',
        '\u009c',
        '2J',
        '52;c;',
        '\n',
        '\u202e',
        '\ud83d',
        '\ude00',
        'é',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(nasty, (chunks) => {
      let state = freshSanitise;
      let text = '';
      for (const chunk of chunks) {
        const next = sanitiseChunk(state, chunk);
        state = next.state;
        text += next.text;
      }
      expect(text).not.toMatch(UNSAFE);
      const whole = sanitiseChunk(freshSanitise, chunks.join(''));
      expect(text).toBe(whole.text);
    }),
    { numRuns: 500 },
  );
});
