/** A server of the OpenAI protocol that plays the reference policy, and what tests need around it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idealReply } from '../../src/adapters/brains/sim-policy.ts';
import { DONE, delta, event, SSE, usage } from '../adapters/brains/endpoints/openai-server.ts';
import { type Answer, type Asked, type Fixture, type Script, serve } from '../adapters/brains/endpoints/server.ts';
import { scratch } from '../runtime/rig.ts';

export const MODEL = 'reference';

/** The reply to the frame that a request holds. */
export const answerChat = (answer: Answer, { json }: Asked): void => {
  const messages = json.messages as { role: string; content: string }[];
  const text = JSON.stringify(idealReply(messages.at(-1)?.content ?? ''));
  answer.head(200, SSE).chunk(delta({ content: text.slice(0, 20) }));
  answer.chunk(delta({ content: text.slice(20) }, 'stop'), event({ choices: [], usage }), DONE).end();
};

/** @param chat what is done about a request for a completion */
export const referenceServer = (chat: Script = answerChat): Promise<Fixture> =>
  serve((answer, asked) => {
    if (asked.path.endsWith('/models'))
      return answer.json(200, { object: 'list', data: [{ id: MODEL, object: 'model' }] });
    return chat(answer, asked);
  });

export const chats = ({ asked }: Fixture): Asked[] => asked.filter(({ path }) => path.endsWith('/chat/completions'));

/** A configuration with one profile, `mine`. @returns the file */
export const configWith = (fields: Record<string, unknown>): string => {
  const path = join(scratch(), 'turingos.config.yaml');
  writeFileSync(path, JSON.stringify({ profiles: { mine: fields } }));
  return path;
};

export const brainAt = (...urls: string[]): Record<string, unknown> => ({
  provider: 'openai',
  vendor: 'compatible',
  model: MODEL,
  urls: urls.map((url) => `${url}/v1`),
});
