import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { catalogueModels } from './provider-table/models.ts'
import { page } from './provider-table/page.ts'
import { root } from './run.ts'

/** `npm run provider-table`: writes docs/providers.md, which is linked from the README. */
await writeFile(join(root, 'docs', 'providers.md'), page(await catalogueModels(root)))
