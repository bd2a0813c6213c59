/** ChatML, as the model is trained on it and as the GGUF file declares it. */
import { SPECIALS } from './tokenizer.ts';

const [, START, END] = SPECIALS.map((_, id) => id) as [number, number, number];

/** Token ids of one row and how many of them are the prompt. */
export const chatTokens = (
  encode: (text: string) => number[],
  frame: string,
  reply: string,
): { prompt: number[]; reply: number[] } => ({
  prompt: [START, ...encode(`user\n${frame}`), END, ...encode('\n'), START, ...encode('assistant\n')],
  reply: [...encode(reply), END],
});

export const CHAT_TEMPLATE =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
