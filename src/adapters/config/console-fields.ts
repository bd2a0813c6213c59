/** The `console` section of `turingos.config.yaml`: how the console looks and what it listens to. */
import { z } from 'zod';

export const ConsoleFields = z.strictObject({
  /** Default auto: as the terminal says of its background, else dark. */
  theme: z.enum(['auto', 'dark', 'light']).optional(),
  /** Default off: the terminal's own selecting works as everywhere. */
  mouse: z.boolean().optional(),
});
export type ConsoleFields = z.infer<typeof ConsoleFields>;
