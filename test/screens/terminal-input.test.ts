import { describe, expect, test } from 'vitest';
import { takeApart } from '../../src/screens/terminal-input.ts';
import { probeQuestion, readAnswers } from '../../src/screens/terminal-probe.ts';

describe('what the terminal sends', () => {
  test('keys go through as they are', () => {
    const text = 'jK\u001b[A\u001bOP\u001b\u001b[1;5C\r日本🎉';
    expect(takeApart(text)).toEqual({ keys: text, mouse: [], rest: '', pasting: false });
  });
  test('Alt and ] is a key, and so is a lone Escape', () => {
    expect(takeApart('\u001b]').keys).toBe('\u001b]');
    expect(takeApart('\u001b').keys).toBe('\u001b');
  });
  test('presses and the wheel are the mouse; releases and other buttons nothing', () => {
    const text = 'a\u001b[<0;3;4M\u001b[<0;3;4m\u001b[<64;1;1M\u001b[<69;80;24M\u001b[<2;1;1Mb';
    expect(takeApart(text)).toMatchObject({
      keys: 'ab',
      mouse: [
        { kind: 'press', x: 2, y: 3 },
        { kind: 'wheel-up', x: 0, y: 0 },
        { kind: 'wheel-down', x: 79, y: 23 },
      ],
    });
  });
  test.each(['\u001b]11;rgb:ffff/ffff/ffff\u001b\\', '\u001b]11;rgb:00/00/00\u0007', '\u001bP1$r0m\u001b\\'])(
    'a report that comes late is no key: %j',
    (report) => {
      for (let cut = 2; cut <= report.length; cut += 1) {
        const first = takeApart(report.slice(0, cut));
        const second = takeApart(first.rest + report.slice(cut));
        // A report that is cut within its first two characters begins as an Alt key would.
        if (cut > 2) expect(first.keys + second.keys).toBe('');
      }
    },
  );
  test('a mouse event that is cut in two is one', () => {
    const first = takeApart('\u001b[<0;1');
    expect(first).toMatchObject({ keys: '', rest: '\u001b[<0;1' });
    expect(takeApart(`${first.rest}2;5M`).mouse).toEqual([{ kind: 'press', x: 11, y: 4 }]);
  });
  test('in a paste everything is text, over any number of pieces', () => {
    const first = takeApart('x\u001b[200~one \u001b[<0;1;1M');
    expect(first).toMatchObject({ keys: 'x\u001b[200~one \u001b[<0;1;1M', mouse: [], pasting: true });
    const second = takeApart('\u001b[<0;1;1M two\u001b[201~\u001b[<0;1;1M', first.pasting);
    expect(second).toMatchObject({ keys: '\u001b[<0;1;1M two\u001b[201~', mouse: [{ kind: 'press' }], pasting: false });
  });
});

describe('what the terminal answers', () => {
  const answers = (column: number, colour = '') => `\u001b[7;${column}R${colour}\u001b[?62;c`;
  test('how wide an ambiguous glyph is', () => {
    expect(readAnswers(answers(4)).ambiguous).toBe(1);
    expect(readAnswers(answers(7)).ambiguous).toBe(2);
    expect(readAnswers('').ambiguous).toBeNull();
  });
  test.each([
    ['rgb:ffff/ffff/ffff\u001b\\', 'light'],
    ['rgb:fdfd/f6f6/e3e3\u0007', 'light'],
    ['rgb:0000/2b2b/3636\u001b\\', 'dark'],
    ['rgba:1e/1e/1e/ff\u001b\\', 'dark'],
  ])('the background %j', (colour, theme) => {
    expect(readAnswers(answers(4, `\u001b]11;${colour}`)).theme).toBe(theme);
  });
  test('what was typed meanwhile is kept', () => {
    expect(readAnswers(`K\u001b[7;4R4\u001b]11;rgb:0/0/0\u0007\u001b[?1;2c\r`)).toEqual({
      ambiguous: 1,
      theme: 'dark',
      typed: 'K4\r',
    });
  });
  test('the background is asked for only where it is wanted', () => {
    expect(probeQuestion(true)).toContain(']11;?');
    expect(probeQuestion(false)).not.toContain(']11;?');
  });
});
