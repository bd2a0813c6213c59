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

const Argv = z.array(z.string().min(1).max(LIMITS.arg)).min(1).max(LIMITS.args);

/** A command that judges: what it knows, and what is said of each way it may end. Nothing that it prints is ever said. */
const commandGrader = {
  command: Argv,
  timeoutMs: z.int().min(1).max(3_600_000).default(60_000),
  /** Exit status → the words that the brain gets. */
  words: z
    .record(
      z.string().regex(/^\d{1,3}$/, 'words are listed by exit status: a number'),
      z.string().trim().min(1).max(300),
    )
    .default({}),
};

export const CommandJudge = z.strictObject({
  ...commandGrader,
  /** Laid over the copy of the workspace that it judges: path → text. */
  files: z.record(FilePath, z.string()),
});
export type CommandJudge = z.infer<typeof CommandJudge>;

/** What judges a run. */
export const Judge = z.union([z.strictObject({ checks: z.array(Check) }), z.strictObject({ command: CommandJudge })]);
export type Judge = z.infer<typeof Judge>;

const task = {
  name: z.string().min(1).max(80).optional(),
  goal: z.string().trim().min(1).max(65_536),
  /** `memory`: a table of texts. `workspace`: files, in which commands run. */
  world: z.enum(['memory', 'workspace']).default('memory'),
  /** A repository whose files the workspace begins with: `PATH@COMMIT`. */
  repo: z.string().min(1).max(4096).optional(),
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
  limits: z
    .strictObject({
      ticks: count.optional(),
      tokens: count.optional(),
      /** At work: pauses and time without a kernel do not count. */
      wallMinutes: z.number().positive().max(35_000).optional(),
      /** Dollars. */
      cost: z.number().min(0.000_001).max(1_000_000).optional(),
      replyTokens: count.optional(),
      brainMs: count.optional(),
      opMs: count.optional(),
    })
    .default({}),
};

const CheckedTask = z.strictObject({
  ...task,
  /** One check, or several. */
  grader: z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(Check).min(1).max(16)),
});

const CommandTask = z.strictObject({
  ...task,
  grader: z.strictObject({
    ...commandGrader,
    files: z.record(FilePath, z.string()).default({}),
    /** A directory of text files beside the task file, that are laid over the copy as well. */
    dir: z.string().min(1).optional(),
  }),
});

/** The schema that fits: of a union, zod would say that neither does. */
export const taskSchema = (contents: unknown): typeof CheckedTask | typeof CommandTask => {
  const grader = (contents as { grader?: unknown } | null)?.grader;
  const isCommand = typeof grader === 'object' && grader !== null && Object.hasOwn(grader, 'command');
  return isCommand ? CommandTask : CheckedTask;
};
export type TaskFile = z.infer<typeof CheckedTask> | z.infer<typeof CommandTask>;

/** Why a command cannot be one of a task in memory, as a clause. */
export const memoryProblem = ([name = '']: readonly string[]): string | undefined =>
  MEMORY_COMMANDS.has(name)
    ? undefined
    : `a task's world is in memory and runs only ${[...MEMORY_COMMANDS.keys()].join(', ')}, unless it says "world: workspace"`;

/** A right way to write each field, shown beside what is wrong with it. */
export const EXAMPLES: Record<keyof TaskFile, string> = {
  name: 'name: count-lines',
  goal: 'goal: Count the lines of notes/a.txt into ANSWER.txt.',
  world: 'world: workspace',
  repo: 'repo: ../project@v1.2.0',
  files: 'files: {notes/a.txt: "one line\\n"}',
  dir: 'dir: notes',
  capabilities: 'capabilities: [{rights: rw, target: ANSWER.txt}]',
  commands: 'commands: [{name: count, argv: [wc, -l], more: true}]',
  variants: 'variants: ["{text}", "Do: {text}"]',
  evidence: 'evidence: [ANSWER.txt]',
  grader: 'grader: {file: ANSWER.txt, equals: "3\\n"}',
  limits: 'limits: {ticks: 200, wallMinutes: 30, tokens: 200000, cost: 2.00}',
};
