/** The model's shape. The trainer's header states the same figures; `export.ts` checks the parameter count. */
export const SHAPE = { vocab: 640, d: 128, layers: 4, heads: 4, ff: 352, context: 512 } as const;
