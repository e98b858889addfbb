import { checkBackend } from './backend.ts'
import { checkConfiguration } from './configuration.ts'
import type { Check } from './contract.ts'
import { checkDisk } from './disk.ts'
import { checkEngine } from './engine.ts'
import { checkHub } from './hub.ts'
import { checkLibraries } from './libraries.ts'
import { checkMemory } from './memory.ts'
import { checkNode } from './node.ts'
import { checkPort } from './port.ts'
import { checkNpm, checkPypi } from './registries.ts'
import { checkStore } from './store.ts'

/** All checks, in the order in which one would look: what the later ones need comes first. */
export const checks: readonly Check[] = [
  checkNode,
  checkConfiguration,
  checkDisk,
  checkMemory,
  checkStore,
  checkLibraries,
  checkBackend,
  checkPort,
  checkHub,
  checkPypi,
  checkNpm,
  checkEngine,
]
