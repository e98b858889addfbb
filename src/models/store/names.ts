import { SanjhaError } from '../../core/index.ts'
import type { ModelSource } from '../contract.ts'
import type { Blobs } from './blobs.ts'
import type { LayoutIndex } from './layout.ts'
import { isModelManifest, parseManifest } from './manifest.ts'
import { annotationKeys } from './mediaTypes.ts'

const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._/+@:%~-]*[A-Za-z0-9._%~-])?$/

/** A name in the store: a short name, or the reference a model was pulled by. Errors: `invalid_reference`. */
export function checkName(name: string): void {
  if (name.length <= 1024 && namePattern.test(name) && !/^(?:sha256:)?[0-9a-f]{8,64}$/.test(name)) return
  throw new SanjhaError('invalid_reference', `\`${name.slice(0, 100)}\` cannot be the name of a model.`, {
    hint: 'Names consist of letters, digits and `.`, `_`, `-`, `/`, with an optional `:tag`, and do not look like a digest.',
  })
}

/** Gives a name to a model; another model that had it loses it (and stays, under its other names or its digest). */
export function moveName(index: LayoutIndex, name: string, digest: string): LayoutIndex {
  return {
    ...index,
    models: index.models.map((model) => {
      if (model.manifest.digest !== digest) {
        return model.names.includes(name) ? { ...model, names: model.names.filter((n) => n !== name) } : model
      }
      if (model.names.includes(name)) return model
      return { ...model, names: [...model.names, name] }
    }),
  }
}

/** Errors: `conflict` when the name is that of something which another tool keeps in the layout, and which is no model. */
export async function refuseForeignName(index: LayoutIndex, name: string, digest: string, blobs: Blobs): Promise<void> {
  const isModel = async (manifest: string): Promise<boolean> => {
    try {
      return isModelManifest(parseManifest(await blobs.read(manifest), manifest))
    } catch (error) {
      if (SanjhaError.is(error)) return false
      throw error
    }
  }
  let foreign = index.others.some((other) => other.annotations?.[annotationKeys.name] === name)
  for (const { manifest, names, facts } of index.models) {
    const theirs = facts === null && manifest.digest !== digest && names.includes(name)
    if (theirs && !(await isModel(manifest.digest))) foreign = true
  }
  if (!foreign) return
  throw new SanjhaError(
    'conflict',
    `Another tool keeps something called \`${name}\` in this store, and it is no model.`,
    {
      hint: 'Rename or remove it with the tool that put it there, or copy the model under another name.',
    },
  )
}

/** The sources with one more, or with a newer time for one that is known. */
export function withSource(
  sources: readonly ModelSource[],
  reference: string,
  fetched: string | null,
): readonly ModelSource[] {
  const known = sources.find((s) => s.reference === reference)
  if (known === undefined) return [...sources, { reference, fetched }]
  if (fetched === null) return sources
  return sources.map((s) => (s === known ? { reference, fetched } : s))
}
