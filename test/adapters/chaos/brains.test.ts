import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSimulatedBrain } from '../../../src/adapters/brains/simulated.ts';
import { faultyBrain } from '../../../src/adapters/chaos/faulty-brain.ts';
import { FIRST_MS, TOKEN_MS } from '../../../src/adapters/chaos/slow-brain.ts';
import { wrongValue } from '../../../src/adapters/chaos/wrong-value.ts';
import { parseReply } from '../../../src/kernel/index.ts';
import { BrainError } from '../../../src/runtime/ports.ts';
import { ask, collect, END, ScriptedBrain, said } from '../streams.ts';

const HELLO = '[role] planner\n[task] Write the line "x" into A.txt.\n[hold]\nh1 rw A.txt\n[at] h1\n';
const REPLY = '{"q":"sum","mind":[],"world":{"op":"SYS_WRITE","cap":"h1","mode":"append","content":"13720\\n"}}';
const scripted = () => new ScriptedBrain([said(REPLY.slice(0, 20), 5), said(REPLY.slice(20), 15), END]);
const fault = <K extends string>(kind: K) => ({ id: 4, fault: kind });

describe('brain.unreachable', () => {
  it('is what the kernel is told, and nobody is asked', async () => {
    const brain = scripted();
    const found = await collect(faultyBrain(brain).stream(ask({ fault: fault('brain.unreachable') })));
    expect(found.error).toMatchObject({ code: 'unreachable', applied: 4 });
    expect(brain.requests).toEqual([]);
  });
});

describe('slow brains', () => {
  const brain = faultyBrain(createSimulatedBrain());

  it('simulated ones take longer without anybody waiting, and say the same', async () => {
    const plain = await collect(brain.stream(ask({ frame: HELLO })));
    const first = await collect(brain.stream(ask({ frame: HELLO, fault: fault('brain.slow_first') })));
    const slow = await collect(brain.stream(ask({ frame: HELLO, fault: fault('brain.slow') })));
    for (const found of [first, slow])
      expect(found).toMatchObject({ text: plain.text, end: { finish: 'stop', applied: 4 } });
    expect(first.end?.firstTokenMs).toBe((plain.end?.firstTokenMs ?? 0) + FIRST_MS);
    expect(first.end?.totalMs).toBe((plain.end?.totalMs ?? 0) + FIRST_MS);
    expect(slow.end?.totalMs).toBe((plain.end?.totalMs ?? 0) + TOKEN_MS * (plain.end?.usage.tokensOut ?? 0));
  });

  it('real ones let an abort through while they wait', async () => {
    const stop = new AbortController();
    const stream = faultyBrain(scripted()).stream(ask({ signal: stop.signal, fault: fault('brain.slow_first') }));
    const found = collect(stream);
    stop.abort();
    expect(await found).toMatchObject({ text: '', end: { finish: 'aborted' } });
  });

  it('tell of their fault before they wait: a deadline that passes meanwhile knows its cause', async () => {
    for await (const item of brain.stream(ask({ frame: HELLO, fault: fault('brain.slow') }))) {
      expect(item).toEqual({ type: 'text', text: '', tokens: 0, applied: 4 });
      break;
    }
  });
});

describe('spoilt replies', () => {
  const spoil = (kind: 'brain.garbage' | 'brain.truncated' | 'brain.wrong_value', seed = 1) =>
    collect(faultyBrain(scripted()).stream(ask({ seed, fault: fault(kind) })));

  it('end as if nothing were wrong, with the tokens that they cost, and are the same for the same seed', async () => {
    for (const kind of ['brain.garbage', 'brain.truncated', 'brain.wrong_value'] as const) {
      const found = await spoil(kind);
      expect(found.end).toEqual({ ...END, applied: 4 });
      expect(found.deltas).toEqual([{ type: 'text', text: found.text, tokens: 20 }]);
      expect(found.text).not.toBe(REPLY);
      expect(await spoil(kind)).toEqual(found);
    }
  });

  it('garbage and half of a JSON text are no replies, whatever the seed', async () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const [garbage, half] = [await spoil('brain.garbage', seed), await spoil('brain.truncated', seed)];
      expect(parseReply(garbage.text).ok).toBe(false);
      expect(parseReply(half.text).ok).toBe(false);
      expect(REPLY.startsWith(half.text)).toBe(true);
      expect(half.text).not.toBe('');
    }
  });

  it('have not struck where there was no whole reply, or nothing to spoil', async () => {
    const failing = new ScriptedBrain([said('{"q"'), new BrainError('cut_off', 'gone')]);
    const failed = await collect(faultyBrain(failing).stream(ask({ fault: fault('brain.garbage') })));
    expect(failed).toMatchObject({ text: '{"q"', error: { code: 'cut_off', applied: undefined } });
    const long = new ScriptedBrain([said(REPLY), { ...END, finish: 'length' }]);
    const cut = await collect(faultyBrain(long).stream(ask({ fault: fault('brain.truncated') })));
    expect(cut).toEqual({ deltas: [said(REPLY)], text: REPLY, end: { ...END, finish: 'length' } });
    const none = new ScriptedBrain([said('{"q":"","mind":[],"world":null}'), END]);
    expect((await collect(faultyBrain(none).stream(ask({ fault: fault('brain.wrong_value') })))).end).toEqual(END);
  });
});

describe('a wrong value', () => {
  const differing = (a: string, b: string): number => [...a].filter((char, i) => char !== b[i]).length;

  it('is one character of one value, in a reply that the kernel accepts', () => {
    const content = fc.string({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(content, fc.nat(), (text, seed) => {
        const reply = JSON.stringify({ q: 'q', mind: [], world: { op: 'SYS_HALT', result: text } });
        const wrong = wrongValue(reply, seed);
        if (wrong === undefined) {
          expect(text).not.toMatch(/\d|[A-Za-z]{2}/);
          return;
        }
        const parsed = parseReply(wrong);
        expect(parsed).toMatchObject({ ok: true, reply: { q: 'q', mind: [], world: { op: 'SYS_HALT' } } });
        const result = parsed.ok && parsed.reply.world?.op === 'SYS_HALT' ? (parsed.reply.world.result ?? '') : '';
        expect(result.length).toBe(text.length);
        expect(differing(text, result)).toBe(1);
      }),
    );
  });

  it('is a number where there is one, and never an opcode, a handle, a mode or a place', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const wrong = parseReply(wrongValue(REPLY, seed) as string);
      const given = { op: 'SYS_WRITE', cap: 'h1', mode: 'append', content: expect.stringMatching(/^[1-9]\d{4}\n$/) };
      expect(wrong).toMatchObject({ ok: true, reply: { q: 'sum', world: given } });
    }
  });

  it('is a word of the texts where there is no number, of what the brain says of itself where there is no text', () => {
    const map = {
      op: 'SYS_MAP_REDUCE',
      tasks: [{ text: 'add them', caps: [{ cap: 'h1', rights: 'r' }] }],
      result: 'int',
    };
    const words = parseReply(wrongValue(JSON.stringify({ q: 'q', mind: [], world: map }), 5) as string);
    expect(words).toMatchObject({ ok: true, reply: { world: { result: 'int', tasks: [{ caps: [{ cap: 'h1' }] }] } } });
    expect(words).not.toMatchObject({ reply: { world: map } });
    const look = { op: 'SYS_GOTO', cap: 'h1' };
    const own = parseReply(wrongValue(JSON.stringify({ q: 'look at it', mind: [], world: look }), 5) as string);
    expect(own).toMatchObject({ ok: true, reply: { world: look } });
    expect(own).not.toMatchObject({ reply: { q: 'look at it' } });
  });
});
