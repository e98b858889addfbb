import koffi, { type TypeObject } from 'koffi'
import { SanjhaError } from '../../../../core/index.ts'
import { layouts } from './layouts.ts'
import { type FieldType, type StructName, structs } from './structs.ts'

export type NativeTypes = Readonly<Record<StructName, TypeObject>>

/** The structs as koffi types, checked against the compiler's table. Errors: `unsupported` when they differ. */
export function createNativeTypes(): NativeTypes {
  const types = Object.fromEntries(
    Object.entries(structs).map(([name, fields]) => [
      name,
      koffi.struct(Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, toKoffi(type)]))),
    ]),
  ) as unknown as NativeTypes
  for (const name of Object.keys(structs) as StructName[]) checkLayout(name, types[name])
  return types
}

function toKoffi(type: FieldType): string | TypeObject {
  if (typeof type === 'object') return koffi.array(toKoffi(type.type), type.length)
  return type === 'pointer' ? 'void *' : type
}

/** Compares size and offsets. `table` is a parameter so that a test can show what a difference does. */
export function checkLayout(name: StructName, type: TypeObject, table: typeof layouts = layouts): void {
  const expected = table[name]
  const wrong: string[] = []
  if (koffi.sizeof(type) !== expected.size) wrong.push(`size ${koffi.sizeof(type)} instead of ${expected.size}`)
  const fields = Object.keys(structs[name])
  if (fields.length !== Object.keys(expected.fields).length) wrong.push('another number of fields')
  for (const field of fields) {
    const offset = koffi.offsetof(type, field)
    const size = type.members?.[field]?.type.size
    const [wantedOffset, wantedSize] = expected.fields[field] ?? [-1, -1]
    if (offset !== wantedOffset) wrong.push(`${field} at ${offset} instead of ${wantedOffset}`)
    if (size !== undefined && size !== wantedSize) wrong.push(`${field} of ${size} bytes instead of ${wantedSize}`)
  }
  if (wrong.length > 0) {
    throw new SanjhaError(
      'unsupported',
      `The native engine cannot run on this platform: the layout of ${name} differs from the one it was built for (${wrong.join(', ')}).`,
      { hint: 'Please report this with the output of `sanjha doctor --json`.', details: { struct: name } },
    )
  }
}
