/** Errors of the system that end by themselves when somebody makes room, each as the beginning of a sentence. */
const WORDS = new Map([
  ['ENOSPC', 'The disk is full'],
  ['EDQUOT', 'The disk quota is used up'],
  ['EFBIG', 'A limit on the size of files is reached'],
]);

export function isNoRoom(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && WORDS.has((error as NodeJS.ErrnoException).code ?? '');
}

/** What is said while a run waits; `dir` is where the room is missing. */
export function noRoomSentence(error: NodeJS.ErrnoException, dir: string): string {
  const words = WORDS.get(error.code ?? '') ?? 'There is no room';
  return `${words} (${error.code}) at ${dir}: the run waits, nothing is lost, and it goes on by itself when there is room.`;
}
