/** An error for people: one sentence with the thing, the reason and the way out, and the exit code of the verb it ends. */
export class UserError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'UserError';
    this.exitCode = exitCode;
  }
}
