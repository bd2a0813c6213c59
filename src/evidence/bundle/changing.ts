/** What reading a bundle adds to it, or people do: its index, and tags. No digest is kept of that. */
export const isChanging = (path: string): boolean =>
  path === 'tags.ndjson' || path === 'index' || path.startsWith('index/');
