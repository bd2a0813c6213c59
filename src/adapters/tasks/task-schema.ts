/** What a `task.yaml` may hold. Unknown keys are refused: a misspelt one would otherwise mean nothing, silently. */
import { z } from 'zod';
import { LIMITS, Rights } from '../../kernel/syscalls.ts';
import { MEMORY_COMMANDS } from '../worlds/memory-commands.ts';
import { pathProblem } from '../worlds/paths.ts';

const Target = z
  .string()
  .min(1)
  .max(LIMITS.path)
  .superRefine((target, context) => {
    const problem = pathProblem(target);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
const FilePath = Target.refine((path) => !path.endsWith('/'), 'a file does not end in /');
const count = z.int().min(1);

const Pattern = z.string().refine((source) => {
  try {
    new RegExp(source, 'm');
    return true;
  } catch {
    return false;
  }
}, 'not a regular expression');

export const Check = z
  .strictObject({
    file: FilePath,
    equals: z.string().optional(),
    matches: Pattern.optional(),
    lines: z.int().min(0).optional(),
  })
  .refine(
    ({ equals, matches, lines }) => equals !== undefined || matches !== undefined || lines !== undefined,
    'say what the file must be: equals, matches or lines',
  );

const programs = [...MEMORY_COMMANDS.keys()];
const Argv = z
  .array(z.string().min(1).max(LIMITS.arg))
  .min(1)
  .max(LIMITS.args)
  .refine(
    ([name = '']) => MEMORY_COMMANDS.has(name),
    `a task's world is in memory and runs only ${programs.join(', ')}`,
  );

export const TaskFile = z.strictObject({
  name: z.string().min(1).max(80).optional(),
  goal: z.string().trim().min(1).max(65_536),
  files: z.record(FilePath, z.string()).default({}),
  dir: z.string().min(1).optional(),
  capabilities: z
    .array(z.strictObject({ rights: Rights.exclude(['x']), target: Target }))
    .min(1)
    .max(16),
  commands: z
    .array(z.strictObject({ name: z.string().min(1).max(LIMITS.path), argv: Argv, more: z.boolean().default(false) }))
    .max(16)
    .default([]),
  variants: z
    .array(z.string().max(LIMITS.taskText).includes('{text}', 'a variant must hold {text}, where the step goes'))
    .max(9)
    .default([]),
  evidence: z.array(FilePath).max(16).default([]),
  /** One check, or several. */
  grader: z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(Check).min(1).max(16)),
  limits: z
    .strictObject({
      ticks: count.optional(),
      tokens: count.optional(),
      replyTokens: count.optional(),
      brainMs: count.optional(),
      opMs: count.optional(),
    })
    .default({}),
});
export type TaskFile = z.infer<typeof TaskFile>;

/** A right way to write each field, shown beside what is wrong with it. */
export const EXAMPLES: Record<keyof TaskFile, string> = {
  name: 'name: count-lines',
  goal: 'goal: Count the lines of notes/a.txt into ANSWER.txt.',
  files: 'files: {notes/a.txt: "one line\\n"}',
  dir: 'dir: notes',
  capabilities: 'capabilities: [{rights: rw, target: ANSWER.txt}]',
  commands: 'commands: [{name: count, argv: [wc, -l], more: true}]',
  variants: 'variants: ["{text}", "Do: {text}"]',
  evidence: 'evidence: [ANSWER.txt]',
  grader: 'grader: {file: ANSWER.txt, equals: "3\\n"}',
  limits: 'limits: {ticks: 200}',
};
