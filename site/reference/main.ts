/** Writes the generated parts of the reference: `npm run reference`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../pages.ts';
import { referencePages } from './pages.ts';

for (const [page, text] of await referencePages(ROOT)) writeFileSync(join(ROOT, page), text);
