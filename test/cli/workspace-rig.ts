/** Runs in a workspace, whose brain is a script behind a server of the OpenAI protocol. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ReadFrame, readFrame } from '../../src/adapters/brains/frame-reader.ts';
import { delta, event, SSE, usage } from '../adapters/brains/endpoints/openai-server.ts';
import { scratch } from '../runtime/rig.ts';
import { brainAt, configWith, referenceServer } from './profiles-server.ts';

/** The world op of a reply, by a name for what is held: `cap` is the target, which the frame has a handle for. */
export type Act = { op: string; cap?: string; [field: string]: unknown };

/**
 * A brain that does these, one each time it is asked, and then the last one again.
 * @returns its configuration, and every frame that it was shown
 */
export const scripted = async (...acts: readonly Act[]): Promise<{ config: string; frames: string[] }> => {
  const frames: string[] = [];
  const server = await referenceServer((answer, { json }) => {
    const frame = (json.messages as { content: string }[]).at(-1)?.content ?? '';
    frames.push(frame);
    const text = JSON.stringify(replyTo(readFrame(frame), acts[Math.min(acts.length, frames.length) - 1] as Act));
    answer
      .head(200, SSE)
      .chunk(delta({ content: text }, 'stop'), event({ choices: [], usage }), 'data: [DONE]\n\n')
      .end();
  });
  return { config: configWith({ brain: brainAt(server.url) }), frames };
};

const replyTo = (seen: ReadFrame, { cap, ...act }: Act) => {
  const handle = seen.hold.find(({ target }) => target === cap)?.handle ?? 'none';
  return { q: 'on', mind: [], world: { ...act, ...(cap === undefined ? {} : { cap: handle }) } };
};

/** @param fields of a task.yaml. @returns the file, in a directory of its own */
export const taskFile = (fields: Record<string, unknown>, beside: Record<string, string> = {}): string => {
  const dir = scratch();
  for (const [path, text] of Object.entries(beside)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const path = join(dir, 'task.yaml');
  // YAML takes JSON.
  writeFileSync(path, JSON.stringify({ goal: 'Do it.', world: 'workspace', ...fields }));
  return path;
};
