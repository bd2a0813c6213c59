/**
 * What a simulated brain does at a task that no model carried here knows: steps written by hand, data of a profile. It is part of
 * what the brain is made from, so a run keeps it whole, and a resume or a fork has the same brain without the file.
 */
import { z } from 'zod';
import { LIMITS, Rights } from '../kernel/index.ts';

const Name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is no name: lower-case letters, digits and dashes');
const Text = z.string().min(1).max(4000);
const Pattern = z
  .string()
  .min(1)
  .max(400)
  .refine((source) => {
    try {
      new RegExp(source, 'm');
      return true;
    } catch {
      return false;
    }
  }, 'is not a regular expression');

/** Sections of a frame that a rule may go by. */
const SEEN = ['last', 'page', 'map', 'trap', 'notice', 'told'] as const;

/** The first rule whose patterns all match the frame says which step comes next. What the last of them captures is `$1` to `$9` there. */
const Rule = z.strictObject({ if: z.partialRecord(z.enum(SEEN), Pattern).default({}), go: Name });
export type Rule = z.infer<typeof Rule>;

/** A target of the task's, never a handle: which handle it is, the frame tells. */
const place = { target: z.string().min(1).max(LIMITS.path), path: z.string().min(1).max(LIMITS.path).optional() };

const ops = {
  /** Goes there; with `find` on, page by page, until a page matches. */
  look: z.strictObject({ ...place, find: Pattern.optional() }).optional(),
  /** Goes there, page by page, until a page matches, and patches the lines that do. `put` may use what `find` captures. */
  edit: z.strictObject({ ...place, find: Pattern, put: z.string().max(4000) }).optional(),
  write: z.strictObject({ ...place, mode: z.enum(['replace', 'append']).default('replace'), content: Text }).optional(),
  exec: z
    .strictObject({ command: z.string().min(1), args: z.array(z.string()).max(LIMITS.args).default([]) })
    .optional(),
  map: z
    .strictObject({
      tasks: z
        .array(
          z.strictObject({
            text: z.string().min(1).max(LIMITS.taskText),
            caps: z.array(z.strictObject({ target: z.string().min(1), rights: Rights })).max(LIMITS.taskCaps),
          }),
        )
        .min(1)
        .max(LIMITS.tasks),
      result: z.enum(['int', 'text']),
    })
    .optional(),
  halt: z.strictObject({ result: z.string().max(LIMITS.result).optional() }).optional(),
};
const OPS = Object.keys(ops) as (keyof typeof ops)[];

const Step = z
  .strictObject({
    ...ops,
    /** Entry for the call stack, unless it is on top already; and whether the top one goes. */
    push: z.string().min(1).max(LIMITS.stackText).optional(),
    pop: z.literal(true).optional(),
    /** Where to go on when the op is done; the last rule may have no condition. */
    next: z.array(Rule).max(16).default([]),
    /** Where to go on when no page matches, or there is nothing to look at. */
    missing: Name.optional(),
    /** How it goes wrong: each is laid over the op. Without any, a slip leaves the step right. */
    slips: z
      .array(
        z.strictObject({
          put: z.string().optional(),
          content: Text.optional(),
          args: z.array(z.string()).optional(),
          result: z.string().optional(),
        }),
      )
      .max(8)
      .default([]),
  })
  .superRefine((step, ctx) => {
    const named = OPS.filter((name) => step[name] !== undefined);
    if (named.length !== 1) ctx.addIssue({ code: 'custom', message: `needs exactly one of ${OPS.join(', ')}` });
    const alone = step.halt !== undefined || step.map !== undefined;
    if (alone && (step.push !== undefined || step.pop !== undefined)) {
      ctx.addIssue({ code: 'custom', message: 'a map or a halt stands alone, without push and pop' });
    }
  });
export type Step = z.infer<typeof Step>;

const part = {
  start: Name,
  /** Looked through first where the frame shows a trap; where none fits, the step is tried again. */
  traps: z.array(Rule).max(16).default([]),
  steps: z.record(Name, Step),
};
const checkNames = ({ start, traps, steps }: z.infer<z.ZodObject<typeof part>>, ctx: z.RefinementCtx): void => {
  const known = (name: string, path: PropertyKey[]): void => {
    if (!Object.hasOwn(steps, name)) ctx.addIssue({ code: 'custom', path, message: `there is no step ${name}` });
  };
  known(start, ['start']);
  traps.forEach(({ go }, i) => {
    known(go, ['traps', i, 'go']);
  });
  for (const [name, step] of Object.entries(steps)) {
    step.next.forEach(({ go }, i) => {
      known(go, ['steps', name, 'next', i, 'go']);
    });
    if (step.missing !== undefined) known(step.missing, ['steps', name, 'missing']);
  }
};

export const Playbook = z.strictObject({
  name: Name,
  planner: z.strictObject(part).superRefine(checkNames),
  /** By what they are asked to do. */
  workers: z
    .array(z.strictObject({ task: Pattern, ...part }).superRefine(checkNames))
    .max(16)
    .default([]),
});
export type Playbook = z.infer<typeof Playbook>;
export type Part = Playbook['planner'];
