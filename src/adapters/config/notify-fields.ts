/** The `notify` section of `turingos.config.yaml`: who is told of troubles and ends while nobody looks. */
import { z } from 'zod';
import { NotifySpec } from '../../runtime/notify-spec.ts';

export const NotifyFields = z.strictObject({
  ...NotifySpec.shape,
  bell: z
    .boolean()
    .optional()
    .describe('The console rings when the run that it shows comes into trouble, or ends; default: no.'),
});
export type NotifyFields = z.infer<typeof NotifyFields>;
