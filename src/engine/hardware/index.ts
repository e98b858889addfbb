export { type CgroupLimits, readCgroupLimits } from './readCgroupLimits.ts'
export { type Hardware, readHardware } from './readHardware.ts'
export { type MemoryFacts, readMemory } from './readMemory.ts'
export { type ProcessMemory, readProcessMemory } from './readProcessMemory.ts'
