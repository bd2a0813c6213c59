// `npm run docs:keys`: writes docs/keys.md from the key table. A test pins the file to the table.
import { writeFileSync } from 'node:fs';
import { keysMarkdown } from '../src/screens/keys-doc.ts';

writeFileSync(new URL('../docs/keys.md', import.meta.url), keysMarkdown());
