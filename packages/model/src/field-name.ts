/** Which names a field can have. */
import { isForbiddenKey } from '@syncro/scriber'
import { usageError } from './errors.js'
import { Model } from './model.js'

const maxFieldNameLength = 256

/** Names that instances have already, drafts among them. */
const taken: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Model.prototype),
  ...Object.getOwnPropertyNames(Object.prototype),
  'save',
])

/** @throws UsageError `SYNCRO_FIELD_INVALID`. */
export function checkFieldName(name: string): void {
  if (name.startsWith('$')) refuse(name, 'names that start with $ are kept for Syncro')
  if (taken.has(name) || isForbiddenKey(name)) refuse(name, 'every instance has a member of that name')
  if (name === '' || name.length > maxFieldNameLength || !name.isWellFormed())
    refuse(name, `a name has 1 to ${maxFieldNameLength} characters`)
}

function refuse(name: string, reason: string): never {
  throw usageError(
    'SYNCRO_FIELD_INVALID',
    `${JSON.stringify(name)} cannot name a field: ${reason}. Choose another name.`,
  )
}
