/** Validators by the Standard Schema specification (https://standardschema.dev), version 1: zod, valibot, arktype and others. */
import { usageError } from './errors.js'

/** A validator for values of one type: what it takes, it gives. */
export interface StandardSchema<Value> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Value> | Promise<StandardResult<Value>>
    readonly types?: { readonly input: unknown; readonly output: Value } | undefined
  }
}

/** What a validator says: the value, or what is wrong with the one given. */
export type StandardResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }

/** A verdict: the value to be recorded, or why it is refused. */
export type Verdict = { readonly value: unknown } | { readonly issues: string }

/** Asks a validator. @throws UsageError `SYNCRO_VALIDATOR_ASYNC`, and what the validator throws. */
export function askValidator(schema: StandardSchema<unknown>, value: unknown): Verdict {
  const result = schema['~standard'].validate(value)
  if (isPromise(result)) {
    // Nobody awaits it: what it may reject with is no concern of the process.
    result.then(undefined, () => undefined)
    throw usageError(
      'SYNCRO_VALIDATOR_ASYNC',
      `The validator by ${schema['~standard'].vendor} answered with a promise. Assignments are judged at once: give the field a synchronous validator, and check what needs waiting before you assign.`,
    )
  }
  if (result.issues === undefined) return { value: result.value }
  return { issues: result.issues.map(({ message }) => message).join('; ') }
}

function isPromise(result: object): result is Promise<unknown> {
  return 'then' in result && typeof result.then === 'function'
}
