/** The `console` section of `turingos.config.yaml`: how the console looks and what it listens to. */
import { z } from 'zod';

export const ConsoleFields = z.strictObject({
  theme: z
    .enum(['auto', 'dark', 'light'])
    .optional()
    .describe('Default: auto, as the terminal says of its background, else dark.'),
  mouse: z
    .boolean()
    .optional()
    .describe("Wheel and click; default: no, and the terminal's own selecting works as everywhere."),
});
export type ConsoleFields = z.infer<typeof ConsoleFields>;
