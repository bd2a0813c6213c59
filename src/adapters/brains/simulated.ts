/** A brain that is not a model: the reference policy, or a playbook, with seeded errors. Labelled `SIM` and simulated wherever it is shown. */
import { canonicalJson, sha256 } from '../../kernel/digest.ts';
import { clip } from '../../kernel/text.ts';
import type { Playbook } from '../../runtime/playbook.ts';
import {
  BRAIN_API,
  type Brain,
  type BrainDelta,
  type BrainEnd,
  BrainError,
  type BrainRequest,
} from '../../runtime/ports.ts';
import { readFrame } from './frame-reader.ts';
import { checkRates, drawError, misreply, type SimRates } from './sim-errors.ts';
import { type Planned, playbookReply } from './sim-playbook.ts';
import { idealReply } from './sim-policy.ts';

/** Latency is told, never slept, so that a run is the same on any machine. */
const MS_PER_TOKEN = 20;
const CHARS_PER_TOKEN = 4;
const TOKENS_PER_DELTA = 4;

const tokensOf = (text: string): number => Math.ceil(text.length / CHARS_PER_TOKEN);

/**
 * The reply to a frame, at once: the same frame, seed, rates and playbook give the same text. `cut`: it ends without a finish
 * reason.
 * @param playbook what it goes by instead of the reference policy, which knows the built-in tasks
 */
export const simulate = (
  frame: string,
  seed: number,
  rates: SimRates,
  playbook?: Playbook,
): { text: string; cut: boolean } => {
  const seen = readFrame(frame);
  const planned: Planned = (playbook && playbookReply(playbook, seen)) ?? { reply: idealReply(seen), slips: [] };
  const error = drawError(seed, rates);
  if (error === undefined) return { text: JSON.stringify(planned.reply), cut: false };
  return { text: misreply(error, planned, seen, seed), cut: error === 'cut' };
};

/** @throws RangeError on rates that are not thousandths */
export const createSimulatedBrain = ({
  rates = {},
  playbook,
}: {
  rates?: SimRates;
  playbook?: Playbook | undefined;
} = {}): Brain => {
  checkRates(rates);
  const made = { brain: 'simulated', policy: 1, rates, ...(playbook === undefined ? {} : { playbook }) };
  return {
    api: BRAIN_API,
    name: 'SIM',
    digest: sha256(canonicalJson(made)),
    simulated: true,
    stream: (request) => stream(request, rates, playbook),
    dispose: async () => {},
  };
};

async function* stream(
  request: BrainRequest,
  rates: SimRates,
  playbook?: Playbook,
): AsyncGenerator<BrainDelta | BrainEnd> {
  const { text, cut } = simulate(request.frame, request.seed, rates, playbook);
  const budget = Math.min(tokensOf(text), request.maxTokens);
  const kept = clip(text, budget * CHARS_PER_TOKEN);
  let sent = 0;
  while (sent < kept.length && !request.signal.aborted) {
    const piece = clip(kept.slice(sent), TOKENS_PER_DELTA * CHARS_PER_TOKEN);
    sent += piece.length;
    yield { type: 'text', text: piece, tokens: tokensOf(piece) };
  }
  if (cut && !request.signal.aborted) throw new BrainError('cut_off', 'simulated: the stream ended early');
  const tokensOut = tokensOf(kept.slice(0, sent));
  yield {
    type: 'end',
    finish: request.signal.aborted ? 'aborted' : kept.length < text.length ? 'length' : 'stop',
    usage: { tokensIn: tokensOf(request.system) + tokensOf(request.frame), tokensOut },
    firstTokenMs: MS_PER_TOKEN,
    totalMs: MS_PER_TOKEN * tokensOut,
  };
}
