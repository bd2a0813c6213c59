/** The `notify` section of `turingos.config.yaml`: who is told of troubles and ends while nobody looks. */
import { z } from 'zod';
import { NotifySpec } from '../../runtime/notify-spec.ts';

export const NotifyFields = z.strictObject({
  ...NotifySpec.shape,
  /** The console rings when the run that it shows comes into trouble, or ends. */
  bell: z.boolean().optional(),
});
export type NotifyFields = z.infer<typeof NotifyFields>;
