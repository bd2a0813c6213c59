/** A run's tags, as screens read and write them. */
import { appendTag, readTagLines } from './runtime/tags.ts';
import { currentTags, type TagBook } from './store/tags.ts';

export const tagBook = (dir: string): TagBook => ({
  read: () => currentTags(readTagLines(dir)),
  write: (tag) => appendTag(dir, { ...tag, labels: [...tag.labels] }),
});
