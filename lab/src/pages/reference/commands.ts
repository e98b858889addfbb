import { isObject } from '../../parts/jsonSchema/schemaProblem.ts'

/** What was filled in, by the names of the parameters and of the body's fields. */
export interface Filled {
  readonly parameters: Readonly<Record<string, string>>
  readonly body: unknown
}

type Command = (field: (name: string) => string) => string[]

/** Operations that the command line does too. */
const commands: Readonly<Record<string, Command>> = {
  getV1Models: () => ['list', '--json'],
  getV1ModelsId: (field) => ['show', field('id'), '--json'],
  getApiTags: () => ['list', '--json'],
  getApiPs: () => ['ps', '--json'],
  postApiShow: (field) => ['show', field('model'), '--json'],
  postApiPull: (field) => ['pull', field('model')],
  deleteApiDelete: (field) => ['rm', field('model')],
  postApiCopy: (field) => ['cp', field('source'), field('destination')],
  getSanjhaV1Models: () => ['list', '--json'],
  getSanjhaV1Catalog: () => ['list', '--catalog', '--json'],
  getSanjhaV1ModelsName: (field) => ['show', field('name'), '--json'],
  postSanjhaV1ModelsPull: (field) => ['pull', field('model')],
  postSanjhaV1ModelsResolve: (field) => ['pull', field('model'), '--dry-run', '--json'],
  deleteSanjhaV1ModelsName: (field) => ['rm', field('name')],
  postSanjhaV1ModelsNameCopy: (field) => ['cp', field('name'), field('target')],
  getSanjhaV1Loaded: () => ['ps', '--json'],
  deleteSanjhaV1LoadedName: (field) => ['stop', field('name')],
  getSanjhaV1LoadedNameLog: (field) => ['logs', field('name')],
  getSanjhaV1Runs: () => ['runs', 'list', '--json'],
  getSanjhaV1RunsId: (field) => ['runs', 'show', field('id'), '--json'],
  getSanjhaV1RunsIdEvents: (field) => ['runs', 'watch', field('id'), '--json'],
  postSanjhaV1RunsIdCancel: (field) => ['runs', 'cancel', field('id')],
  postSanjhaV1RunsIdResume: (field) => ['runs', 'resume', field('id')],
  getSanjhaV1Settings: () => ['config', 'show', '--json'],
  getSanjhaV1Doctor: () => ['doctor', '--json'],
  postSanjhaV1DoctorFindings: () => ['doctor', '--json'],
  getSanjhaV1Version: () => ['--version'],
}

export const commandNames: readonly string[] = Object.keys(commands)

/** The words of the command that does the same; undefined where there is none, or it lacks a word yet. */
export function commandOf(operationId: string, filled: Filled): string[] | undefined {
  const make = Object.hasOwn(commands, operationId) ? commands[operationId] : undefined
  if (make === undefined) return undefined
  const words = make((name) => {
    const value = filled.parameters[name] ?? (isObject(filled.body) ? filled.body[name] : undefined)
    return typeof value === 'string' ? value : ''
  })
  return words.includes('') ? undefined : words
}
